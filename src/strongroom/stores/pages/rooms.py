"""Two places of pages as one: an open one that anybody reads, and a closed one beside it.

What stands at `closed/<path>` here is `<path>` of the closed place. Whoever answers the public, a
web server in front included, is handed the open place alone: it has no path that leads into the
other one, so no mistake in a path or a rule can show what is private.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import groupby

from strongroom.stores.pages.protocol import LocalFile, Pages, RemoteFile, Stored
from strongroom.stores.standing import Standing

CLOSED = "closed"
_ROOM = f"{CLOSED}/"


@dataclass(frozen=True, slots=True)
class Rooms:
    """The open and the closed place; satisfies `Pages`."""

    open: Pages
    closed: Pages

    def put(self, path: str, body: bytes) -> None:
        """Put a page up in its place."""
        place, within = self._at(path)
        place.put(within, body)

    def put_all(self, pages: Iterable[tuple[str, bytes]]) -> None:
        """Put many pages up, each in its place; those of one place that follow on together."""
        for is_closed, some in groupby(pages, key=lambda page: _is_closed(page[0])):
            place = self.closed if is_closed else self.open
            place.put_all((path.removeprefix(_ROOM), body) for path, body in some)

    def get(self, path: str) -> Stored | None:
        """Return a page."""
        place, within = self._at(path)
        return place.get(within)

    def remove(self, *paths: str) -> None:
        """Take pages down."""
        for place, _, some in self._apart(paths):
            place.remove(*some)

    def link(self, files: Mapping[str, str]) -> frozenset[str]:
        """Put blobs up as published files; returns the paths whose blob there is not."""
        missing = set[str]()
        for place, room, some in self._apart(files):
            lost = place.link({path: files[room + path] for path in some})
            missing.update(room + path for path in lost)
        return frozenset(missing)

    def unlink(self, *paths: str) -> None:
        """Take published files down."""
        for place, _, some in self._apart(paths):
            place.unlink(*some)

    def find(self, path: str) -> LocalFile | RemoteFile | None:
        """Return a published file."""
        place, within = self._at(path)
        return place.find(within)

    def serves(self, path: str, sha256: str, passed: Callable[[int], object]) -> bool:
        """Say whether a blob's bytes are up at a path."""
        place, within = self._at(path)
        return place.serves(within, sha256, passed)

    def is_whole(self, path: str) -> bool:
        """Say whether a page stands there undamaged."""
        place, within = self._at(path)
        return place.is_whole(within)

    def shows(self, path: str, body: bytes) -> bool:
        """Say whether just these bytes stand there."""
        place, within = self._at(path)
        return place.shows(within, body)

    def walk(self, under: str = "") -> Iterator[Standing]:
        """Name all that stands in one folder of either place, or in both of them."""
        if not under or _is_closed(f"{under}/"):
            for one in self.closed.walk(f"{under}/".removeprefix(_ROOM).rstrip("/")):
                yield replace(one, name=_ROOM + one.name)
        if not _is_closed(f"{under}/"):
            yield from self.open.walk(under)

    def discard(self, name: str) -> None:
        """Remove one thing that `walk` named."""
        place, within = self._at(name)
        place.discard(within)

    def _at(self, path: str) -> tuple[Pages, str]:
        if _is_closed(path):
            return self.closed, path.removeprefix(_ROOM)
        return self.open, path

    def _apart(self, paths: Iterable[str]) -> Iterator[tuple[Pages, str, list[str]]]:
        """Yield each place of which there are paths, its room, and the paths within it."""
        given = list(paths)
        opened = [path for path in given if not _is_closed(path)]
        held = [path.removeprefix(_ROOM) for path in given if _is_closed(path)]
        if opened:
            yield self.open, "", opened
        if held:
            yield self.closed, _ROOM, held


def closed(path: str) -> str:
    """Return where a path of the closed place stands."""
    return _ROOM + path


def _is_closed(path: str) -> bool:
    return path.startswith(_ROOM)
