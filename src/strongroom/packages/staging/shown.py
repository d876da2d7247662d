"""What a stage's page, the API and the command line show of a stage: frozen values, no rows.

Whoever wants to show more of a stage, such as how it differs from the last release, takes a `View`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet

from strongroom.core.coordinates import ProjectId
from strongroom.core.digests import Digests
from strongroom.core.findings import Finding
from strongroom.packages.models import Approval, Release, Stage, StagedFile
from strongroom.packages.staging import manifests
from strongroom.packages.staging.content import approvers
from strongroom.packages.staging.files import put_by
from strongroom.packages.staging.publication import standing
from strongroom.packages.staging.rows import (
    content_of,
    files_of,
    find_project_row,
    opened_by,
    project_of,
    project_row,
    state_of,
    uploaders_of,
)
from strongroom.packages.staging.states import FileState, State
from strongroom.packages.staging.yard import Yard
from strongroom.people.access import grants
from strongroom.people.access.roles import PUBLISHING


@dataclass(frozen=True, slots=True)
class File:
    """A file in a stage. Digests are empty until its bytes are here, metadata until it is judged.

    `metadata` is what index pages show of a file, `sidecars` what stands beside it by suffix.
    """

    handle: str
    filename: str
    state: FileState
    fault: str
    size: int
    digests: Digests
    kind: str
    metadata: Mapping[str, Any]
    sidecars: Mapping[str, str]
    findings: tuple[Finding, ...]
    uploader: str
    credential: str
    staged_at: datetime


@dataclass(frozen=True, slots=True)
class Given:
    """An approval: who gave it, when, and whether it counts as things stand now."""

    name: str
    at: datetime
    counts: bool


@dataclass(frozen=True, slots=True)
class View:
    """A stage as its people see it.

    `content` is the digest that an approval of exactly these files names. `wanted` approvals are
    asked for, `missing` of them are missing, and `may_approve` could give them. `uploaders` are all
    who ever put a file into it.
    """

    handle: str
    project: ProjectId
    name: str
    version: str
    exists: bool  # whether the project does, or only its name is reserved
    adds: bool  # whether the release is published already, and gets more files
    state: State
    fault: str
    opener: str
    credential: str
    opened_at: datetime
    expires_at: datetime
    ended_at: datetime | None
    files: tuple[File, ...]
    content: str
    wanted: int
    missing: int
    approvals: tuple[Given, ...]
    may_approve: tuple[str, ...]
    uploaders: tuple[str, ...]

    @property
    def is_complete(self) -> bool:
        """Return whether there is something to publish, and nothing that is not ready."""
        return bool(self.files) and all(one.state is FileState.COMPLETED for one in self.files)


@dataclass(frozen=True, slots=True)
class Entry:
    """A stage in a list."""

    handle: str
    project: ProjectId
    name: str
    version: str
    state: State
    opener: str
    opened_at: datetime
    expires_at: datetime
    files: int


def shown(stage: Stage, yard: Yard) -> View:
    """Read a stage; whether somebody may see it was asked before."""
    now, files, row = yard.desk.clock.now(), files_of(stage), project_row(stage)
    stands = standing(stage, files, yard)
    uploaders = uploaders_of(stage)
    people = approvers(grants.held(project_of(stage), PUBLISHING), uploaders, now - yard.settled)
    given = Approval.objects.filter(stage=stage).select_related("person").order_by("approved_at")
    names = [one.person.username for one in given]
    return View(
        handle=stage.handle,
        project=project_of(stage),
        name=row.display if row is not None else stage.display,
        version=stage.version_display,
        exists=row is not None,
        adds=Release.objects.filter(project=row, key=stage.version).exists() if row else False,
        state=state_of(stage, now),
        fault=stage.fault,
        opener=opened_by(stage),
        credential=stage.credential,
        opened_at=stage.opened_at,
        expires_at=stage.expires_at,
        ended_at=stage.ended_at,
        files=tuple(map(shown_file, files)),
        content=content_of(files),
        wanted=stands.wanted,
        missing=stands.missing,
        approvals=tuple(
            Given(one.person.username, one.approved_at, one.person.username in stands.by)
            for one in given
        ),
        may_approve=tuple(one.name for one in people if one.name not in names),
        uploaders=tuple(
            stage.files.exclude(uploader=None)
            .order_by("uploader__folded")
            .values_list("uploader__username", flat=True)
            .distinct()
        ),
    )


def of_project(project: ProjectId, yard: Yard) -> tuple[Entry, ...]:
    """List the live stages of a project, the newest first."""
    return _entries(Q(ecosystem=project.ecosystem, project=project.key), yard)


def of_person(user_id: int, yard: Yard) -> tuple[Entry, ...]:
    """List the live stages that a person works on: of their projects, and of names they reserve."""
    projects = {project for project, _ in grants.projects_of(user_id)}
    wanted = Q(opener_id=user_id)
    for project in projects:
        wanted |= Q(ecosystem=project.ecosystem, project=project.key)
    # Who opened a stage and has lost their role since sees it no more.
    return tuple(
        one
        for one in _entries(wanted, yard)
        if one.project in projects or find_project_row(one.project) is None
    )


def everywhere(yard: Yard) -> tuple[Entry, ...]:
    """List all live stages, the newest first."""
    return _entries(Q(), yard)


def _entries(wanted: Q, yard: Yard) -> tuple[Entry, ...]:
    now = yard.desk.clock.now()
    rows: QuerySet[Stage] = Stage.objects.filter(wanted, ended_at=None, expires_at__gt=now)
    counted = rows.select_related("opener").annotate(
        count=Count("files", filter=~Q(files__state=FileState.CANCELLED))
    )
    return tuple(
        Entry(
            handle=row.handle,
            project=project_of(row),
            name=row.display,
            version=row.version_display,
            state=State(row.state),
            opener=opened_by(row),
            opened_at=row.opened_at,
            expires_at=row.expires_at,
            files=row.count,
        )
        for row in counted.order_by("-opened_at", "-pk")
    )


def shown_file(row: StagedFile) -> File:
    """Read a file of a stage."""
    return File(
        handle=row.handle,
        filename=row.filename,
        state=FileState(row.state),
        fault=row.fault,
        size=row.size,
        digests=Digests(row.sha256, row.blake2b_256, row.md5),
        kind=str(row.manifest.get("kind", "")),
        metadata=row.manifest.get("file_metadata", {}),
        sidecars=row.sidecars,
        findings=manifests.read_findings(row.findings),
        uploader=put_by(row),
        credential=row.credential,
        staged_at=row.staged_at,
    )
