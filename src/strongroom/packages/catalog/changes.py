"""The changes that people make to a project: yank and un-yank, its status, its people.

Each asks the one rule, changes the rows and records its event in one transaction, and hands the
event to those who react. Asking for what is so already changes nothing and records nothing.
"""

from dataclasses import dataclass

from django.db import transaction

from strongroom.core.actors import Action, Actor
from strongroom.core.coordinates import ProjectId, Version
from strongroom.core.errors import ConflictError
from strongroom.core.events import Kind, Recorded
from strongroom.packages.catalog import sight, states
from strongroom.packages.catalog.acts import about, case_of, may, tell
from strongroom.packages.catalog.desk import Desk
from strongroom.packages.catalog.listing import find_release
from strongroom.packages.catalog.trust import forsaken
from strongroom.people.access.grants import grant, granted, owners, take
from strongroom.people.access.roles import Role
from strongroom.people.access.rules import may_appoint
from strongroom.people.accounts.addresses import verified
from strongroom.people.accounts.notices import Happening, note
from strongroom.people.accounts.users import find_user
from strongroom.people.models import User
from strongroom.proof.ledger.events import record


@dataclass(frozen=True, slots=True)
class Target:
    """A release to change, as a door read it from what a person wrote."""

    project: ProjectId
    version: Version


def target(desk: Desk, ecosystem: str, name: str, version: str) -> Target:
    """Read a release's coordinates as people write them."""
    knows = desk.ecosystem(ecosystem)
    return Target(ProjectId(ecosystem, knows.name(name).key), knows.version(version))


def yank(desk: Desk, actor: Actor, target: Target, reason: str) -> Recorded | None:
    """Withdraw a release (PEP 592): only who pins it exactly still gets it."""
    return _set_yank(desk, actor, target, yanked=True, reason=states.reason(reason))


def unyank(desk: Desk, actor: Actor, target: Target) -> Recorded | None:
    """Take a release's withdrawal back."""
    return _set_yank(desk, actor, target, yanked=False, reason="")


def set_status(
    desk: Desk, actor: Actor, project: ProjectId, status: str, reason: str
) -> Recorded | None:
    """Give a project another status (PEP 792), with a reason for its readers."""
    wanted, told = states.status(status), states.reason(reason)
    with transaction.atomic():
        row = sight.lock(actor, project)
        old = states.Status(row.status)
        may(actor, states.action_for(old, wanted), row)
        if (old, row.status_reason) == (wanted, told):
            return None
        row.status, row.status_reason = wanted, told
        row.save(update_fields=["status", "status_reason"])
        facts = {"from": old, "to": wanted, "reason": told}
        event = about(actor, Kind.PROJECT_STATUS_CHANGED, project, facts)
        recorded = tell(desk, row, event)
    desk.react([recorded])
    return recorded


def appoint(
    desk: Desk, actor: Actor, project: ProjectId, user_name: str, role: Role
) -> Recorded | None:
    """Give a person another role in a project; the operator and company groups, a first one too.

    Nobody else makes somebody something without their own word: they invite (`inviting`).
    """
    with transaction.atomic():
        row = sight.lock(actor, project)
        may(actor, Action.APPOINT, row)
        _is_owned(actor, project)
        user = find_user(user_name)
        held = granted(user.pk, project)
        may_appoint(actor, case_of(actor, row), {role, held or role}, to_self=_is(actor, user))
        if held is role:
            return None
        if held is None and actor.user_id is not None:
            raise _consent_needed(user, project)
        _reachable(user)
        if held is Role.OWNER:
            not_the_last(project, user)
        grant(user.pk, project, role, desk.clock)
        gone = forsaken(actor, user.pk)
        facts = {"user": user.username, "role": role}
        note(_told(Kind.ROLE_GRANTED, user.pk, project, role), actor, desk.clock)
        recorded = tell(desk, row, about(actor, Kind.ROLE_GRANTED, project, facts))
        for one in gone:
            record(one, desk.clock)
    desk.react([recorded])
    return recorded


def dismiss(desk: Desk, actor: Actor, project: ProjectId, user_name: str) -> Recorded | None:
    """Take a person's role in a project away; its last owner stays."""
    with transaction.atomic():
        row = sight.lock(actor, project)
        may(actor, Action.APPOINT, row)
        user = find_user(user_name)
        held = granted(user.pk, project)
        if held is None:
            return None
        may_appoint(actor, case_of(actor, row), {held}, to_self=False)
        if held is Role.OWNER:
            not_the_last(project, user)
        take(user.pk, project)
        gone = forsaken(actor, user.pk)
        facts = {"user": user.username, "role": held}
        note(_told(Kind.ROLE_TAKEN, user.pk, project, held), actor, desk.clock)
        recorded = tell(desk, row, about(actor, Kind.ROLE_TAKEN, project, facts))
        for one in gone:
            record(one, desk.clock)
    desk.react([recorded])
    return recorded


def _told(kind: Kind, user_id: int, project: ProjectId, role: Role) -> Happening:
    return Happening(kind, user_id, {"role": role, "project": project.key})


def _is(actor: Actor, user: User) -> bool:
    return actor.user_id == user.pk


def _reachable(user: User) -> None:
    # Who cannot be told of what is done in their name must not be able to do it.
    if not verified(user.pk):
        raise ConflictError(
            "grantee-unverified",
            f"{user.username} has no verified e-mail address.",
            "They verify one first, under Account, Addresses; then give them the role.",
        )


def _is_owned(actor: Actor, project: ProjectId) -> None:
    # Nobody alone decides whose an abandoned project is: its users trust whoever had it.
    if actor.user_id is not None and not owners(project, besides=0):
        raise ConflictError(
            "project-ownerless",
            f"{project.key} has no owner, and is locked.",
            "Two administrators can transfer it: one proposes it under Manage, Proposals.",
        )


def _consent_needed(user: User, project: ProjectId) -> ConflictError:
    return ConflictError(
        "consent-needed",
        f"{user.username} has no role of their own in {project.key} yet.",
        "Invite them; who accepts has one.",
    )


def not_the_last(project: ProjectId, user: User) -> None:
    """Raise ConflictError where a project would be left without an owner.

    It can be claimed by nobody then, or, worse, by somebody (CVE-2024-38368).
    """
    if not owners(project, besides=user.pk):
        raise ConflictError(
            "last-owner",
            f"{user.username} is the last owner of {project.key}.",
            "Make somebody else an owner first.",
        )


def _set_yank(
    desk: Desk, actor: Actor, target: Target, *, yanked: bool, reason: str
) -> Recorded | None:
    with transaction.atomic():
        row = sight.lock(actor, target.project)
        may(actor, Action.YANK, row)
        if row.status == states.Status.QUARANTINED:
            raise ConflictError(
                "project-quarantined",
                f"{row.display} is quarantined.",
                "Its releases cannot change until an administrator lifts the quarantine.",
            )
        release = find_release(row, target.version)
        if (release.yanked, release.yanked_reason) == (yanked, reason):
            return None
        release.yanked, release.yanked_reason = yanked, reason
        release.save(update_fields=["yanked", "yanked_reason"])
        kind = Kind.RELEASE_YANKED if yanked else Kind.RELEASE_UNYANKED
        facts = {"reason": reason} if yanked else {}
        event = about(actor, kind, target.project, facts, release.display)
        recorded = tell(desk, row, event)
    desk.react([recorded])
    return recorded
