"""People's word on a stage: approving, rejecting, and how many approvals a project asks for.

An approval is a person's, for exactly the content that they saw. It takes somebody with a role who
put nothing into the stage, and who is there: no token approves, so that whoever holds the keys of a
build server publishes nothing by them.
"""

from django.db import transaction

from strongroom.core.actors import Action, Actor
from strongroom.core.coordinates import ProjectId
from strongroom.core.errors import ConflictError, ForbiddenError, InvalidError
from strongroom.core.events import Event, Kind, Recorded
from strongroom.packages.catalog import acts, sight
from strongroom.packages.catalog import states as catalog
from strongroom.packages.catalog.desk import Desk
from strongroom.packages.models import Approval, Stage
from strongroom.packages.publishing.commit import settled
from strongroom.packages.staging import publication
from strongroom.packages.staging.confirming import confirm
from strongroom.packages.staging.content import may_approve
from strongroom.packages.staging.files import void
from strongroom.packages.staging.opening import record_news
from strongroom.packages.staging.publication import Outcome, complete_files
from strongroom.packages.staging.rows import (
    about,
    allow,
    content_of,
    find,
    held,
    project_of,
    project_row,
    state_of,
    uploaders_of,
)
from strongroom.packages.staging.states import Act, State, after
from strongroom.packages.staging.yard import Yard
from strongroom.people.access import grants
from strongroom.people.access.roles import PUBLISHING

APPROVALS_AT_MOST = 20


def approve(yard: Yard, actor: Actor, handle: str, content: str) -> Outcome:
    """Approve the content of a stage; what completes the approvals publishes it.

    `content` is the digest of what the person saw. To approve the same again changes nothing.
    """
    found = find(handle)
    allow(actor, Action.APPROVE, found)
    publication.up_to_date(found, yard)

    def attempt() -> Outcome:
        with transaction.atomic():
            stage = held(found)
            allow(actor, Action.APPROVE, stage)
            after(state_of(stage, yard.desk.clock.now()), Act.APPROVE)
            files = complete_files(stage)
            publication.as_seen(content, content_of(files))
            _wanted(stage)
            confirm(stage, actor, yard.desk.clock.now())
            news = _given(stage, actor, content, yard)
            standing = publication.standing(stage, files, yard)
            if standing.missing:
                record_news(news, yard)
                return Outcome(State(stage.state))
            return publication.try_now(stage, actor, news, yard)

    return publication.reacted(settled(attempt, found.version_display), yard)


def reject(yard: Yard, actor: Actor, handle: str, reason: str) -> Stage:
    """Say why a stage is not to be published as it is; it can be changed again, or cancelled."""
    told = catalog.reason(reason)
    if not told:
        raise InvalidError("reason-missing", "A rejection says why.", "Give a reason of one line.")
    found = find(handle)
    with transaction.atomic():
        stage = held(found)
        allow(actor, Action.APPROVE, stage)
        after(state_of(stage, yard.desk.clock.now()), Act.REJECT)
        publication.set_back(stage, Act.REJECT, f"{actor.name} rejected it: {told}")
        facts = {"reason": told, "voided": void(stage)}
        record_news([about(stage, Kind.STAGE_REJECTED, actor, facts)], yard)
    return stage


def set_approvals(desk: Desk, actor: Actor, project: ProjectId, wanted: int) -> Recorded | None:
    """Say how many people must approve what is published of a project; 0 publishes at once.

    Owners can ask for more. Only administrators can ask for fewer: a thief of one owner's session
    must not lower the bar.
    """
    if not 0 <= wanted <= APPROVALS_AT_MOST:
        raise InvalidError(
            "approvals-invalid",
            f"A project asks for 0 to {APPROVALS_AT_MOST} approvals.",
            "Name a number between them.",
        )
    with transaction.atomic():
        row = sight.lock(actor, project)
        action = Action.LOOSEN if wanted < row.approvals else Action.CONFIGURE
        acts.may(actor, action, row)
        if wanted == row.approvals:
            return None
        _can_be_had(wanted, project)
        facts = {"from": row.approvals, "to": wanted}
        row.approvals = wanted
        row.save(update_fields=["approvals"])
        event = acts.about(actor, Kind.APPROVALS_CHANGED, project, facts)
        recorded = acts.tell(desk, row, event)
    desk.react([recorded])
    return recorded


def _can_be_had(wanted: int, project: ProjectId) -> None:
    # One of them uploads, and does not approve what they uploaded.
    others = max(0, len(grants.held(project, PUBLISHING)) - 1)
    if wanted > others:
        raise ConflictError(
            "approvers-too-few",
            f"{wanted} approvals cannot be had: besides whoever uploads, {others} people have a"
            f" role in {project.key}.",
            "Give more people a role first, or ask for fewer approvals.",
        )


def _wanted(stage: Stage) -> None:
    row = project_row(stage)
    if row is None or row.approvals == 0:
        raise ConflictError(
            "approvals-not-wanted",
            f"Nothing of {stage.display} waits for approval.",
            "Publish the stage instead; an owner can make its project ask for approvals.",
        )


def _given(stage: Stage, actor: Actor, content: str, yard: Yard) -> list[Event]:
    """Write an approval; returns what there is to tell, which is nothing if it was given before."""
    now, project = yard.desk.clock.now(), project_of(stage)
    me = next(
        (one for one in grants.held(project, PUBLISHING) if one.user_id == actor.user_id), None
    )
    if me is None:
        raise ForbiddenError(
            "account-inactive", f"The account {actor.name} is not active.", "Ask the operator."
        )
    may_approve(me, uploaders_of(stage), now - yard.settled)
    _, is_new = Approval.objects.update_or_create(
        stage=stage,
        person_id=me.user_id,
        defaults={"content": content, "approved_at": now},
    )
    return [about(stage, Kind.STAGE_APPROVED, actor, {"content": content})] if is_new else []
