"""What the place of pages and published files promises, whatever it stands on.

1. A page is replaced whole. A reader never sees half of one, nor a compressed form of another.
2. What one process puts up or takes down, every process sees with its next read.
3. A published file is its blob: putting it up copies no bytes, and taking it down is one act.
4. Everything here is derived: `strongroom rebuild` makes it again from rows and blobs.

A place that does not answer raises UnavailableError, and never says "not there": a client would
then look for the package elsewhere.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from strongroom.core.errors import InvalidError
from strongroom.stores.standing import Standing

LONGEST_PART = 252  # bytes; the 255 that file systems take, less `.gz`
LONGEST_PATH = 2048  # characters; every part is a folder, and systems take 4096 bytes in all


@dataclass(frozen=True, slots=True)
class Stored:
    """A page as it is answered: its bytes, its compressed bytes if they pay, its ETag."""

    body: bytes
    compressed: bytes | None
    etag: str


@dataclass(frozen=True, slots=True)
class LocalFile:
    """A published file on this machine's disk; it may be taken down before it is opened."""

    path: Path
    size: int


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A published file that another machine holds.

    `read` yields the bytes from an offset on, as many as asked for; it raises NotFoundError or
    UnavailableError. `elsewhere` returns the address at which a reader may fetch the whole itself
    for a short time, where that is allowed.
    """

    size: int
    read: Callable[[int, int], Iterator[bytes]]
    elsewhere: Callable[[], str] | None


class Pages(Protocol):
    """Pages and published files by their paths: parts joined by slashes.

    What is no path of a page is refused with InvalidError (`path-invalid`).
    """

    def put(self, path: str, body: bytes) -> None:
        """Put a page up in place of the old one."""
        ...

    def put_all(self, pages: Iterable[tuple[str, bytes]]) -> None:
        """Put many pages up, each as `put` does, and together faster; asks for some at a time."""
        ...

    def get(self, path: str) -> Stored | None:
        """Return a page as it stands now; None if there is none."""
        ...

    def remove(self, *paths: str) -> None:
        """Take pages down; what is not there is no error."""
        ...

    def link(self, files: Mapping[str, str]) -> frozenset[str]:
        """Put blobs up as published files: digests by path.

        Returns the paths whose blob there is not; nothing is put up there.
        """
        ...

    def unlink(self, *paths: str) -> None:
        """Take published files down, at once and for every reader; no error if one is not up."""
        ...

    def find(self, path: str) -> LocalFile | RemoteFile | None:
        """Return a published file; None if it is not up."""
        ...

    def serves(self, path: str, sha256: str, passed: Callable[[int], object]) -> bool:
        """Say whether a blob's bytes are up at a path; `passed` counts what is read for it."""
        ...

    def is_whole(self, path: str) -> bool:
        """Say whether a page stands there undamaged, with whatever belongs to it."""
        ...

    def shows(self, path: str, body: bytes) -> bool:
        """Say whether just that stands there which putting up these bytes would make stand."""
        ...

    def walk(self, under: str = "") -> Iterator[Standing]:
        """Name all that stands here, or in one folder.

        A name is a path, but for what a place needs besides: a compressed form, a file half
        written. `discard` takes any.
        """
        ...

    def discard(self, name: str) -> None:
        """Remove one thing that `walk` named, and nothing beside it."""
        ...


def checked(path: str) -> str:
    """Return a path that can be one; raises InvalidError for one that would lead elsewhere."""
    if len(path) > LONGEST_PATH or "\0" in path or not all(map(_nameable, path.split("/"))):
        raise InvalidError("path-invalid", "This is not the address of a page.")
    return path


def _nameable(part: str) -> bool:
    try:
        raw = part.encode()
    except UnicodeEncodeError:  # half a character, which no file system takes
        return False
    return part not in {"", ".", ".."} and len(raw) <= LONGEST_PART
