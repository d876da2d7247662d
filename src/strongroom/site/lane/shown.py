"""Answers of the shelf's doors, from memory, for as long as what they were made of stays the same.

1. A door is asked over `AtHand`, which reads no large page from the disk and writes down what the
   door looked at, and under which mark.
2. An answer is given again only while every path that was looked at still has its mark. That is one
   look at the file system for each answer: no message between processes can get lost, and what was
   taken off the shelf is gone with the very next request (ADR 17).
"""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from strongroom.packages.shelf.serve import Answer, Stream, Stretch
from strongroom.site.lane.heads import Plain
from strongroom.site.logs import plain_path
from strongroom.site.observed import door as entered
from strongroom.site.wsgi import ShelfDoor
from strongroom.stores.pages.disk import DiskPages, Mark, mark_at
from strongroom.stores.pages.protocol import LocalFile, Stored

HELD_BYTES = 32 * 1024 * 1024  # of bodies, most of which are in the memory of the pages too
HELD = 8192  # answers
SMALL = 64 * 1024  # bytes of a page
_ENTRY_BYTES = 4 * 1024 * 1024
_COST = 1024  # bytes that an answer takes besides its body, head and key

Key = tuple[bytes, tuple[str | None, ...]]  # target and fields, which clients may make long
Seen = tuple[tuple[str, Mark | None], ...]  # local files and their marks


class NotAtHandError(Exception):
    """The page is large and on the disk, or the bytes are another machine's: a thread's work."""


class AtHand:
    """The pages that are in memory or small, and the files, which are sent from where they stand.

    Small pages are read by whoever asks: after a start hundreds of clients want one each, and to
    wait in line for a thread would cost more than to read them.
    """

    def __init__(self, pages: DiskPages) -> None:
        """Show what `pages` holds."""
        self._pages = pages
        self._seen: dict[str, Mark | None] = {}

    def get(self, path: str) -> Stored | None:
        """Return a page; raises NotAtHandError if it is large and not in memory."""
        mark = self._look(path)
        if mark is None:
            return None
        stored = self._pages.held(path, mark)
        if stored is None and mark[2] > SMALL:
            raise NotAtHandError
        return stored or self._pages.get(path)

    def find(self, path: str) -> LocalFile | None:
        """Return a published file if it is on the shelf."""
        mark = self._look(path)
        return None if mark is None else LocalFile(self._pages.place(path), mark[2])

    def taken(self) -> Seen:
        """Return what was looked at since the last call."""
        seen, self._seen = tuple(self._seen.items()), {}
        return seen

    def _look(self, path: str) -> Mark | None:
        place = str(self._pages.place(path))
        mark = mark_at(place)
        if self._seen.setdefault(place, mark) != mark:
            raise NotAtHandError  # it changed between two looks; whoever asks next sees one state
        return mark


@dataclass(frozen=True, slots=True)
class Shown:
    """One answer, as far as it can be made ready."""

    status: int
    head: bytes  # status line and fields, each with its CRLF
    body: bytes | Stretch  # none in answer to HEAD
    door: str
    method: str
    path: str  # as the log may show it
    seen: Seen


class Shelf:
    """The doors of the shelf, for the loop; used by one thread."""

    def __init__(self, taken: Callable[[], Seen], doors: Mapping[str, ShelfDoor]) -> None:
        """Ask `doors`, found by the first segment of a path; `taken` tells what they looked at."""
        self._taken = taken
        self._doors = doors
        self._held: OrderedDict[Key, Shown] = OrderedDict()
        self._bytes = 0

    def answer(self, request: Plain) -> Shown | None:
        """Answer a plain request, or None if no door of the shelf does.

        Raises NotAtHandError if the answer needs a page that is not in memory.
        """
        key = (request.target, request.fields.key)
        held = self._held.get(key)
        if held is not None:
            if _still(held.seen):
                self._held.move_to_end(key)
                return held
            self._drop(key)
        found = self._doors.get(request.room)
        if found is None:
            return None
        self._taken()
        answer = found(request.path, request.query, request.fields.asked)
        if answer is None:
            return None
        made = shown((request.method, request.path), answer, self._taken())
        # A miss may be an address that nobody will ask for again: only what is there is kept.
        if answer.status in {200, 304} and "range" not in request.fields.asked:
            self._hold(key, made)
        return made

    def _hold(self, key: Key, made: Shown) -> None:
        size = _size(key, made)
        if size > _ENTRY_BYTES:
            return
        self._held[key] = made
        self._bytes += size
        while self._bytes > HELD_BYTES or len(self._held) > HELD:
            self._drop(next(iter(self._held)))

    def _drop(self, key: Key) -> None:
        self._bytes -= _size(key, self._held.pop(key))


def shown(asked: tuple[str, str], answer: Answer, seen: Seen = ()) -> Shown:
    """Make the answer to a method and a path ready to be sent."""
    method, path = asked
    lines = "".join(f"{name}: {value}\r\n" for name, value in answer.headers)
    body = b"" if method == "HEAD" else answer.body
    if isinstance(body, Stream):
        raise NotAtHandError
    return Shown(
        status=answer.status,
        head=f"HTTP/1.1 {answer.status} {answer.reason}\r\n{lines}".encode("latin-1"),
        body=body,
        door=entered(path),
        method=method,
        path=plain_path(path),
        seen=seen,
    )


def _still(seen: Seen) -> bool:
    for place, mark in seen:  # noqa: SIM110 - a generator costs as much as the rest
        if mark_at(place) != mark:
            return False
    return True


def _size(key: Key, made: Shown) -> int:
    target, fields = key
    asked = len(target) + sum(len(value) for value in fields if value)
    return _COST + asked + len(made.head) + (len(made.body) if isinstance(made.body, bytes) else 0)
