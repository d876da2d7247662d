"""Step 3: whether this actor may publish this file, as the rows stand now.

`facts` reads the rows and `judge` decides; the commit runs both again inside its own transaction,
so that nothing that changed while checks ran can slip through.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from strongroom.core.actors import IMPORT, Action
from strongroom.core.ecosystem import Ecosystem
from strongroom.core.errors import ConflictError, ForbiddenError
from strongroom.packages.catalog.desk import Desk, Limits
from strongroom.packages.catalog.quotas import Standing, standings, subjects_of, within
from strongroom.packages.catalog.states import CLOSED, Status
from strongroom.packages.models import File, Project, Release, UsedPath
from strongroom.packages.publishing.stages import Candidate, Permit
from strongroom.people.access.grants import role_of
from strongroom.people.access.roles import Role
from strongroom.people.access.rules import permit


@dataclass(frozen=True, slots=True)
class Facts:
    """What the rows say about a candidate, at one moment."""

    at: datetime
    exists: bool
    role: Role | None
    status: Status
    similar_to: str | None  # another project whose name an eye confuses with this one
    path_sha256: str | None  # the bytes for which this file name was used before
    bytes_path: str | None  # the file name under which these bytes were published before
    published: bool  # this very file is there to be downloaded
    name_burnt: bool  # a project of this name was removed
    version_burnt: bool  # the version was published and removed
    opened_at: datetime | None  # when the release got its first file
    kinds: tuple[str, ...]  # the kinds of files that the release has
    room: tuple[Standing, ...] = ()  # how those stand whose quota the file takes


def authorize(candidate: Candidate, ecosystem: Ecosystem, desk: Desk) -> Permit:
    """Read the facts in one short transaction and judge them."""
    with transaction.atomic():
        known = facts(candidate, candidate.moment(desk.clock.now()), desk.limits)
    return judge(candidate, known, ecosystem, desk.limits.release_open)


def facts(candidate: Candidate, at: datetime, limits: Limits) -> Facts:
    """Read what the rows say about a candidate; the caller holds the transaction."""
    project, manifest = candidate.project, candidate.manifest
    here = {"ecosystem": project.ecosystem}
    row = Project.objects.filter(key=project.key, **here).first()
    similar = Project.objects.filter(similar=manifest.name.similar, **here).exclude(key=project.key)
    release = Release.objects.filter(project=row, key=manifest.version.key).first() if row else None
    files = dict(release.files.values_list("filename", "kind")) if release else {}
    used = UsedPath.objects.filter(**here)
    sha256 = candidate.received.digests.sha256
    return Facts(
        at=at,
        exists=row is not None,
        role=role_of(candidate.received.upload.actor.user_id, project),
        status=Status(row.status) if row else Status.ACTIVE,
        similar_to=similar.values_list("display", flat=True).first() if row is None else None,
        path_sha256=used.filter(path=manifest.filename).values_list("sha256", flat=True).first(),
        bytes_path=used.filter(sha256=sha256).values_list("path", flat=True).first(),
        published=File.objects.filter(
            release=release, filename=manifest.filename, sha256=sha256
        ).exists(),
        name_burnt=row is None and used.filter(project=project.key).exists(),
        version_burnt=release is None
        and used.filter(project=project.key, version=manifest.version.key).exists(),
        opened_at=release.published_at if release else None,
        kinds=tuple(files.values()),
        room=standings(limits, subjects_of(candidate.received.upload.actor, project)),
    )


def judge(
    candidate: Candidate, known: Facts, ecosystem: Ecosystem, release_open: timedelta
) -> Permit:
    """Judge facts: the one rule first, then what is published, burnt, closed or full. Pure."""
    actor = candidate.received.upload.actor
    if candidate.received.upload.moment is not None and actor.credential != IMPORT:
        # Whoever could date a file back could add it to a release that closed long ago.
        raise ForbiddenError(
            "moment-not-allowed",
            "Only an import by the operator says when a file was uploaded.",
            "Upload the file without a moment.",
        )
    permit(actor, Action.UPLOAD, candidate.project, exists=known.exists, role=known.role)
    if known.published:
        return Permit(creates_project=False, same_as=candidate.manifest.filename)
    if known.exists:
        _open_project(candidate, known)
    else:
        _free_name(candidate, known, ecosystem)
    _unburnt(candidate, known)
    if known.opened_at is not None:
        _open_release(candidate, known, release_open)
        ecosystem.may_join(candidate.manifest, known.kinds)
    within(known.room, candidate.received.size)
    return Permit(creates_project=not known.exists)


def _open_project(candidate: Candidate, known: Facts) -> None:
    if known.status in CLOSED:
        raise ConflictError(
            f"project-{known.status}",
            f"{candidate.manifest.name.display} is {known.status} and takes no uploads.",
            "An owner can make it active again."
            if known.status is Status.ARCHIVED
            else "Ask the administrators why.",
        )


def _free_name(candidate: Candidate, known: Facts, ecosystem: Ecosystem) -> None:
    ecosystem.may_name(candidate.manifest.name)
    # Whoever took the name of a removed project would be trusted by all who still ask for it.
    if known.name_burnt:
        raise ConflictError(
            "name-used",
            f"The name {candidate.manifest.name.display} belonged to a project that was removed.",
            "Names are never used again; choose another name.",
        )
    if known.similar_to is not None:
        raise ConflictError(
            "name-too-similar",
            f"The name {candidate.manifest.name.display} is too similar to the existing project"
            f" {known.similar_to}.",
            "Choose a name that cannot be mistaken for it.",
        )


def _unburnt(candidate: Candidate, known: Facts) -> None:
    name, sha256 = candidate.manifest.filename, candidate.received.digests.sha256
    if known.path_sha256 is not None:
        again = "was published before and removed" if known.path_sha256 == sha256 else None
        raise ConflictError(
            "file-name-used",
            f"The file {name} {again or 'already exists with other content'}.",
            "File names are never used again; publish a new version.",
        )
    if known.bytes_path is not None:
        raise ConflictError(
            "bytes-used",
            f"The content of {name} was already published as {known.bytes_path}.",
            "The same content cannot stand under two names; build the file again.",
        )
    if known.version_burnt:
        raise ConflictError(
            "version-used",
            f"Version {candidate.manifest.version.display} was published before and removed.",
            "Versions are never used again; publish a new version.",
        )


def _open_release(candidate: Candidate, known: Facts, release_open: timedelta) -> None:
    if known.opened_at is not None and known.at >= known.opened_at + release_open:
        raise ConflictError(
            "release-closed",
            f"Release {candidate.manifest.version.display} closed to new files"
            f" {release_open.days} days after its first.",
            "Publish a new version.",
        )
