"""Publishing a stage: all its files in one transaction, judged in it once more, or none.

Where people must approve, to publish is to ask them; the last approval then publishes. Where a
person must confirm, a token only asks for that too (`confirming`). A file that
was judged by another version of this software is judged again from its bytes before: what a newer
check refuses must not get in by having waited.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from strongroom.core.actors import Action, Actor
from strongroom.core.errors import ConflictError, StrongroomError, UnavailableError
from strongroom.core.events import Event, Kind, Recorded
from strongroom.packages.models import Approval, Stage, StagedFile
from strongroom.packages.publishing.authorize import facts, judge
from strongroom.packages.publishing.commit import hold_room, record_all, settled, write
from strongroom.packages.publishing.decide import accepted, decide
from strongroom.packages.publishing.receive import receive
from strongroom.packages.publishing.steps import Accepted, Candidate
from strongroom.packages.staging import manifests
from strongroom.packages.staging.confirming import asks_a_person, confirm
from strongroom.packages.staging.content import approvers, may_upload
from strongroom.packages.staging.files import (
    judgement,
    lost,
    not_published,
    reconsidered,
    upload_of,
    uploader,
)
from strongroom.packages.staging.opening import finish, record_news
from strongroom.packages.staging.rows import (
    about,
    allow,
    content_of,
    files_of,
    find,
    held,
    project_of,
    project_row,
    state_of,
    uploaders_of,
)
from strongroom.packages.staging.states import Act, FileState, State, after
from strongroom.packages.staging.yard import Yard
from strongroom.people.access import grants
from strongroom.people.access.roles import PUBLISHING


@dataclass(frozen=True, slots=True)
class Standing:
    """How a stage stands with those who approve: `by` have, `wanted` are needed."""

    wanted: int
    by: tuple[str, ...]

    @property
    def missing(self) -> int:
        """Return how many approvals are missing."""
        return max(0, self.wanted - len(self.by))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an act: where the stage stands, what readers may know of, what failed."""

    state: State
    events: tuple[Recorded, ...] = ()
    error: StrongroomError | None = None


def publish(yard: Yard, actor: Actor, handle: str, content: str | None = None) -> Outcome:
    """Publish a stage, or, where approvals are missing, ask people for them.

    `content` is the digest of what the actor has seen, if they have; another one is not published,
    and what a credential put in that may only stage is not without.
    Raises the error why not. The stage is then as it was, or, if people had been asked already, in
    error, which says why.
    """
    found = find(handle)
    allow(actor, Action.STAGE, found)
    up_to_date(found, yard)

    def attempt() -> Outcome:
        with transaction.atomic():
            stage = held(found)
            allow(actor, Action.STAGE, stage)
            state = state_of(stage, yard.desk.clock.now())
            files = complete_files(stage)
            if content is not None:
                as_seen(content, content_of(files))
            stands = standing(stage, files, yard)
            if stands.missing:
                return Outcome(_ask(stage, state, actor, yard))
            # To ask people takes no more than staging; to publish takes leave to publish.
            allow(actor, Action.UPLOAD, stage)
            if asks_a_person(stage, actor):
                return Outcome(_ask(stage, state, actor, yard))
            confirm(stage, actor, yard.desk.clock.now())
            if content is None and not stands.wanted:
                _vouched(files)
            return try_now(stage, actor, [], yard)

    return reacted(settled(attempt, found.version_display), yard)


def reacted(outcome: Outcome, yard: Yard) -> Outcome:
    """Have the pages follow what was published, or raise what kept it from being so."""
    if outcome.error is not None:
        raise outcome.error
    if outcome.events:
        yard.desk.react(outcome.events)
    return outcome


def standing(stage: Stage, files: Sequence[StagedFile], yard: Yard) -> Standing:
    """Count the approvals that hold now: for this content, by people who may still approve."""
    row = project_row(stage)
    wanted = row.approvals if row is not None else 0
    given = Approval.objects.filter(stage=stage, content=content_of(files))
    people = grants.held(project_of(stage), PUBLISHING)
    may = approvers(people, uploaders_of(stage), yard.desk.clock.now() - yard.settled)
    by = set(given.values_list("person_id", flat=True))
    return Standing(wanted, tuple(one.name for one in may if one.user_id in by))


def complete_files(stage: Stage) -> list[StagedFile]:
    """Return the files of a stage if there are any and all are complete, else ConflictError."""
    files = files_of(stage)
    if not files:
        raise ConflictError("stage-empty", "The stage has no files.", "Put some into it.")
    unfinished = [one for one in files if one.state != FileState.COMPLETED]
    if unfinished:
        raise ConflictError(
            "stage-incomplete",
            "Not all files of the stage are complete: "
            + ", ".join(f"{one.filename} is {one.state}" for one in unfinished[:5])
            + ".",
            "Complete or delete them.",
        )
    return files


def as_seen(content: str, there: str) -> None:
    """Refuse an act on files that are not those whose digest its actor names."""
    if content != there:
        raise ConflictError(
            "stage-changed",
            "The files of the stage are not those that you saw.",
            "Look at what it holds now, and decide again.",
        )


def try_now(stage: Stage, by: Actor, told: list[Event], yard: Yard) -> Outcome:
    """Publish a stage that is held, with what there is to tell before that.

    The caller has the transaction, and has asked whether `by` may. If it fails, what was told
    stays, and a stage whose publication people were asked for says why it failed.
    """
    try:
        with transaction.atomic():
            return _publish(stage, by, told, yard)
    except UnavailableError:
        raise  # nothing was judged, and the same act may succeed later
    except StrongroomError as error:
        stage.refresh_from_db()
        news = list(told)
        if stage.state == State.PROCESSING:
            set_back(stage, Act.FAIL, str(error))
            news.append(about(stage, Kind.STAGE_FAILED, by, {"code": error.code}))
        record_news(news, yard)
        return Outcome(State(stage.state), error=error)


def _publish(stage: Stage, by: Actor, told: list[Event], yard: Yard) -> Outcome:
    now, files = yard.desk.clock.now(), complete_files(stage)
    after(state_of(stage, now), Act.PUBLISH)
    approved = standing(stage, files, yard)
    if approved.wanted:
        _long_here(stage, files, yard)
    news = list(told)
    hold_room(project_of(stage), map(uploader, files))
    for file in files:
        news += _write(file, by, yard)
    finish(stage, Act.PUBLISH, now)
    facts_told = {"files": len(files), "approved_by": list(approved.by)}
    news.append(about(stage, Kind.STAGE_PUBLISHED, by, facts_told))
    return Outcome(State.PUBLISHED, record_all(project_of(stage), news, yard.desk))


def set_back(stage: Stage, act: Act, fault: str) -> None:
    """Write that a stage was rejected or failed, and why; the names of its files are free again."""
    stage.state, stage.fault, stage.asked_at = after(State(stage.state), act), fault, None
    stage.save(update_fields=["state", "fault", "asked_at"])


def _vouched(files: Sequence[StagedFile]) -> None:
    """Refuse files that came by a credential which may only stage, where nobody has seen them.

    Its thief would put one more into a session of somebody's, a moment before that is published.
    """
    for file in files:
        if file.by_stager:
            raise ConflictError(
                "content-not-named",
                f"{file.filename} was put into the stage by a credential that may only stage.",
                "Look at the stage, and publish what you saw on its page, or by the API with its"
                " content.",
            )


def _long_here(stage: Stage, files: Sequence[StagedFile], yard: Yard) -> None:
    uploaders = {file.uploader_id for file in files if file.uploader_id is not None}
    for one in grants.held(project_of(stage), PUBLISHING):
        if one.user_id in uploaders:
            may_upload(one, yard.desk.clock.now() - yard.settled)


def _ask(stage: Stage, state: State, actor: Actor, yard: Yard) -> State:
    stage.state = after(state, Act.ASK)
    if state is not State.PROCESSING:
        stage.asked_at, stage.fault = yard.desk.clock.now(), ""
        stage.save(update_fields=["state", "asked_at", "fault"])
        record_news([about(stage, Kind.STAGE_SUBMITTED, actor, {})], yard)
    return State.PROCESSING


def _write(file: StagedFile, by: Actor, yard: Yard) -> list[Event]:
    upload = upload_of(file, yard)
    if file.uploader is None and file.publisher is None:
        raise ConflictError(
            "uploader-inactive",
            f"The trusted publisher by which {file.filename} came into the stage was removed.",
            "Take the file out of the stage, or put it in again yourself.",
        )
    if file.uploader is not None and not file.uploader.is_active:
        raise ConflictError(
            "uploader-inactive",
            f"The account of {file.uploader.username}, who put {file.filename} into the stage, is"
            " not active.",
            "Take the file out of the stage, or put it in again yourself.",
        )
    desk, now = yard.desk, yard.desk.clock.now()
    candidate = Candidate(receive(upload), manifests.read(file.manifest))
    ecosystem = desk.ecosystem(upload.ecosystem)
    known = facts(candidate, now, desk.limits)
    not_published(judge(candidate, known, ecosystem, desk.limits.release_open))
    findings = manifests.read_findings(file.findings)
    remarks = accepted(decide(findings, candidate.project.key, desk.policy))
    upload.incoming.keep()
    if not all(map(desk.blobs.holds, file.sidecars.values())):
        raise lost()
    return write(Accepted(candidate, remarks), file.sidecars, by, desk)


def up_to_date(stage: Stage, yard: Yard) -> None:
    """Judge again, from their bytes, the files that another version of this software judged."""
    for file in files_of(stage):
        if file.state == FileState.COMPLETED and file.judged_by != yard.program:
            judged = judgement(reconsidered(file, yard), yard)
            # Not the whole row: it may have been taken out meanwhile, and must stay so.
            same = StagedFile.objects.filter(
                pk=file.pk, state=FileState.COMPLETED, sha256=file.sha256
            )
            same.update(**judged)
