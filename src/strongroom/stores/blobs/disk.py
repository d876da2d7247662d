"""Blobs in a local folder, durable before they are acknowledged.

`FOLDER/sha256/ab/cd/<digest>` holds a blob, read-only. `FOLDER/incoming/` holds what is on its way,
`FOLDER/damaged/` what stood under a digest and was not its bytes any more.
The order of `keep` is the whole point: bytes are fsynced, renamed to their digest, and the folder
is fsynced, so that after a power cut a digest's name never stands over anything but its bytes.
"""

import os
import secrets
from collections.abc import Iterator
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from typing import BinaryIO

from strongroom.core.errors import NotFoundError
from strongroom.stores.blobs.spool import Spool, Spooled
from strongroom.stores.folders import fsync_folder, fsync_folders, make_folder, no_room
from strongroom.stores.room import Room
from strongroom.stores.standing import Standing


class DiskBlobs:
    """Blobs in a folder."""

    def __init__(self, folder: Path, room: Room | None = None) -> None:
        """Use `folder`, made when first needed; refuse bytes while `room` is low."""
        self._folder = folder
        self._spool = Spool(folder / "incoming", room or Room(folder, 0))

    def receive(self) -> AbstractContextManager[Spooled]:
        """Open a temporary file; it is gone at the end unless it was kept."""
        return self._spool.receive(self._keep)

    def _keep(self, upload: Spooled) -> None:
        """Fsync the bytes, give them their digest's name, fsync the name and the folders above."""
        target = self.location(upload.digests().sha256)
        try:
            os.fchmod(upload.fileno(), 0o444)
            os.fsync(upload.fileno())
            make_folder(target.parents[2])
            target.parent.mkdir(parents=True, exist_ok=True)
            # A link and not a rename: what is kept stays the one inode that the shelf links to.
            with suppress(FileExistsError):
                target.hardlink_to(upload.path)
            # Another upload may have made these folders a moment ago and not yet fsynced them.
            fsync_folders(target.parents[:3])
        except OSError as error:
            raise no_room(error) from error

    def open(self, sha256: str) -> BinaryIO:
        """Open a blob for reading, as the disk has it now."""
        try:
            file = self.location(sha256).open("rb")
        except FileNotFoundError:
            raise NotFoundError("no-such-blob", "There are no such bytes here.") from None
        # What the kernel remembers of the file may still be right while the disk no longer is.
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        return file

    def location(self, sha256: str) -> Path:
        """Return where a digest's bytes stand: two levels of folders keep each folder small."""
        return self._folder / "sha256" / sha256[:2] / sha256[2:4] / sha256

    def walk(self) -> Iterator[Standing]:
        """Name every blob, in order."""
        for path in sorted((self._folder / "sha256").glob("??/??/*")):
            with suppress(FileNotFoundError):
                status = path.stat()
                yield Standing(path.name, status.st_size, status.st_mtime)

    def holds(self, sha256: str) -> bool:
        """Say whether there is a blob of a digest; its bytes are not looked at."""
        return self.location(sha256).is_file()

    def set_aside(self, sha256: str) -> str:
        """Move what stands under a digest out of every reader's way, and say where it is now."""
        place, aside = self.location(sha256), self._folder / "damaged"
        make_folder(aside)
        kept = aside / f"{sha256}-{secrets.token_hex(4)}"
        try:
            place.rename(kept)
        except FileNotFoundError:
            return ""
        fsync_folder(place.parent)
        fsync_folder(aside)
        return str(kept)

    def remove(self, sha256: str) -> None:
        """Remove a blob that nothing names; its folder stays, as an upload may be using it."""
        self.location(sha256).unlink(missing_ok=True)

    def abandoned(self, older_than: float) -> tuple[Standing, ...]:
        """Name incoming files last written before a moment (seconds since epoch)."""
        return self._spool.abandoned(older_than)

    def discard(self, name: str) -> None:
        """Remove an abandoned incoming file."""
        self._spool.discard(name)
