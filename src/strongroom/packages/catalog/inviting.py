"""Invitations into a project: nobody gets a role without their own word. And leaving one.

Who has a role of their own already can be given another at once (`changes.appoint`).
"""

from typing import TYPE_CHECKING

from django.db import transaction

from strongroom.core.actors import Action, Actor
from strongroom.core.coordinates import ProjectId
from strongroom.core.errors import ConflictError, NotFoundError
from strongroom.core.events import Kind, Recorded
from strongroom.packages.catalog import sight
from strongroom.packages.catalog.acts import about, case_of, may, tell
from strongroom.packages.catalog.changes import not_the_last
from strongroom.packages.catalog.desk import Desk
from strongroom.packages.catalog.listing import lock_project
from strongroom.people.access.grants import grant, granted, roles_of, take, user_of
from strongroom.people.access.roles import Role
from strongroom.people.access.rules import appoints, in_person, may_appoint
from strongroom.people.accounts.notices import Happening, note
from strongroom.people.accounts.users import ACCOUNTS
from strongroom.people.models import Invitation, User
from strongroom.people.organisations import invitations
from strongroom.people.organisations.invitations import Place
from strongroom.people.recovery.office import Office
from strongroom.proof.ledger.turns import take_turn

if TYPE_CHECKING:
    from django.db.models import QuerySet


def invite(office: Office, actor: Actor, project: ProjectId, raw: str, role: Role) -> Invitation:
    """Invite somebody, by name or address, to a role in a project."""
    with transaction.atomic():
        row = sight.lock(actor, project)
        may(actor, Action.APPOINT, row)
        asked = invitations.whom(raw)
        own = asked.user is not None and asked.user.pk == actor.user_id
        may_appoint(actor, case_of(actor, row), {role}, to_self=own)
        if asked.user is not None and granted(asked.user.pk, project) is not None:
            raise _role_held(asked.user, project)
        return invitations.send(office, actor, asked, Place(project=project, role=role))


def accept(desk: Desk, actor: Actor, number: int) -> Invitation:
    """Accept an invitation, into a project or an organisation."""
    with transaction.atomic():
        row = invitations.answered(actor, number, desk.clock)
        if row.organisation_id is not None:
            return invitations.accept(actor, number, desk.clock)
        project = ProjectId(row.ecosystem, row.project)
        held = lock_project(project)
        # Of two answers at once the second finds nothing.
        row = invitations.answered(actor, number, desk.clock)
        user, role = User.objects.get(pk=user_of(actor)), Role(row.role)
        if granted(user.pk, project) is not None:
            raise _role_held(user, project)
        inviter = invitations.inviter_of(row, user)
        if inviter is not None and not appoints(_of(inviter, project), {role}):
            raise invitations.lapsed()
        Invitation.objects.filter(pk=row.pk).delete()
        grant(user.pk, project, role, desk.clock)
        told = {"role": role, "project": project.key}
        note(Happening(Kind.ROLE_GRANTED, user.pk, told), actor, desk.clock)
        by = inviter.username if inviter else ""
        facts = {"user": user.username, "role": role, "inviter": by}
        recorded = tell(desk, held, about(actor, Kind.ROLE_GRANTED, project, facts))
    desk.react([recorded])
    return row


def withdraw(desk: Desk, actor: Actor, project: ProjectId, number: int) -> None:
    """Withdraw an invitation into a project."""
    with transaction.atomic():
        held = sight.lock(actor, project)
        may(actor, Action.APPOINT, held)
        row = open_in(project).filter(pk=number).first()
        if row is None:
            raise NotFoundError(
                "no-such-invitation",
                "There is no such invitation, or it has ended.",
                "Look at the project's page.",
            )
        may_appoint(actor, case_of(actor, held), {Role(row.role)}, to_self=False)
        invitations.end(row, actor, desk.clock)


def open_in(project: ProjectId) -> "QuerySet[Invitation]":
    """Return the invitations into a project, the oldest first."""
    rows = Invitation.objects.select_related("user", "inviter", "organisation")
    return rows.filter(ecosystem=project.ecosystem, project=project.key).order_by("pk")


def leave(desk: Desk, actor: Actor, project: ProjectId) -> Recorded:
    """Give one's own role in a project back; its last owner stays."""
    number = user_of(actor)
    with transaction.atomic():
        take_turn(ACCOUNTS)
        row = sight.lock(actor, project)
        in_person(actor, "To leave a project")
        user, role = User.objects.get(pk=number), granted(number, project)
        if role is None:
            raise NotFoundError(
                "no-role-of-ones-own",
                f"{user.username} has no role of their own in {project.key}.",
                "Leave the team or the organisation by which you have one.",
            )
        if role is Role.OWNER:
            not_the_last(project, user)
        take(number, project)
        told = {"role": role, "project": project.key}
        note(Happening(Kind.ROLE_TAKEN, number, told), actor, desk.clock)
        facts = {"user": user.username, "role": role}
        recorded = tell(desk, row, about(actor, Kind.ROLE_TAKEN, project, facts))
    desk.react([recorded])
    return recorded


def _of(inviter: User, project: ProjectId) -> frozenset[Role]:
    return roles_of(Actor("person", inviter.username, "invitation", inviter.pk), project)


def _role_held(user: User, project: ProjectId) -> ConflictError:
    return ConflictError(
        "role-held",
        f"{user.username} has a role of their own in {project.key} already.",
        "Give them another one in its place.",
    )
