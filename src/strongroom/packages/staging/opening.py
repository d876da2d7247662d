"""Opening a stage, giving it more time, and ending it without publishing anything.

What people and programs can see of a project does not change by any of this, so nobody reacts.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from strongroom.core.actors import REGISTRY, Action, Actor
from strongroom.core.errors import ConflictError
from strongroom.core.events import Event, Kind
from strongroom.packages.models import Stage
from strongroom.packages.publishing.commit import hold
from strongroom.packages.publishing.ground import is_free, is_open, may_act, survey
from strongroom.packages.publishing.steps import Asked
from strongroom.packages.staging.rows import about, allow, find, held, state_of, whose
from strongroom.packages.staging.states import Act, State, after
from strongroom.packages.staging.yard import (
    EXTENDED,
    HANDLE_BYTES,
    KEPT,
    OF_A_PERSON,
    OF_A_PROJECT,
    Yard,
)
from strongroom.proof.ledger.events import record

AT_ONCE = 200  # stages that one look for expired ones ends


@dataclass(frozen=True, slots=True)
class Opened:
    """The live stage of a version, and whether it was opened just now."""

    stage: Stage
    is_new: bool


def open_stage(asked: Asked, yard: Yard) -> Opened:
    """Open a stage for a version, or return the one that is live.

    Raises ForbiddenError before anything tells that there is one, and reserves the name of a
    project that does not exist yet for as long as the stage lives.
    """
    with transaction.atomic():
        hold(asked.project, asked.name.similar)
        now = yard.desk.clock.now()
        ground = survey(asked, now)
        may_act(asked, ground, Action.STAGE)
        news: list[Event] = []
        live = live_of(asked, now, news)
        if live is not None:
            return Opened(live, is_new=False)
        is_free(asked, ground, yard.desk.ecosystem(asked.project.ecosystem))
        is_open(asked, ground, yard.desk.limits.release_open)
        stage = begin(asked, yard, news)
        record_news(news, yard)
        return Opened(stage, is_new=True)


def live_of(asked: Asked, now: datetime, news: list[Event]) -> Stage | None:
    """Return the live stage of a version, held; one whose time is over is ended first."""
    row = (
        Stage.objects.select_for_update(no_key=True)
        .filter(
            ecosystem=asked.project.ecosystem,
            project=asked.project.key,
            version=asked.version.key,
            ended_at=None,
        )
        .first()
    )
    if row is not None and row.expires_at <= now:
        finish(row, Act.EXPIRE, now)
        news.append(about(row, Kind.STAGE_EXPIRED, REGISTRY, {}))
        return None
    return row


def begin(asked: Asked, yard: Yard, news: list[Event]) -> Stage:
    """Write the row of a new stage; the caller has judged, and holds the name."""
    now = yard.desk.clock.now()
    _within_bounds(asked, now)
    by = whose(asked.actor, asked.project)
    stage = Stage.objects.create(
        handle=yard.entropy(HANDLE_BYTES).hex(),
        ecosystem=asked.project.ecosystem,
        project=asked.project.key,
        display=asked.name.display,
        similar=asked.name.similar,
        version=asked.version.key,
        version_display=asked.version.display,
        opener_id=by.person,
        publisher_id=by.publisher,
        program=by.program,
        credential=asked.actor.credential,
        opened_at=now,
        expires_at=(now + yard.life).replace(microsecond=0),
    )
    news.append(about(stage, Kind.STAGE_OPENED, asked.actor, {"expires_at": _told(stage)}))
    return stage


def extend(yard: Yard, actor: Actor, handle: str, by: timedelta) -> Stage:
    """Give a stage more time, as far as it may have it; returns the stage as it is then.

    What is more than it may have is not given, and is no error (PEP 694, "Publishing Session
    Extension").
    """
    found = find(handle)
    with transaction.atomic():
        stage = held(found)
        allow(actor, Action.STAGE, stage)
        after(state_of(stage, yard.desk.clock.now()), Act.EXTEND)
        most = EXTENDED * yard.life
        last = stage.opened_at.replace(microsecond=0) + most
        # Never earlier than before, also where the operator has shortened the life of stages.
        wanted = max(stage.expires_at, min(last, stage.expires_at + min(by, most)))
        if wanted > stage.expires_at:
            stage.expires_at = wanted
            stage.save(update_fields=["expires_at"])
            told = {"expires_at": _told(stage)}
            record_news([about(stage, Kind.STAGE_EXTENDED, actor, told)], yard)
    return stage


def cancel(yard: Yard, actor: Actor, handle: str) -> Stage:
    """End a stage and forget its files; raises ConflictError while people are asked to approve.

    To cancel what is cancelled changes nothing.
    """
    found = find(handle)
    with transaction.atomic():
        stage = held(found)
        allow(actor, Action.CANCEL, stage)
        now = yard.desk.clock.now()
        if state_of(stage, now) is not State.CANCELLED:
            after(state_of(stage, now), Act.CANCEL)
            finish(stage, Act.CANCEL, now)
            record_news([about(stage, Kind.STAGE_CANCELLED, actor, {})], yard)
    return stage


def expire(yard: Yard, now: datetime) -> int:
    """End the stages whose time is over, and forget those that ended long ago; returns how many.

    To be called now and then. Nothing depends on when: a stage whose time is over is treated as
    expired wherever it is met.
    """
    over = Stage.objects.filter(ended_at=None, expires_at__lte=now).order_by("expires_at")
    ended = sum(_expired(stage, yard, now) for stage in over[:AT_ONCE])
    old = Stage.objects.filter(ended_at__lt=now - KEPT).order_by("pk")[:AT_ONCE]
    Stage.objects.filter(pk__in=list(old.values_list("pk", flat=True))).delete()
    return ended


def _expired(found: Stage, yard: Yard, now: datetime) -> bool:
    with transaction.atomic():
        stage = held(found)
        if stage.ended_at is not None or stage.expires_at > now:
            return False  # published, cancelled or extended a moment ago
        finish(stage, Act.EXPIRE, now)
        record_news([about(stage, Kind.STAGE_EXPIRED, REGISTRY, {})], yard)
    return True


def finish(stage: Stage, act: Act, now: datetime) -> None:
    """Write that a stage has ended; its bytes are nobody's from here on, and are swept."""
    stage.state = after(State(stage.state), act)
    stage.ended_at, stage.asked_at = now, None
    stage.save(update_fields=["state", "ended_at", "asked_at"])
    stage.files.update(manifest={}, findings=[])


def record_news(news: list[Event], yard: Yard) -> None:
    """Record events that nobody outside may read; last in a transaction."""
    for one in news:
        record(one, yard.desk.clock)


def _told(stage: Stage) -> str:
    return stage.expires_at.isoformat()


def _within_bounds(asked: Asked, now: datetime) -> None:
    live = Stage.objects.filter(ended_at=None, expires_at__gt=now)
    of_project = live.filter(ecosystem=asked.project.ecosystem, project=asked.project.key)
    of_person = live.filter(opener_id=asked.actor.user_id)
    if asked.actor.publishers:
        of_person = live.filter(publisher__in=asked.actor.publishers)
    if of_project.count() >= OF_A_PROJECT or of_person.count() >= OF_A_PERSON:
        raise ConflictError(
            "stages-too-many",
            f"A project has at most {OF_A_PROJECT} stages at a time, and a person {OF_A_PERSON}.",
            "Publish or cancel one of those that are open.",
        )
