"""An upload in one request: published at once, or put into a stage where people approve.

A project's people decide which by the approvals or the confirmation that they ask for; a credential
that may only stage decides it for itself. A client cannot.
"""

from dataclasses import dataclass

from django.db import transaction

from strongroom.core.actors import Action, Actor
from strongroom.core.events import Event
from strongroom.packages.models import Stage, StagedFile
from strongroom.packages.publishing.commit import (
    hold,
    hold_room,
    keep_again,
    keep_sidecars,
    settled,
)
from strongroom.packages.publishing.pipeline import consider, publish_considered
from strongroom.packages.publishing.steps import Accepted, Receipt, Upload
from strongroom.packages.staging.files import (
    Promise,
    add,
    have,
    joins,
    judged_again,
    let_in,
    named,
    take_out,
)
from strongroom.packages.staging.opening import begin, live_of, record_news
from strongroom.packages.staging.rows import allow, find_file, held, state_of
from strongroom.packages.staging.states import Act, FileState, after
from strongroom.packages.staging.yard import Yard
from strongroom.people.access.rules import only_stages


@dataclass(frozen=True, slots=True)
class Staged:
    """A file that is in a stage now. `is_new` is false where it was there already."""

    stage: Stage
    file: StagedFile
    is_new: bool


def take(upload: Upload, yard: Yard) -> Receipt | Staged:
    """Publish an upload, or put it into the stage of its version; raises the error why not."""
    ecosystem = yard.desk.ecosystem(upload.ecosystem)
    action = Action.STAGE if only_stages(upload.actor) else Action.UPLOAD
    considered, permit = consider(upload, ecosystem, yard.desk, action)
    if permit.same_as or (action is Action.UPLOAD and not permit.waits):
        return publish_considered(considered, permit, yard.desk)
    return put(considered, yard)


def put(accepted: Accepted, yard: Yard) -> Staged:
    """Put a judged upload into the stage of its version, opened if there is none.

    The same file again changes nothing; another one of the same name takes its place.
    """
    candidate = accepted.candidate
    sidecars = keep_sidecars(candidate, yard.desk)
    candidate.received.upload.incoming.keep()

    def attempt() -> Staged:
        with transaction.atomic():
            hold(candidate.project, candidate.manifest.name.similar)
            hold_room(candidate.project, [candidate.asked.actor])
            return _put(accepted, sidecars, yard)

    return settled(attempt, candidate.manifest.filename)


def _put(accepted: Accepted, sidecars: dict[str, str], yard: Yard) -> Staged:
    candidate, now, news = accepted.candidate, yard.desk.clock.now(), list[Event]()
    ecosystem = yard.desk.ecosystem(candidate.project.ecosystem)
    judged_again(accepted, ecosystem, yard)
    stage = live_of(candidate.asked, now, news) or begin(candidate.asked, yard, news)
    after(state_of(stage, now), Act.CHANGE)
    actor, digests = candidate.asked.actor, candidate.received.digests
    there = named(stage, candidate.manifest.filename)
    if there is not None:
        if (there.state, there.sha256) == (FileState.COMPLETED, digests.sha256):
            return Staged(stage, there, is_new=False)
        news += take_out(there, actor)
    joins(accepted, stage, ecosystem)
    keep_again(candidate, sidecars, yard.desk)
    promised = Promise(candidate.manifest.filename, candidate.received.size, {})
    file = add(stage, promised, actor, yard)
    have(file, digests)
    news.append(let_in(file, accepted, sidecars, yard))
    record_news(news, yard)
    return Staged(stage, file, is_new=True)


def remove(yard: Yard, actor: Actor, handle: str) -> None:
    """Take a file out of its stage, or give one up that is on its way; again changes nothing."""
    found = find_file(handle)
    with transaction.atomic():
        stage = held(found.stage)
        allow(actor, Action.STAGE, stage)
        file = find_file(handle)
        if file.state != FileState.CANCELLED:
            after(state_of(stage, yard.desk.clock.now()), Act.CHANGE)
            record_news(take_out(file, actor), yard)
