"""Putting a project's pages on the shelf, so that they show the newest committed event.

One refresh of a project at a time; each reads the rows after it got the lock, so the last one to
run has seen everything. It is idempotent: after a crash, doing it again is the whole repair.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.db.models import F

from strongroom.core.coordinates import ProjectId
from strongroom.core.ecosystem import Ecosystem, Listing, Page, chosen
from strongroom.packages.catalog.listing import listing
from strongroom.packages.catalog.states import Status
from strongroom.packages.models import Project
from strongroom.stores.blobs.protocol import Blobs
from strongroom.stores.locks import Locks
from strongroom.stores.pages import DiskPages

QUARANTINE = "quarantined"
"""Under this name the shelf keeps, for each file it had to take down, the reason to tell."""

Renderer = Callable[[Listing, frozenset[str] | None], Iterable[Page]]
"""Renders pages of a listing; of releases only those whose keys are named, or all if None."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where pages stand, where their bytes come from, who renders them, and the locks."""

    pages: DiskPages
    blobs: Blobs
    locks: Locks
    renderers: Sequence[Renderer]


def refresh(
    shelf: Shelf, project: ProjectId, ecosystem: Ecosystem, touched: frozenset[str] | None
) -> Listing:
    """Render and put up a project's pages and files; returns the listing that they now show."""
    with shelf.locks.held(f"shelf {project}"):
        shown = listing(project, ecosystem, touched)
        wanted = _with_neighbours(shown, touched)
        _put_files(shelf, shown)
        for render in (ecosystem.pages, *shelf.renderers):
            for page in render(shown, wanted):
                shelf.pages.put(page.path, page.body)
        newest = chosen(shown.releases)
        Project.objects.filter(ecosystem=project.ecosystem, key=project.key).update(
            shelved_serial=shown.serial,
            latest=newest.version.display if newest else "",
            summary=newest.summary if newest else "",
        )
    return shown


def unshelved(limit: int) -> tuple[ProjectId, ...]:
    """Name projects whose pages do not show their newest event: what a crash left undone."""
    behind = Project.objects.filter(shelved_serial__lt=F("serial")).order_by("serial")[:limit]
    return tuple(ProjectId(row.ecosystem, row.key) for row in behind)


def unshelved_count() -> int:
    """Count the projects whose pages do not show their newest event."""
    return Project.objects.filter(shelved_serial__lt=F("serial")).count()


def _with_neighbours(shown: Listing, touched: frozenset[str] | None) -> frozenset[str] | None:
    # The two newest are rendered too: the one may have just superseded the other.
    if touched is None:
        return None
    return touched | {release.version.key for release in shown.releases[:2]}


def _put_files(shelf: Shelf, shown: Listing) -> None:
    if shown.status == Status.QUARANTINED:
        # All are down before a reason is written: taking down must not wait for room on the disk.
        for path, _ in _served(shown):
            shelf.pages.remove(path)
        for path, _ in _served(shown):
            shelf.pages.put(f"{QUARANTINE}/{path}", shown.status_reason.encode())
        return
    for path, sha256 in _served(shown):
        shelf.pages.link(path, shelf.blobs.location(sha256))
        shelf.pages.remove(f"{QUARANTINE}/{path}")


def _served(shown: Listing) -> Iterator[tuple[str, str]]:
    for release in shown.releases:
        for file in release.files:
            yield file.path, file.digests.sha256
            for suffix, sha256 in file.sidecars.items():
                yield file.path + suffix, sha256
