"""Blobs in a local folder, durable before they are acknowledged.

`FOLDER/sha256/ab/cd/<digest>` holds a blob, read-only. `FOLDER/incoming/` holds what is on its way,
`FOLDER/damaged/` what stood under a digest and was not its bytes any more.
The order of `keep` is the whole point: bytes are fsynced, renamed to their digest, and the folder
is fsynced, so that after a power cut a digest's name never stands over anything but its bytes.
"""

import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from strongroom.core.digests import Digests, Hasher
from strongroom.core.errors import NoRoomError, NotFoundError, UnavailableError
from strongroom.stores.room import Room

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def no_room(error: OSError) -> UnavailableError:
    """Say of a failed write what the client should do; the operator finds the cause in the log."""
    kind, code, sentence = (
        (NoRoomError, "storage-full", "The registry's storage is full.")
        if error.errno in _FULL
        else (UnavailableError, "storage-failed", "The registry's storage did not answer.")
    )
    return kind(code, sentence, "Nothing was published; try again later.", retry_after=60)


def fsync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_folder(folder: Path) -> None:
    """Make a folder and its parents, and make their names durable from the top down."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    fsync_folder(folder.parent)


class DiskIncoming:
    """A temporary file on the blobs' own file system."""

    def __init__(self, path: Path, kept: "DiskBlobs") -> None:
        """Create the file; it must not exist."""
        self.path = path
        self._kept = kept
        self._hasher = Hasher()
        self._file = path.open("xb", buffering=1 << 20)

    @property
    def size(self) -> int:
        """Return how many bytes have come so far."""
        return self._hasher.size

    def write(self, block: bytes) -> None:
        """Append a block."""
        self._kept.room.check(len(block))
        try:
            self._file.write(block)
        except OSError as error:
            raise no_room(error) from error
        self._hasher.update(block)

    def digests(self) -> Digests:
        """Return the digests of what has come so far."""
        return self._hasher.digests()

    def opened(self) -> BinaryIO:
        """Return a stream over what has come so far."""
        try:
            self._file.flush()
            return self.path.open("rb")
        except OSError as error:
            raise no_room(error) from error

    def keep(self) -> None:
        """Fsync the bytes, give them their digest's name, fsync the name and the folders above."""
        target = self._kept.location(self.digests().sha256)
        try:
            self._file.flush()
            os.fchmod(self._file.fileno(), 0o444)
            os.fsync(self._file.fileno())
            make_folder(target.parent)
            # A link and not a rename: what is kept stays the one inode that the shelf links to.
            with suppress(FileExistsError):
                target.hardlink_to(self.path)
            # Another upload may have made these folders a moment ago and not yet fsynced them.
            for folder in target.parents[:3]:
                fsync_folder(folder)
        except OSError as error:
            raise no_room(error) from error

    def close(self) -> None:
        """Close the file and drop its name; what was kept has another."""
        # Closing flushes, and a full disk fails here again. What is kept is kept by now, and a name
        # that cannot be dropped is reaped in a day: neither may turn an upload into a failure.
        with suppress(OSError):
            self._file.close()
        with suppress(OSError):
            self.path.unlink()


class DiskBlobs:
    """Blobs in a folder."""

    def __init__(self, folder: Path, room: Room | None = None) -> None:
        """Use `folder`, made when first needed; refuse bytes while `room` is low."""
        self._folder = folder
        self.room = room or Room(folder, 0)

    @contextmanager
    def receive(self) -> Iterator[DiskIncoming]:
        """Open a temporary file; it is gone at the end unless it was kept."""
        self.room.check()
        incoming = self._folder / "incoming"
        try:
            make_folder(incoming)
            upload = DiskIncoming(incoming / secrets.token_hex(16), self)
        except OSError as error:
            raise no_room(error) from error
        try:
            yield upload
        finally:
            upload.close()

    def open(self, sha256: str) -> BinaryIO:
        """Open a blob for reading."""
        try:
            return self.location(sha256).open("rb")
        except FileNotFoundError:
            raise NotFoundError("no-such-blob", "There are no such bytes here.") from None

    def location(self, sha256: str) -> Path:
        """Return where a digest's bytes stand: two levels of folders keep each folder small."""
        return self._folder / "sha256" / sha256[:2] / sha256[2:4] / sha256

    def digests(self) -> Iterator[str]:
        """Name every blob, in order."""
        for path in sorted((self._folder / "sha256").glob("??/??/*")):
            yield path.name

    def holds(self, sha256: str) -> bool:
        """Say whether there is a blob of a digest; its bytes are not looked at."""
        return self.location(sha256).is_file()

    def set_aside(self, sha256: str) -> Path:
        """Move what stands under a digest out of every reader's way, and say where it is now."""
        place, aside = self.location(sha256), self._folder / "damaged"
        make_folder(aside)
        kept = aside / f"{sha256}-{secrets.token_hex(4)}"
        place.rename(kept)
        fsync_folder(place.parent)
        fsync_folder(aside)
        return kept

    def remove(self, sha256: str) -> None:
        """Remove a blob that nothing names; its folder stays, as an upload may be using it."""
        self.location(sha256).unlink(missing_ok=True)

    def discard(self, name: str) -> None:
        """Remove an abandoned incoming file."""
        (self._folder / "incoming" / name).unlink(missing_ok=True)

    def abandoned(self, older_than: float) -> tuple[Path, ...]:
        """Name incoming files last written before a moment (seconds since epoch)."""
        found = []
        for path in sorted((self._folder / "incoming").glob("*")):
            with suppress(FileNotFoundError):
                if path.stat().st_mtime < older_than:
                    found.append(path)
        return tuple(found)

    def reap(self, older_than: float) -> int:
        """Remove abandoned incoming files last written before a moment (seconds since epoch)."""
        abandoned = self.abandoned(older_than)
        for path in abandoned:
            path.unlink(missing_ok=True)
        return len(abandoned)
