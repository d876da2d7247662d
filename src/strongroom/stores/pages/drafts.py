"""Pages that are written but not shown yet, so that the disk is waited for once for all of them.

A draft is a nameless neighbour of its page, with its mode and its time. Publishing makes the bytes
of all durable and only then gives them their names: a power cut can leave no name over no bytes.
"""

import os
import secrets
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from strongroom.stores.folders import fsync_files

PAGE_MODE = 0o644
TICK = 1_000_000_000  # nanoseconds


class Drafts:
    """Drafts of some pages, in the order in which they are to appear; gone at the end."""

    def __init__(self) -> None:
        """Start with none."""
        self._renames: list[tuple[Path | None, Path]] = []
        self._descriptors: list[int] = []

    def __enter__(self) -> Self:
        """Collect drafts until the end of the context."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Drop what was not published."""
        for descriptor in self._descriptors:
            with suppress(OSError):
                os.close(descriptor)
        for draft, _ in self._renames:
            if draft is not None:
                with suppress(OSError):
                    draft.unlink()

    def add(self, place: Path, body: bytes | None, mark: int) -> None:
        """Write what is to stand at a place, dated `mark` (nanoseconds); None: nothing is."""
        if body is None:
            self._renames.append((None, place))
            return
        draft = place.with_name(f".{secrets.token_hex(8)}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, PAGE_MODE)
        self._renames.append((draft, place))
        self._descriptors.append(descriptor)
        _write(descriptor, body)
        # The folder is for everybody, whatever this process's umask says.
        os.fchmod(descriptor, PAGE_MODE)
        # Another process tells by the mark that the page is new, though size and recycled inode
        # may be those of an older one.
        os.utime(descriptor, ns=(mark, mark))

    def publish(self) -> None:
        """Let all appear in place of what stands there, one after the other."""
        fsync_files(self._descriptors)
        for draft, place in self._renames:
            if draft is None:
                place.unlink(missing_ok=True)
            else:
                draft.rename(place)
        self._renames.clear()


def mark_after(place: Path) -> int:
    """Return when a page is written, in nanoseconds: a second after the page before it, or later.

    A web server makes its entity tag of whole seconds and the size. Two pages of one address and
    size within a second would share a tag, and whoever has the first would be told that it holds.
    """
    try:
        return max(time.time_ns(), place.stat().st_mtime_ns + TICK)
    except FileNotFoundError:
        return time.time_ns()


def _write(descriptor: int, body: bytes) -> None:
    left = memoryview(body)
    while left:
        left = left[os.write(descriptor, left) :]
