"""What was removed of a project, read from its events: they outlive the rows."""

from dataclasses import dataclass

from strongroom.core.coordinates import ProjectId, Version
from strongroom.core.ecosystem import Ecosystem
from strongroom.core.events import Kind, Recorded
from strongroom.packages.catalog.listing import path_of
from strongroom.proof.ledger.events import of_project_and_kind


@dataclass(frozen=True, slots=True)
class Removed:
    """A removed release: why, and the addresses of all its files on the shelf."""

    version: Version
    reason: str
    paths: tuple[str, ...]


def removed(
    project: ProjectId, ecosystem: Ecosystem, *, private: bool = False
) -> tuple[Removed, ...]:
    """Return all releases that were removed of a project, in the order of their removal."""
    return tuple(
        _removed(recorded, project, ecosystem, private=private)
        for recorded in of_project_and_kind(project, Kind.RELEASE_REMOVED)
    )


def _removed(
    recorded: Recorded, project: ProjectId, ecosystem: Ecosystem, *, private: bool
) -> Removed:
    facts = recorded.event.facts
    files = facts["files"]
    return Removed(
        version=ecosystem.version(recorded.event.version),
        reason=str(facts["reason"]),
        paths=tuple(
            path_of(project, file["sha256"], file["file"], private=private) + suffix
            for file in (files if isinstance(files, list) else ())
            for suffix in ("", *file["beside"])
        ),
    )
