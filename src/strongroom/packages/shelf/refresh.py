"""Putting a project's pages on the shelf, so that they show the newest committed event.

One refresh of a project at a time; each reads the rows after it got the lock, so the last one to
run has seen everything. It is idempotent: after a crash, doing it again is the whole repair.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import F

from strongroom.core.coordinates import ProjectId
from strongroom.core.ecosystem import Ecosystem, Listing, Page, chosen
from strongroom.core.events import Recorded
from strongroom.packages.catalog.listing import find_project, listing
from strongroom.packages.catalog.states import Status
from strongroom.packages.models import Project
from strongroom.packages.shelf import plan, shared
from strongroom.packages.shelf.plan import touched
from strongroom.proof.ledger.events import moment_of, of_project_since
from strongroom.stores.locks import Locks
from strongroom.stores.pages.protocol import Pages

QUARANTINE = "quarantined"
"""Under this name the shelf keeps, for each file it had to take down, the reason to tell."""

DAMAGED = "damaged"
"""Under this name it keeps, for each file whose blob was damaged or lost, what became of it."""

Renderer = Callable[[Listing, frozenset[str] | None], Iterable[Page]]
"""Renders pages of a listing; of releases only those whose keys are named, or all if None."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where pages and files stand, who renders them, and the locks."""

    pages: Pages
    locks: Locks
    renderers: Sequence[Renderer]


def refresh(shelf: Shelf, project: ProjectId, ecosystem: Ecosystem) -> None:
    """Bring a project's pages and files up to its newest event.

    What must be rendered follows from the events that the pages do not show yet, whoever recorded
    them: many changes at once cost one refresh, and one that died half way is made good by the
    next.
    """
    with shelf.locks.held(f"shelf {project}"):
        news = unshown(project)
        if news:
            _put(shelf, project, ecosystem, touched(news, ecosystem), news)


def rebuild(shelf: Shelf, project: ProjectId, ecosystem: Ecosystem) -> None:
    """Render all of a project's pages and put up all its files, whatever they show now."""
    with shelf.locks.held(f"shelf {project}"):
        _put(shelf, project, ecosystem, None, unshown(project))


def _put(
    shelf: Shelf,
    project: ProjectId,
    ecosystem: Ecosystem,
    versions: frozenset[str] | None,
    news: Sequence[Recorded],
) -> None:
    shown = listing(project, ecosystem, versions)
    wanted = _with_neighbours(shown, versions)
    _put_files(shelf, shown, wanted)
    for page in _rendered(shelf, shown, ecosystem, wanted):
        shelf.pages.put(page.path, page.body)
    newest = chosen(shown.releases)
    row = Project.objects.filter(ecosystem=project.ecosystem, key=project.key)
    with transaction.atomic():
        row.update(
            latest=newest.version.display if newest else "",
            summary=newest.summary if newest else "",
        )
        if news:
            # Only those: the listing may know of a later event, whose own pages are not rendered.
            row.update(shelved_serial=news[-1].serial)
        shared.want(plan.shared(news, project.ecosystem))


def pages_of(shelf: Shelf, project: ProjectId, ecosystem: Ecosystem) -> Iterator[Page]:
    """Render all the pages of a project as a refresh would, without putting them up."""
    return _rendered(shelf, listing(project, ecosystem), ecosystem, None)


def unshown(project: ProjectId) -> tuple[Recorded, ...]:
    """Return the events of a project that its pages do not show yet, oldest first."""
    return of_project_since(project, find_project(project).shelved_serial)


def unshelved(limit: int) -> tuple[ProjectId, ...]:
    """Name projects whose pages do not show their newest event: what a crash left undone."""
    behind = Project.objects.filter(shelved_serial__lt=F("serial")).order_by("serial")[:limit]
    return tuple(ProjectId(row.ecosystem, row.key) for row in behind)


def left_behind(before: datetime) -> bool:
    """Say whether an event of before a moment is still on no page of its project."""
    # The lowest is the oldest. Nothing else is read while there is none, which is nearly always.
    behind = Project.objects.filter(shelved_serial__lt=F("serial")).order_by("serial")
    serial = behind.values_list("serial", flat=True).first()
    return serial is not None and moment_of(serial) < before


def unshelved_count() -> int:
    """Count the projects whose pages do not show their newest event."""
    return Project.objects.filter(shelved_serial__lt=F("serial")).count()


def damaged_count(shelf: Shelf) -> int:
    """Count the files that are not served because their blob was damaged or lost."""
    return sum(1 for _ in shelf.pages.walk(DAMAGED))


def _rendered(
    shelf: Shelf, shown: Listing, ecosystem: Ecosystem, versions: frozenset[str] | None
) -> Iterator[Page]:
    for render in (ecosystem.pages, *shelf.renderers):
        yield from render(shown, versions)


def _with_neighbours(shown: Listing, versions: frozenset[str] | None) -> frozenset[str] | None:
    # The two newest are rendered too: the one may have just superseded the other.
    if versions is None:
        return None
    return versions | {release.version.key for release in shown.releases[:2]}


def _put_files(shelf: Shelf, shown: Listing, wanted: frozenset[str] | None) -> None:
    if shown.status == Status.QUARANTINED:
        # All are down before a reason is written: taking down must not wait for room on the disk.
        files = dict(_served(shown, None))
        shelf.pages.unlink(*files)
        for path in files:
            shelf.pages.put(f"{QUARANTINE}/{path}", shown.status_reason.encode())
        return
    files = dict(_served(shown, wanted))
    missing = shelf.pages.link(files)
    # Upkeep set their blobs aside, or the disk lost them. The project's other files go on.
    shelf.pages.unlink(*missing)
    for path in missing:
        shelf.pages.put(f"{DAMAGED}/{path}", files[path].encode())
    told = [f"{QUARANTINE}/{path}" for path in files]
    if any(shelf.pages.walk(DAMAGED)):
        told += [f"{DAMAGED}/{path}" for path in files if path not in missing]
    shelf.pages.remove(*told)


def _served(shown: Listing, wanted: frozenset[str] | None) -> Iterator[tuple[str, str]]:
    for release in shown.releases:
        if wanted is not None and release.version.key not in wanted:
            continue
        for file in release.files:
            yield file.path, file.digests.sha256
            for suffix, sha256 in file.sidecars.items():
                yield file.path + suffix, sha256
