"""Putting a project's pages on the shelf, so that they show the newest committed event.

One refresh of a project at a time; each reads the rows after it got the lock, so the last one to
run has seen everything. It is idempotent: after a crash, doing it again is the whole repair. One
that has lost its lock stops: what it would put up may be older than what stands, such as a file
that was quarantined since.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice

from django.db import transaction
from django.db.models import F

from strongroom.core.coordinates import ProjectId
from strongroom.core.ecosystem import Ecosystem, Listing, Page
from strongroom.core.events import Recorded
from strongroom.packages.catalog import card
from strongroom.packages.catalog.listing import find_project, listing
from strongroom.packages.catalog.removed import Removed, removed
from strongroom.packages.models import Project
from strongroom.packages.shelf import plan, shared
from strongroom.packages.shelf.plan import removed_by, touched
from strongroom.packages.shelf.standing import (
    DAMAGED,
    QUARANTINE,
    Render,
    Shown,
    Standing,
    beside,
    standing,
)
from strongroom.proof.ledger.events import of_project_since
from strongroom.rows.prepared import Update
from strongroom.stores.locks import Locks, Still
from strongroom.stores.pages.rooms import Rooms, closed

_RARE = (DAMAGED, QUARANTINE, closed(DAMAGED), closed(QUARANTINE))
_AT_ONCE = 64  # files that are put up before the lock is asked for again
_shown = Update(
    lambda at: Project.objects.filter(ecosystem=at("ecosystem"), key=at("key")),
    shelved_serial=lambda at: at("serial"),
)


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where pages and files stand, who renders them, and the locks."""

    pages: Rooms
    locks: Locks
    renderers: Sequence[Render]

    def render(
        self, ecosystem: Ecosystem, shown: Listing, versions: frozenset[str] | None
    ) -> Iterator[Page]:
        """Render the pages of a project: the ecosystem's own, and what others add to them."""
        for render in (ecosystem.pages, *self.renderers):
            yield from render(shown, versions)


def refresh(shelf: Shelf, project: ProjectId, ecosystem: Ecosystem) -> None:
    """Bring a project's pages and files up to its newest event.

    What must be rendered follows from the events that the pages do not show yet, whoever recorded
    them: many changes at once cost one refresh, and one that died half way is made good by the
    next.
    """
    with shelf.locks.held(f"shelf {project}") as still:
        news = unshown(project)
        if news:
            shown, must = _touched(shelf, project, ecosystem, news)
            _put(shelf, must, still)
            note(shown, ecosystem, news)


def rebuild(shelf: Shelf, project: ProjectId, ecosystem: Ecosystem) -> None:
    """Render all of a project's pages and put up all its files, whatever they show now."""
    with shelf.locks.held(f"shelf {project}") as still:
        news = unshown(project)
        shown, must = whole(shelf, project, ecosystem)
        _put(shelf, must, still)
        note(shown, ecosystem, news)


def _touched(
    shelf: Shelf, project: ProjectId, ecosystem: Ecosystem, news: Sequence[Recorded]
) -> tuple[Listing, Standing]:
    """Return a project and what must stand of it that events touch."""
    versions, gone = touched(news, ecosystem), removed_by(news, ecosystem)
    shown = listing(project, ecosystem, versions)
    # Of a project that moved, the notes of all stand in the place that it left.
    everything = versions is None and shown.moved
    left = _removed(shown, ecosystem) if gone or everything else ()
    told = tuple(one for one in left if everything or one.version.key in gone)
    return shown, _standing(shelf, ecosystem, Shown(shown, versions, told))


def note(shown: Listing, ecosystem: Ecosystem, news: Sequence[Recorded]) -> None:
    """Write the card of a project, and that its pages show these events."""
    project = shown.project
    with transaction.atomic():
        card.write(shown, ecosystem)
        if news:
            # Only those: the listing may know of a later event, whose own pages are not rendered.
            _shown(ecosystem=project.ecosystem, key=project.key, serial=news[-1].serial)
        shared.want(plan.shared(news, project.ecosystem))


def _put(shelf: Shelf, must: Standing, still: Still) -> None:
    shelf.pages.unlink(*must.down)
    shelf.pages.remove(*must.left)
    missing: set[str] = set()
    files = iter(must.files.items())
    while batch := dict(islice(files, _AT_ONCE)):
        still()
        missing |= shelf.pages.link(batch)
    # Upkeep set their blobs aside, or the disk lost them. The project's other files go on.
    shelf.pages.unlink(*missing)
    shelf.pages.put_all(while_held(still, (*must.lost(missing), *must.notes)))
    found = [beside(DAMAGED, path) for path in must.files if path not in missing]
    # Hardly any registry has notes of these kinds, and there would be one beside each file.
    some = {kind for kind in _RARE if any(shelf.pages.walk(kind))}
    ended = (path for path in (*must.ended, *found) if _kind(path) in {None, *some})
    shelf.pages.remove(*ended)
    shelf.pages.put_all(while_held(still, must.pages))
    shelf.pages.remove(*must.last)


def while_held(still: Still, pages: Iterable[Page]) -> Iterator[tuple[str, bytes]]:
    """Give pages to who puts them up, each when it is rendered, while the lock for it is held."""
    for page in pages:
        still()
        yield page.path, page.body


def _kind(path: str) -> str | None:
    """Return of which kind a note is; None of anything else."""
    return next((kind for kind in _RARE if path.startswith(f"{kind}/")), None)


def whole(shelf: Shelf, project: ProjectId, ecosystem: Ecosystem) -> tuple[Listing, Standing]:
    """Return a project and all that must stand of it; the caller holds its lock."""
    shown = listing(project, ecosystem)
    must = Shown(shown, None, _removed(shown, ecosystem))
    return shown, _standing(shelf, ecosystem, must)


def _removed(shown: Listing, ecosystem: Ecosystem) -> tuple[Removed, ...]:
    return removed(shown.project, ecosystem, private=shown.private)


def _standing(shelf: Shelf, ecosystem: Ecosystem, shown: Shown) -> Standing:
    return standing(shown, partial(shelf.render, ecosystem))


def unshown(project: ProjectId) -> tuple[Recorded, ...]:
    """Return the events of a project that its pages do not show yet, oldest first."""
    return of_project_since(project, find_project(project).shelved_serial)


def unshelved(limit: int) -> tuple[ProjectId, ...]:
    """Name projects whose pages do not show their newest event: what a crash left undone."""
    behind = Project.objects.filter(shelved_serial__lt=F("serial")).order_by("serial")[:limit]
    return tuple(ProjectId(row.ecosystem, row.key) for row in behind)


def oldest_unshown() -> int | None:
    """Return the lowest serial of a project whose pages do not show it; None if all do."""
    behind = Project.objects.filter(shelved_serial__lt=F("serial")).order_by("serial")
    return behind.values_list("serial", flat=True).first()


def unshelved_count() -> int:
    """Count the projects whose pages do not show their newest event."""
    return Project.objects.filter(shelved_serial__lt=F("serial")).count()


def damaged_count(shelf: Shelf) -> int:
    """Count the files that are not served because their blob was damaged or lost."""
    return sum(1 for _ in shelf.pages.walk(DAMAGED))
