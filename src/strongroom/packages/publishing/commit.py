"""Step 6: bytes durable first, then rows and events in one transaction.

The facts are read and judged again inside it, with nobody else about the same name meanwhile. What
a crash can leave behind is at most a blob that no row names; nobody can reach it, and the same
upload made again uses it.

The sweep of such blobs removes them in transactions of its own, while nobody else is in one that
gives a blob a name (the turn `BLOBS`). So either it sees our row and leaves the blob, or we see
here that the blob is gone and keep the bytes once more: no row is ever without its blob.

One upload and a stage of many files take the same way: all rows of all files, then all events, in
one transaction. So a release appears whole or not at all.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import TypeVar

from django.db import DataError, IntegrityError, transaction

from strongroom.core.actors import Actor
from strongroom.core.coordinates import ProjectId
from strongroom.core.ecosystem import Ecosystem
from strongroom.core.errors import ConflictError, InvalidError
from strongroom.core.events import Event, Kind, Recorded
from strongroom.core.findings import Finding
from strongroom.packages.catalog import quotas
from strongroom.packages.catalog.desk import BLOBS, Desk
from strongroom.packages.catalog.listing import locked, row_of
from strongroom.packages.models import File, Project, Release, UsedPath
from strongroom.packages.publishing.authorize import at_once, facts, judge
from strongroom.packages.publishing.steps import Accepted, Candidate, Receipt
from strongroom.packages.publishing.trusted import acts_by, heir
from strongroom.people.access.grants import grant
from strongroom.people.access.roles import Role
from strongroom.people.publishers import beside, register
from strongroom.proof.ledger.events import record
from strongroom.proof.ledger.turns import share_turn, take_turn
from strongroom.rows.prepared import Insert, Read, Update

T = TypeVar("T")

MEMBERS_AT_MOST = 2000
ATTEMPTS = 2  # the second meets the rows of whoever won the first

_releases = Read(
    lambda at: Release.objects.filter(project_id=at("project"), key=at("version")).values_list("pk")
)
_projects, _new_release = Insert(Project), Insert(Release)
_files, _paths = Insert(File), Insert(UsedPath)
_touched = Update(
    lambda at: Project.objects.filter(pk=at("project")), updated_at=lambda at: at("at")
)
_told = Update(
    lambda at: Project.objects.filter(ecosystem=at("ecosystem"), key=at("key")),
    serial=lambda at: at("serial"),
)


def commit(accepted: Accepted, ecosystem: Ecosystem, desk: Desk) -> Receipt:
    """Publish one file for good; raises ConflictError if somebody was faster."""
    candidate = accepted.candidate
    sidecars = keep_sidecars(candidate, desk)
    candidate.received.upload.incoming.keep()

    def attempt() -> Receipt:
        with transaction.atomic():
            hold(candidate.project, candidate.manifest.name.similar)
            hold_room(candidate.project, [candidate.asked.actor])
            now = candidate.moment(desk.clock.now())
            known = facts(candidate, now, desk.limits)
            permit = judge(candidate, known, ecosystem, desk.limits.release_open)
            if permit.same_as:
                return receipt(accepted, now, ())
            at_once(candidate, permit)
            keep_again(candidate, sidecars, desk)
            actor = candidate.received.upload.actor
            news = write(accepted, sidecars, actor, desk)
            if permit.beside:
                news += beside.tell(actor, candidate.project, desk.clock)
            events = record_all(candidate.project, news, desk)
            return replace(receipt(accepted, now, events), beside=permit.beside)

    return settled(attempt, candidate.manifest.filename)


def settled(attempt: Callable[[], T], what: str) -> T:
    """Make an attempt to write, and a second one where somebody else's rows came in between."""
    for _ in range(ATTEMPTS):
        try:
            return attempt()
        except IntegrityError:
            # Another project took the file's name or its bytes between our look and our write.
            continue
        except DataError as error:
            raise InvalidError(
                "text-not-storable",
                "The metadata hold text that cannot be stored: it is too long or malformed.",
                "Shorten names and fields to what tools write, and build the file again.",
            ) from error
    raise ConflictError(
        "upload-overtaken",
        f"Another upload of {what} or of its content came first.",
        "Upload it again, to be told which.",
    )


def hold(project: ProjectId, similar: str) -> None:
    """Keep everybody else from the name, its look-alikes and the project until we are done.

    Where the project is new there is no row to lock, and of two people who both were told that
    the name is free, the second must not become an owner of what the first has made.
    """
    share_turn(BLOBS)
    take_turn(f"name {project.ecosystem} {similar}")
    locked(project)


def hold_room(project: ProjectId, uploaders: Iterable[Actor]) -> None:
    """Keep everybody else from the room that files of these people in a project take; after `hold`.

    All at once, in the one order: whoever holds some must not wait for others.
    """
    quotas.hold({one for actor in uploaders for one in quotas.subjects_of(actor, project)})


def receipt(accepted: Accepted, at: datetime, events: tuple[Recorded, ...]) -> Receipt:
    """Say what became of a file."""
    candidate = accepted.candidate
    return Receipt(
        project=candidate.project,
        version=candidate.manifest.version.display,
        filename=candidate.manifest.filename,
        sha256=candidate.received.digests.sha256,
        size=candidate.received.size,
        at=at,
        events=events,
        remarks=accepted.remarks,
    )


def keep_sidecars(candidate: Candidate, desk: Desk) -> dict[str, str]:
    """Make durable what is served beside a file; returns the digest for each suffix."""
    kept = {}
    for suffix, body in candidate.manifest.sidecars.items():
        with desk.blobs.receive() as incoming:
            incoming.write(body)
            incoming.keep()
            kept[suffix] = incoming.digests().sha256
    return kept


def keep_again(candidate: Candidate, sidecars: dict[str, str], desk: Desk) -> None:
    """Keep once more what a sweep removed between our keeping it and our transaction."""
    if not all(map(desk.blobs.holds, (candidate.received.digests.sha256, *sidecars.values()))):
        keep_sidecars(candidate, desk)
        candidate.received.upload.incoming.keep()


def write(accepted: Accepted, sidecars: dict[str, str], by: Actor, desk: Desk) -> list[Event]:
    """Write the rows of a file that was just judged; returns what there is to tell of it.

    `by` is whoever publishes. The caller holds the transaction, and `hold` and `hold_room` in it.
    """
    candidate = accepted.candidate
    now = desk.clock.now()
    at = candidate.moment(now)
    project, is_new = _project(candidate, at)
    release = _release(candidate, project, at)
    _file(candidate, release, accepted.remarks, sidecars, at)
    _use(candidate, now)
    taking = quotas.subjects_of(candidate.asked.actor, candidate.project)
    quotas.add(dict.fromkeys(taking, candidate.received.size))
    if at > project.updated_at:
        _touched(project=project.pk, at=at)
    news = [_published(candidate, by, now)]
    if is_new:
        news.insert(0, _created(candidate, desk))
    return news


def record_all(project: ProjectId, news: Sequence[Event], desk: Desk) -> tuple[Recorded, ...]:
    """Record what there is to tell of a project; last in the transaction that `hold` began."""
    recorded = tuple(record(one, desk.clock) for one in news)
    _told(ecosystem=project.ecosystem, key=project.key, serial=recorded[-1].serial)
    return recorded


def _project(candidate: Candidate, now: datetime) -> tuple[Project, bool]:
    # No savepoints: whoever made it meanwhile fails our whole attempt, and there is another.
    name, there = candidate.manifest.name, row_of(candidate.project)
    made = there or _projects(
        ecosystem=candidate.project.ecosystem,
        key=name.key,
        display=name.display,
        similar=name.similar,
        created_at=now,
        updated_at=now,
    )
    return made, there is None


def _release(candidate: Candidate, project: Project, now: datetime) -> int:
    """Return the key of the row of a release, which is made for its first file."""
    manifest = candidate.manifest
    there = _releases.first(project=project.pk, version=manifest.version.key)
    if there is not None:
        return there[0]
    made = _new_release(
        project_id=project.pk,
        key=manifest.version.key,
        display=manifest.version.display,
        prerelease=manifest.version.prerelease,
        published_at=now,
        summary=manifest.summary,
        description=manifest.description,
        description_type=manifest.description_type,
        manifest=dict(manifest.metadata),
    )
    return made.pk


def _file(
    candidate: Candidate,
    release: int,
    remarks: tuple[Finding, ...],
    sidecars: dict[str, str],
    now: datetime,
) -> None:
    manifest, received = candidate.manifest, candidate.received
    _files(
        release_id=release,
        filename=manifest.filename,
        kind=manifest.kind,
        size=received.size,
        uploaded_at=now,
        uploader=received.upload.actor.name,
        manifest=dict(manifest.file_metadata),
        sidecars=sidecars,
        members=list(manifest.members[:MEMBERS_AT_MOST]),
        findings=[asdict(found) for found in remarks],
        **asdict(received.digests),
    )


def _use(candidate: Candidate, now: datetime) -> None:
    manifest, received = candidate.manifest, candidate.received
    _paths(
        ecosystem=candidate.project.ecosystem,
        path=manifest.filename,
        project=candidate.project.key,
        version=manifest.version.key,
        sha256=received.digests.sha256,
        used_at=now,
    )


def _created(candidate: Candidate, desk: Desk) -> Event:
    actor, owner, project = candidate.asked.actor, candidate.asked.actor.name, candidate.project
    user_id = actor.user_id
    if actor.publishers:
        made_by = heir(acts_by(actor, register.of_project(project), exists=False))
        user_id, owner = made_by.pk, made_by.username
    register.settle(project, actor)
    if user_id is not None:
        grant(user_id, project, Role.OWNER, desk.clock)
    return Event(
        kind=Kind.PROJECT_CREATED,
        actor=actor.name,
        credential=actor.credential,
        project=candidate.project,
        facts={"name": candidate.manifest.name.display, "owner": owner},
    )


def _published(candidate: Candidate, by: Actor, now: datetime) -> Event:
    manifest, upload = candidate.manifest, candidate.received.upload
    more = {}
    if upload.moment is not None:
        more["uploaded_at"] = candidate.moment(now).isoformat()
    if upload.stage is not None:
        more["uploader"] = upload.actor.name
    return Event(
        kind=Kind.FILE_PUBLISHED,
        actor=by.name,
        credential=by.credential,
        project=candidate.project,
        version=manifest.version.display,
        facts={
            "file": manifest.filename,
            "kind": manifest.kind,
            "size": candidate.received.size,
            "sha256": candidate.received.digests.sha256,
            **more,
        },
    )
