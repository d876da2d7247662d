"""What must stand on the shelf for a project, and what must not. Decides; puts nothing up.

Both a refresh and a rebuild act on it, and a check compares with it: so the three cannot disagree.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

from strongroom.core.coordinates import Version
from strongroom.core.ecosystem import FileListing, Listing, Page, ReleaseListing
from strongroom.packages.catalog.listing import other_path, path_of
from strongroom.packages.catalog.removed import Removed
from strongroom.packages.catalog.states import Status
from strongroom.stores.pages.rooms import closed

QUARANTINE = "quarantined"
"""Under this name the shelf keeps, for each file it had to take down, the reason to tell."""

DAMAGED = "damaged"
"""Under this name it keeps, for each file whose blob was damaged or lost, what became of it."""

REMOVED = "removed"
"""Under this name it keeps, for each file and page of a removed release, the reason to tell."""

Render = Callable[[Listing, frozenset[str] | None], Iterable[Page]]
"""Renders pages of a listing; of releases only those whose keys are named, or all if None."""

_TEXT = "text/plain; charset=utf-8"
# A key that no version has: where it stands in the path of a page, any version's may stand.
_ANY = "any.version"


@dataclass(frozen=True, slots=True)
class Standing:
    """What a project's part of the shelf must be, in the order in which it is made so.

    1. `down` and `left`, files and pages that nobody may get any more, go first; that must not wait
       for room on a disk. `left` stood in the open place before their project became private.
    2. `files`, digests by path, are put up. `lost` says of those that have no blob what to tell.
    3. `notes` tell, each in the place of a file or page, why it is not there.
    4. `ended`: pages and notes that hold no longer go.
    5. `pages` are rendered as they are asked for.
    6. `last` stood in the closed place before their project became public, and goes at the end.
    """

    down: tuple[str, ...]
    files: Mapping[str, str]
    notes: tuple[Page, ...]
    ended: tuple[str, ...]
    pages: Iterable[Page]
    left: tuple[str, ...] = ()
    last: tuple[str, ...] = ()

    def lost(self, missing: AbstractSet[str]) -> tuple[Page, ...]:
        """Return the notes in the places of files whose blob was damaged or lost."""
        return tuple(_note(DAMAGED, path, self.files[path]) for path in sorted(missing))

    def but_not(self, other: "Standing", *, at_once: bool) -> "Standing":
        """Return this where nothing of the other may stand, at once or once this stands."""
        files = (*other.down, *other.files)
        notes = (beside(DAMAGED, path) for path in other.files)
        pages = (*other.ended, *notes, *(one.path for one in (*other.notes, *other.pages)))
        if at_once:
            return replace(self, down=(*files, *self.down), left=pages)
        return replace(self, last=(*files, *pages))


@dataclass(frozen=True, slots=True)
class Shown:
    """A listing, which of its releases are wanted (None: all), and what was removed of it."""

    listing: Listing
    wanted: frozenset[str] | None
    removed: Sequence[Removed] = ()


def standing(shown: Shown, render: Render) -> Standing:
    """Return what must stand of a project: in the open place, of a private one in the closed one.

    A project that was once otherwise than it is now must leave nothing in the other place, whatever
    died over its move.
    """
    must = _standing(shown, render)
    if not shown.listing.moved or shown.wanted is not None:
        return must
    other = _standing(_in_the_other_place(shown), render)
    return must.but_not(other, at_once=shown.listing.private)


def beside(kind: str, path: str) -> str:
    """Return where the note of a kind stands that tells of a path."""
    if path.startswith(closed("")):
        return closed(f"{kind}/{path.removeprefix(closed(''))}")
    return f"{kind}/{path}"


def _in_the_other_place(shown: Shown) -> Shown:
    listing = shown.listing
    project, private = listing.project, not listing.private

    def moved(file: FileListing) -> FileListing:
        path = path_of(project, file.digests.sha256, file.filename, private=private)
        return replace(file, path=path)

    releases = tuple(replace(one, files=tuple(map(moved, one.files))) for one in listing.releases)
    removed = tuple(
        replace(one, paths=tuple(other_path(project, path) for path in one.paths))
        for one in shown.removed
    )
    return Shown(replace(listing, private=private, releases=releases), None, removed)


def _standing(shown: Shown, render: Render) -> Standing:
    if shown.listing.private:
        render = _privately(render)
    quarantined = shown.listing.status == Status.QUARANTINED
    served = dict(_served(shown.listing, None if quarantined else shown.wanted))
    gone, ended = _gone(shown, render)
    notes = [_note(REMOVED, path, reason) for path, reason in gone.items()]
    if quarantined:
        notes += [_note(QUARANTINE, path, shown.listing.status_reason) for path in served]
        ended += [beside(DAMAGED, path) for path in served]
    else:
        ended += [beside(QUARANTINE, path) for path in served]
    return Standing(
        down=(*gone, *(served if quarantined else ())),
        files={} if quarantined else served,
        notes=tuple(notes),
        ended=(
            *gone,
            *ended,
            *(beside(name, path) for name in (DAMAGED, QUARANTINE) for path in gone),
        ),
        pages=render(shown.listing, shown.wanted),
    )


def _served(listing: Listing, wanted: frozenset[str] | None) -> Iterator[tuple[str, str]]:
    for release in listing.releases:
        if wanted is not None and release.version.key not in wanted:
            continue
        for file in release.files:
            yield file.path, file.digests.sha256
            for suffix, sha256 in file.sidecars.items():
                yield file.path + suffix, sha256


def _gone(shown: Shown, render: Render) -> tuple[dict[str, str], list[str]]:
    """Return the addresses that went with removed releases, with the reason, and ended pages.

    The pages of a release stand at paths with its version's key in them. Those of the project that
    are rendered of a release only must go when the last one has gone.
    """
    if not shown.removed:
        return {}, []
    paths = [page.path for page in render(_one_release(shown.listing), None)]
    of_release = [path for path in paths if _ANY in path]
    gone = {
        path: one.reason
        for one in shown.removed
        for path in (*one.paths, *(path.replace(_ANY, one.version.key) for path in of_release))
    }
    if shown.listing.releases:
        return gone, []
    stay = {page.path for page in render(shown.listing, frozenset())}
    return gone, [path for path in paths if _ANY not in path and path not in stay]


def _one_release(listing: Listing) -> Listing:
    """Return the listing as if it had one release, of a version that stands for any."""
    release = ReleaseListing(
        version=Version(_ANY, _ANY),
        published_at=listing.created_at,
        summary="",
        description="",
        description_type="",
        metadata={},
        files=(),
    )
    return replace(listing, releases=(release,))


def _note(kind: str, path: str, told: str) -> Page:
    return Page(beside(kind, path), _TEXT, told.encode())


def _privately(render: Render) -> Render:
    """Return what renders the same pages, to stand in the closed place."""

    def rendered(listing: Listing, wanted: frozenset[str] | None) -> Iterator[Page]:
        for page in render(listing, wanted):
            yield replace(page, path=closed(page.path))

    return rendered
