"""Step 6: bytes durable first, then rows and events in one transaction.

The facts are read and judged again inside it, with nobody else about the same name meanwhile. What
a crash can leave behind is at most a blob that no row names; nobody can reach it, and the same
upload made again uses it.

The sweep of such blobs removes them inside a writing transaction too, and SQLite has one such at a
time. So either it sees our row and leaves the blob, or we see here that the blob is gone and keep
the bytes once more: no row is ever without its blob.
"""

from dataclasses import asdict
from datetime import datetime

from django.db import DataError, IntegrityError, transaction

from strongroom.core.ecosystem import Ecosystem
from strongroom.core.errors import ConflictError, InvalidError
from strongroom.core.events import Event, Kind, Recorded
from strongroom.core.findings import Finding
from strongroom.packages.catalog import quotas
from strongroom.packages.catalog.desk import Desk
from strongroom.packages.models import File, Project, Release, UsedPath
from strongroom.packages.publishing.authorize import facts, judge
from strongroom.packages.publishing.stages import Candidate, Permit, Receipt
from strongroom.people.access.grants import grant
from strongroom.people.access.roles import Role
from strongroom.proof.ledger.events import record
from strongroom.proof.ledger.turns import take_turn

MEMBERS_AT_MOST = 2000
ATTEMPTS = 2  # the second meets the rows of whoever won the first


def commit(
    candidate: Candidate, remarks: tuple[Finding, ...], ecosystem: Ecosystem, desk: Desk
) -> Receipt:
    """Publish the candidate for good; raises ConflictError if somebody was faster."""
    sidecars = _keep_sidecars(candidate, desk)
    candidate.received.upload.incoming.keep()
    for _ in range(ATTEMPTS):
        try:
            return _committed(candidate, remarks, sidecars, ecosystem, desk)
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
        f"Another upload of {candidate.manifest.filename} or of its content came first.",
        "Upload it again, to be told which.",
    )


def _committed(
    candidate: Candidate,
    remarks: tuple[Finding, ...],
    sidecars: dict[str, str],
    ecosystem: Ecosystem,
    desk: Desk,
) -> Receipt:
    with transaction.atomic():
        _hold(candidate)
        now = candidate.moment(desk.clock.now())
        known = facts(candidate, now, desk.limits)
        permit = judge(candidate, known, ecosystem, desk.limits.release_open)
        if not all(map(desk.blobs.holds, (candidate.received.digests.sha256, *sidecars.values()))):
            _keep_sidecars(candidate, desk)
            candidate.received.upload.incoming.keep()
        events = () if permit.same_as else _write(candidate, permit, remarks, sidecars, desk)
    return receipt(candidate, now, events, remarks)


def _hold(candidate: Candidate) -> None:
    """Keep everybody else from the name, its look-alikes, the project and its room meanwhile.

    Where the project is new there is no row to lock, and of two people who both were told that
    the name is free, the second must not become an owner of what the first has made.
    """
    project = candidate.project
    take_turn(f"name {project.ecosystem} {candidate.manifest.name.similar}")
    rows = Project.objects.select_for_update(no_key=True)
    rows.filter(ecosystem=project.ecosystem, key=project.key).first()
    quotas.hold(_subjects(candidate))


def _subjects(candidate: Candidate) -> tuple[quotas.Subject, ...]:
    return quotas.subjects_of(candidate.received.upload.actor, candidate.project)


def receipt(
    candidate: Candidate,
    at: datetime,
    events: tuple[Recorded, ...],
    remarks: tuple[Finding, ...],
) -> Receipt:
    """Say what became of a candidate."""
    return Receipt(
        project=candidate.project,
        version=candidate.manifest.version.display,
        filename=candidate.manifest.filename,
        sha256=candidate.received.digests.sha256,
        size=candidate.received.size,
        at=at,
        events=events,
        remarks=remarks,
    )


def _keep_sidecars(candidate: Candidate, desk: Desk) -> dict[str, str]:
    kept = {}
    for suffix, body in candidate.manifest.sidecars.items():
        with desk.blobs.receive() as incoming:
            incoming.write(body)
            incoming.keep()
            kept[suffix] = incoming.digests().sha256
    return kept


def _write(
    candidate: Candidate,
    permit: Permit,
    remarks: tuple[Finding, ...],
    sidecars: dict[str, str],
    desk: Desk,
) -> tuple[Recorded, ...]:
    now = desk.clock.now()
    at = candidate.moment(now)
    project = _project(candidate, at)
    release = _release(candidate, project, at)
    _file(candidate, release, remarks, sidecars, at)
    _use(candidate, now)
    quotas.add(dict.fromkeys(_subjects(candidate), candidate.received.size))
    events = []
    if permit.creates_project:
        events.append(_created(candidate, desk))
    events.append(_published(candidate, desk))
    project.serial = events[-1].serial
    project.updated_at = max(project.updated_at, at)
    project.save(update_fields=["serial", "updated_at"])
    return tuple(events)


def _project(candidate: Candidate, now: datetime) -> Project:
    name = candidate.manifest.name
    row, _ = Project.objects.get_or_create(
        ecosystem=candidate.project.ecosystem,
        key=name.key,
        defaults={
            "display": name.display,
            "similar": name.similar,
            "created_at": now,
            "updated_at": now,
        },
    )
    return row


def _release(candidate: Candidate, project: Project, now: datetime) -> Release:
    manifest = candidate.manifest
    row, _ = Release.objects.get_or_create(
        project=project,
        key=manifest.version.key,
        defaults={
            "display": manifest.version.display,
            "prerelease": manifest.version.prerelease,
            "published_at": now,
            "summary": manifest.summary,
            "description": manifest.description,
            "description_type": manifest.description_type,
            "manifest": dict(manifest.metadata),
        },
    )
    return row


def _file(
    candidate: Candidate,
    release: Release,
    remarks: tuple[Finding, ...],
    sidecars: dict[str, str],
    now: datetime,
) -> None:
    manifest, received = candidate.manifest, candidate.received
    File.objects.create(
        release=release,
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
    UsedPath.objects.create(
        ecosystem=candidate.project.ecosystem,
        path=manifest.filename,
        project=candidate.project.key,
        version=manifest.version.key,
        sha256=received.digests.sha256,
        used_at=now,
    )


def _created(candidate: Candidate, desk: Desk) -> Recorded:
    actor = candidate.received.upload.actor
    if actor.user_id is not None:
        grant(actor.user_id, candidate.project, Role.OWNER, desk.clock)
    return record(
        Event(
            kind=Kind.PROJECT_CREATED,
            actor=actor.name,
            credential=actor.credential,
            project=candidate.project,
            facts={"name": candidate.manifest.name.display, "owner": actor.name},
        ),
        desk.clock,
    )


def _published(candidate: Candidate, desk: Desk) -> Recorded:
    actor, manifest = candidate.received.upload.actor, candidate.manifest
    past = {}
    if candidate.received.upload.moment is not None:
        past["uploaded_at"] = candidate.moment(desk.clock.now()).isoformat()
    return record(
        Event(
            kind=Kind.FILE_PUBLISHED,
            actor=actor.name,
            credential=actor.credential,
            project=candidate.project,
            version=manifest.version.display,
            facts={
                "file": manifest.filename,
                "kind": manifest.kind,
                "size": candidate.received.size,
                "sha256": candidate.received.digests.sha256,
                **past,
            },
        ),
        desk.clock,
    )
