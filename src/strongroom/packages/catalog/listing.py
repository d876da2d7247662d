"""Reading a project out of the rows, as its readers may see it."""

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, NamedTuple

from django.db.models import TextField
from django.db.models.functions import Cast

from strongroom.core.coordinates import ProjectId, Version
from strongroom.core.digests import Digests
from strongroom.core.ecosystem import (
    Ecosystem,
    FileListing,
    Listing,
    Newest,
    ReleaseListing,
    chosen,
)
from strongroom.core.errors import GoneError, NotFoundError, StrongroomError
from strongroom.core.findings import Finding, Severity
from strongroom.packages.catalog.serials import of_releases
from strongroom.packages.models import File, Project, Release, UsedPath
from strongroom.people.access.grants import holder_of, people_of
from strongroom.proof.ledger.events import of_project
from strongroom.rows.prepared import Read
from strongroom.stores.pages.rooms import closed

HISTORY_AT_MOST = 200
_AS_TEXT = frozenset({"published_at", "uploaded_at", "manifest", "sidecars", "findings"})
REMEMBERED = 8192  # files, of some 3 KB each; an upload into a project finds those of the last one
_TEXTS = ("description", "description_type", "manifest")
_SHOWN_TEXTS = ("description", "description_type", "metadata")


class _ReleaseRow(NamedTuple):
    """What is listed of a release.

    Of a project's thousands of rows few are new since the last time. So a row is left as it comes,
    moments and JSON as text, and read where it is not remembered.
    """

    key: str
    display: str
    prerelease: bool
    published_at: str
    summary: str
    yanked: bool
    yanked_reason: str


class _FileRow(NamedTuple):
    """What is listed of a file; the names of members are long and on no page of the project."""

    filename: str
    kind: str
    size: int
    sha256: str
    blake2b_256: str
    md5: str
    uploaded_at: str
    uploader: str
    manifest: str
    sidecars: str
    findings: str


def _column(name: str) -> str | Cast:
    return Cast(name, TextField()) if name in _AS_TEXT else name


_rows = Read(lambda at: Project.objects.filter(ecosystem=at("ecosystem"), key=at("key")))
_locked = Read(
    lambda at: Project.objects.select_for_update(no_key=True).filter(
        ecosystem=at("ecosystem"), key=at("key")
    )
)
_releases = Read(
    lambda at: Release.objects.filter(project_id=at("project")).values_list(
        "pk", *map(_column, _ReleaseRow._fields)
    )
)
_files = Read(
    lambda at: (
        File.objects.filter(release__project_id=at("project"))
        .order_by("filename")
        .values_list("release_id", *map(_column, _FileRow._fields))
    )
)


def file_path(ecosystem: str, sha256: str, filename: str) -> str:
    """Return where a file's bytes stand on the shelf: under its digest, so that it never moves."""
    return f"files/{ecosystem}/{sha256[:2]}/{sha256[2:4]}/{sha256[4:]}/{filename}"


def private_path(project: ProjectId, sha256: str, filename: str) -> str:
    """Return where that of a private project stands: under the name that is asked to be read.

    With the name in it, who may read one project gets no file of another by it.
    """
    return closed(f"files/{project.ecosystem}/{project.key}/{sha256}/{filename}")


def public_path(path: str) -> str:
    """Return where a file would stand, of which this is the path, if its project were public."""
    if not path.startswith(closed("")):
        return path
    _, _, ecosystem, _, sha256, filename = path.split("/")
    return file_path(ecosystem, sha256, filename)


def other_path(project: ProjectId, path: str) -> str:
    """Return where a file would stand if its project were private and is public, or otherwise."""
    if path.startswith(closed("")):
        return public_path(path)
    *_, first, second, rest, filename = path.split("/")
    return private_path(project, first + second + rest, filename)


def path_of(project: ProjectId, sha256: str, filename: str, *, private: bool) -> str:
    """Return where the one or the other stands."""
    if private:
        return private_path(project, sha256, filename)
    return file_path(project.ecosystem, sha256, filename)


def row_of(project: ProjectId) -> Project | None:
    """Return the row of a project, if it exists."""
    return _rows.first(ecosystem=project.ecosystem, key=project.key)


def locked(project: ProjectId) -> Project | None:
    """Return the row of a project, if it exists; nobody else changes it until we are done."""
    return _locked.first(ecosystem=project.ecosystem, key=project.key)


def find_project(project: ProjectId) -> Project:
    """Return the row of a project; raises NotFoundError."""
    return _found(row_of(project), project)


def lock_project(project: ProjectId) -> Project:
    """Return the row of a project that is to change, as `locked` does; raises NotFoundError."""
    return _found(locked(project), project)


def _found(row: Project | None, project: ProjectId) -> Project:
    if row is None:
        raise no_project(project)
    return row


def no_project(project: ProjectId) -> NotFoundError:
    """Say that there is no such project, or none that this reader may know of."""
    return NotFoundError(
        "no-such-project",
        f"There is no project named {project.key[:100]} here.",
        "Check the spelling, or search for it.",
    )


def find_release(project: Project, version: Version) -> Release:
    """Return the row of a release; raises NotFoundError, or GoneError."""
    row = Release.objects.filter(project=project, key=version.key).first()
    if row is None:
        id_ = ProjectId(project.ecosystem, project.key)
        raise no_release(id_, project.display, version)
    return row


def no_release(project: ProjectId, display: str, version: Version) -> StrongroomError:
    """Say that a project has no such release, and whether it once had."""
    used = UsedPath.objects.filter(
        ecosystem=project.ecosystem, project=project.key, version=version.key
    )
    if used.exists():
        return GoneError(
            "release-removed",
            f"{display} {version.display[:100]} was removed from this registry.",
            "The project's history says when and why; a version is never used again.",
        )
    return NotFoundError(
        "no-such-release",
        f"{display} has no release {version.display[:100]}.",
        "The project's page lists its releases.",
    )


def is_published(ecosystem: str, filename: str, sha256: str) -> bool:
    """Say whether this very file is there to be downloaded."""
    # Digests of used names have an index, those of files have none.
    used = UsedPath.objects.filter(ecosystem=ecosystem, sha256=sha256, path=filename).first()
    return (
        used is not None
        and File.objects.filter(
            release__project__ecosystem=ecosystem,
            release__project__key=used.project,
            release__key=used.version,
            filename=filename,
        ).exists()
    )


def listing(
    project: ProjectId, ecosystem: Ecosystem, whole: frozenset[str] | None = None
) -> Listing:
    """Read a project with its releases (newest version first), files, people and events.

    Descriptions and metadata are long, and a project may have thousands of releases. With `whole`
    only the releases of those version keys have theirs, and the chosen one, which stands for the
    project; those of all others are empty.
    """
    row = find_project(project)
    files: dict[int, list[FileListing]] = defaultdict(list)
    for release, *columns in _files.all(project=row.pk):
        files[release].append(_file(project, row.private, *columns))
    rows = _releases.all(project=row.pk)
    serials = of_releases(project, ecosystem, (key for _, key, *_ in rows))
    releases = {
        key: _release(serials[key], tuple(files[pk]), key, *rest) for pk, key, *rest in rows
    }
    ordered = ecosystem.newest_first(one.version for one in releases.values())
    brief = tuple(releases[version.key] for version in ordered)
    return Listing(
        project=project,
        name=ecosystem.name(row.display),
        status=row.status,
        status_reason=row.status_reason,
        serial=row.serial,
        created_at=row.created_at,
        releases=_with_texts(row, brief, whole),
        people=people_of(project),
        organisation=str(holder_of(project) or ""),
        history=of_project(project, HISTORY_AT_MOST, since=0 if row.private else row.told_from),
        private=row.private,
        moved=row.told_from > 0,
    )


def _with_texts(
    project: Project, brief: tuple[ReleaseListing, ...], whole: frozenset[str] | None
) -> tuple[ReleaseListing, ...]:
    rows = Release.objects.filter(project=project)
    if whole is not None:
        newest = chosen(brief)
        rows = rows.filter(key__in=whole | ({newest.version.key} if newest else set()))
    texts = {key: rest for key, *rest in rows.values_list("key", *_TEXTS)}
    return tuple(
        replace(one, **dict(zip(_SHOWN_TEXTS, texts[one.version.key], strict=True)))
        if one.version.key in texts
        else one
        for one in brief
    )


@lru_cache(maxsize=REMEMBERED)
def _release(serial: int, files: tuple[FileListing, ...], *columns: Any) -> ReleaseListing:  # noqa: ANN401 - those of a row
    """Return a release without its long texts; remembered as files are."""
    row = _ReleaseRow(*columns)
    return ReleaseListing(
        version=Version(row.display, row.key, row.prerelease),
        published_at=_moment(row.published_at),
        summary=row.summary,
        description="",
        description_type="",
        metadata={},
        # Databases have orders of their own, in which dots and dashes count for nothing.
        files=tuple(sorted(files, key=lambda each: each.filename)),
        yanked=row.yanked_reason if row.yanked else None,
        serial=serial,
    )


@lru_cache(maxsize=REMEMBERED)
def _file(project: ProjectId, private: bool, *columns: Any) -> FileListing:  # noqa: ANN401, FBT001 - those of a row
    """Return a file. Remembered by all that its row holds, so that nothing else can be shown."""
    row = _FileRow(*columns)
    return FileListing(
        filename=row.filename,
        kind=row.kind,
        size=row.size,
        digests=Digests(row.sha256, row.blake2b_256, row.md5),
        uploaded_at=_moment(row.uploaded_at),
        uploader=row.uploader,
        path=path_of(project, row.sha256, row.filename, private=private),
        metadata=json.loads(row.manifest),
        sidecars=json.loads(row.sidecars),
        findings=tuple(
            Finding(**{**found, "severity": Severity(found["severity"])})
            for found in json.loads(row.findings)
        ),
    )


def _moment(text: str) -> datetime:
    """Read a moment as the database writes it: PostgreSQL with its zone, SQLite in UTC."""
    at = datetime.fromisoformat(text)
    return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)


def newest_releases(limit: int) -> tuple[Newest, ...]:
    """Return the newest releases, newest first, none of a quarantined or private project."""
    rows = Release.objects.exclude(project__status="quarantined").exclude(project__private=True)
    rows = rows.select_related("project")
    return tuple(
        Newest(
            row.project.ecosystem,
            row.project.key,
            row.project.display,
            row.display,
            row.summary,
            row.published_at,
        )
        for row in rows.order_by("-published_at", "-pk")[:limit]
    )


def newest_projects(limit: int) -> tuple[Newest, ...]:
    """Return the newest projects, newest first, none of them quarantined or private."""
    rows = Project.objects.filter(private=False).exclude(status="quarantined")
    return tuple(
        Newest(row.ecosystem, row.key, row.display, row.latest, row.summary, row.created_at)
        for row in rows.order_by("-created_at", "-pk")[:limit]
    )


def names(ecosystem: str) -> Iterator[tuple[str, str]]:
    """Return (key, display) of every project of an ecosystem that can be seen, in order.

    None that is quarantined or private, and none whose first pages could not be put up yet: an
    index must not name what is not there.
    """
    rows = Project.objects.filter(ecosystem=ecosystem, shelved_serial__gt=0, private=False)
    rows = rows.exclude(status="quarantined")
    return iter(rows.order_by("key").values_list("key", "display").iterator(chunk_size=5000))


def all_projects() -> Iterator[ProjectId]:
    """Name every project, in the order of creation."""
    return (project for _, project in projects_after(0))


def projects_after(row: int) -> Iterator[tuple[int, ProjectId]]:
    """Name every project whose row has a greater number, with that, in the order of creation."""
    # In pages of their own, not one long read: the caller writes between two projects, and SQLite
    # lets no reader write once another process has written since the read began.
    columns = ("pk", "ecosystem", "key")
    while found := Project.objects.filter(pk__gt=row).order_by("pk").values_list(*columns)[:1000]:
        yield from ((number, ProjectId(ecosystem, key)) for number, ecosystem, key in found)
        row = max(number for number, _, _ in found)
