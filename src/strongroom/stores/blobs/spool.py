"""Where incoming bytes lie until they are kept or refused: one local file each, without a name.

The folder is of one machine. A file goes when its upload ends, however it ends. What a process that
died has left is removed a day later by whoever receives next on that machine: no worker elsewhere
could reach it.
"""

import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from strongroom.core.digests import Digests, Hasher
from strongroom.stores.folders import make_folder, no_room
from strongroom.stores.room import Room
from strongroom.stores.standing import Standing

ABANDONED_AFTER = 24 * 3600.0  # seconds; the longest that an upload may take to arrive
TIDY_EVERY = 3600.0  # seconds


class Spooled:
    """A temporary file, hashed and counted as it is written."""

    def __init__(self, path: Path, room: Room, keep: Callable[["Spooled"], None]) -> None:
        """Create the file, which must not exist; `keep` is told to make its bytes last."""
        self.path = path
        self._room = room
        self._keep = keep
        self._hasher = Hasher()
        self._file = path.open("xb", buffering=1 << 20)

    @property
    def size(self) -> int:
        """Return how many bytes have come so far."""
        return self._hasher.size

    def write(self, block: bytes) -> None:
        """Append a block."""
        self._room.check(len(block))
        try:
            self._file.write(block)
        except OSError as error:
            raise no_room(error) from error
        self._hasher.update(block)

    def digests(self) -> Digests:
        """Return the digests of what has come so far."""
        return self._hasher.digests()

    def fileno(self) -> int:
        """Return the descriptor of the file."""
        return self._file.fileno()

    def flush(self) -> None:
        """Hand all that has come to the system."""
        try:
            self._file.flush()
        except OSError as error:
            raise no_room(error) from error

    def opened(self) -> BinaryIO:
        """Return a stream over what has come so far."""
        self.flush()
        try:
            return self.path.open("rb")
        except OSError as error:
            raise no_room(error) from error

    def keep(self) -> None:
        """Make the bytes last under their digest."""
        self.flush()
        self._keep(self)

    def close(self) -> None:
        """Close the file and drop its name; what was kept is elsewhere."""
        # Closing flushes, and a full disk fails here again. What is kept is kept by now, and a name
        # that cannot be dropped is reaped in a day: neither may turn an upload into a failure.
        with suppress(OSError):
            self._file.close()
        with suppress(OSError):
            self.path.unlink()


class Spool:
    """Incoming files of one folder."""

    def __init__(self, folder: Path, room: Room) -> None:
        """Use `folder`, made when first needed; refuse bytes while `room` is low."""
        self._folder = folder
        self._room = room
        self._tidied = float("-inf")

    @contextmanager
    def receive(self, keep: Callable[[Spooled], None]) -> Iterator[Spooled]:
        """Open a temporary file that `keep` is told to keep; it is gone at the end."""
        self._tidy()
        self._room.check()
        try:
            make_folder(self._folder)
            upload = Spooled(self._folder / secrets.token_hex(16), self._room, keep)
        except OSError as error:
            raise no_room(error) from error
        try:
            yield upload
        finally:
            upload.close()

    def discard(self, name: str) -> None:
        """Remove an abandoned file."""
        (self._folder / name).unlink(missing_ok=True)

    def abandoned(self, older_than: float) -> tuple[Standing, ...]:
        """Name files last written before a moment (seconds since epoch)."""
        found = []
        for path in sorted(self._folder.glob("*")):
            with suppress(FileNotFoundError):
                status = path.stat()
                if status.st_mtime < older_than:
                    found.append(Standing(path.name, status.st_size, status.st_mtime))
        return tuple(found)

    def _tidy(self) -> None:
        if time.monotonic() - self._tidied > TIDY_EVERY:
            self._tidied = time.monotonic()
            with suppress(OSError):
                for one in self.abandoned(time.time() - ABANDONED_AFTER):
                    self.discard(one.name)
