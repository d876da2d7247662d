"""What must stand on the shelf for a project, and what must not. Decides; puts nothing up.

Both a refresh and a rebuild act on it, and a check compares with it: so the three cannot disagree.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

from strongroom.core.coordinates import Version
from strongroom.core.ecosystem import Listing, Page, ReleaseListing
from strongroom.packages.catalog.removed import Removed
from strongroom.packages.catalog.states import Status

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

    1. `down`: files that nobody may get any more go first; that must not wait for room on a disk.
    2. `files`, digests by path, are put up. `lost` says of those that have no blob what to tell.
    3. `notes` tell, each in the place of a file or page, why it is not there.
    4. `ended`: pages and notes that hold no longer go.
    5. `pages` are rendered as they are asked for.
    """

    down: tuple[str, ...]
    files: Mapping[str, str]
    notes: tuple[Page, ...]
    ended: tuple[str, ...]
    pages: Iterable[Page]

    def lost(self, missing: AbstractSet[str]) -> tuple[Page, ...]:
        """Return the notes in the places of files whose blob was damaged or lost."""
        return tuple(_note(DAMAGED, path, self.files[path]) for path in sorted(missing))


@dataclass(frozen=True, slots=True)
class Shown:
    """A listing, which of its releases are wanted (None: all), and what was removed of it."""

    listing: Listing
    wanted: frozenset[str] | None
    removed: Sequence[Removed] = ()


def standing(shown: Shown, render: Render) -> Standing:
    """Return what must stand of a project."""
    quarantined = shown.listing.status == Status.QUARANTINED
    served = dict(_served(shown.listing, None if quarantined else shown.wanted))
    gone, ended = _gone(shown, render)
    notes = [_note(REMOVED, path, reason) for path, reason in gone.items()]
    if quarantined:
        notes += [_note(QUARANTINE, path, shown.listing.status_reason) for path in served]
        ended += [f"{DAMAGED}/{path}" for path in served]
    else:
        ended += [f"{QUARANTINE}/{path}" for path in served]
    return Standing(
        down=(*gone, *(served if quarantined else ())),
        files={} if quarantined else served,
        notes=tuple(notes),
        ended=(
            *gone,
            *ended,
            *(f"{name}/{path}" for name in (DAMAGED, QUARANTINE) for path in gone),
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
    return Page(f"{kind}/{path}", _TEXT, told.encode())
