"""Blobs as objects of a bucket, read back before they are acknowledged.

`blobs/sha256/ab/cd/<digest>` is a blob, `blobs/damaged/` holds what stood under a digest and was
not its bytes. So a copy of the bucket's folder `blobs` on a disk is a store of blobs there.
Incoming bytes lie on this machine's disk until `keep` puts them there, which ends in one way only:
what the server gives back under the digest has been read and hashed. What it answered to the put
counts for nothing: a put whose answer was lost may have happened, one that was confirmed may have
stored something else, and after a put in parts there is no entity tag to compare.
"""

import hashlib
import io
import logging
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from datetime import timedelta
from enum import Enum
from pathlib import Path
from threading import BoundedSemaphore
from typing import BinaryIO, cast

from strongroom.core.errors import NotFoundError, UnavailableError
from strongroom.stores.blobs.spool import Spool, Spooled
from strongroom.stores.buckets.bucket import PART_BYTES, Bucket
from strongroom.stores.room import Room
from strongroom.stores.standing import Standing

logger = logging.getLogger(__name__)

FOLDER = "blobs/sha256"
ASIDE = "blobs/damaged"
BLOCK = 512 * 1024
_BLOCK_BACK = 4 * BLOCK
TRIES = 3
PAUSE = 0.5  # seconds before the second try; twice that before the third
_SMALL = 2 * BLOCK
_LARGE_AT_ONCE = 2  # that many puts and their parts are in memory at once, whatever arrives


class _State(Enum):
    """What stands under a digest."""

    MISSING = "missing"
    WHOLE = "whole"
    OTHER = "other"


class ObjectBlobs:
    """Blobs in a bucket."""

    def __init__(
        self,
        bucket: Bucket,
        incoming: Path,
        room: Room | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Use a bucket, and the local folder `incoming` while `room` is not low."""
        self._bucket = bucket
        self._spool = Spool(incoming, room or Room(incoming, 0))
        self._sleep = sleep
        self._slots = BoundedSemaphore(_LARGE_AT_ONCE)

    def receive(self) -> AbstractContextManager[Spooled]:
        """Open a temporary file of this machine; it is gone at the end."""
        return self._spool.receive(self._keep)

    def _keep(self, upload: Spooled) -> None:
        """Put the bytes under their digest and read them back, trying a few times."""
        is_small = upload.size <= _SMALL
        with nullcontext() if is_small else self._slots:
            failure = self._put(upload, _State.MISSING if is_small else None)
        if failure is not None:
            raise failure

    def _put(self, upload: Spooled, state: _State | None) -> UnavailableError | None:
        """Return None once the blob stands; `state` is what is supposed to stand there now."""
        sha256, failure = upload.digests().sha256, _differs()
        for tried in range(TRIES):
            if tried:
                self._sleep(PAUSE * tried)
            try:
                if state is None:
                    state = self._state(sha256, upload.size)
                if state is not _State.WHOLE:
                    self._send(_name(sha256), upload, over=state is _State.OTHER)
                    state = self._state(sha256, upload.size)
            except UnavailableError as error:
                failure, state = error, None
                continue
            if state is _State.WHOLE:
                return None
            failure = _differs()
        return failure

    def _send(self, name: str, upload: Spooled, *, over: bool) -> None:
        with upload.opened() as file:
            if upload.size >= PART_BYTES or over:
                self._bucket.upload(name, file)
            elif not self._bucket.create(name, file.read(), file=True):
                logger.info("%s stands already", name)

    def _state(self, sha256: str, size: int) -> _State:
        standing = self._bucket.look(_name(sha256))
        if standing is None:
            return _State.MISSING
        if standing.size != size:
            logger.error("blob %s has %d bytes instead of %d", sha256, standing.size, size)
            return _State.OTHER
        hasher = hashlib.sha256()
        try:
            for start in range(0, size, _BLOCK_BACK):
                hasher.update(self._bucket.read(_name(sha256), start, _BLOCK_BACK))
        except FileNotFoundError:
            return _State.MISSING
        if hasher.hexdigest() != sha256:
            logger.error("blob %s has other bytes", sha256)
            return _State.OTHER
        return _State.WHOLE

    def open(self, sha256: str) -> BinaryIO:
        """Open a blob for reading; each block is asked of the server when it is wanted."""
        size = self.size(sha256)
        if size is None:
            raise _no_such_blob()
        stream = io.BufferedReader(_Reading(self, sha256, size), BLOCK)
        return cast("BinaryIO", stream)

    def read(self, sha256: str, start: int, length: int) -> Iterator[bytes]:
        """Yield a stretch of a blob in blocks; raises NotFoundError or UnavailableError."""
        end = start + length
        for at in range(start, end, BLOCK):
            wanted = min(BLOCK, end - at)
            try:
                block = bytes(self._bucket.read(_name(sha256), at, wanted))
            except FileNotFoundError:
                raise _no_such_blob() from None
            if len(block) != wanted:
                # To send less than was announced would keep the reader waiting.
                raise _differs()
            yield block

    def signed(self, sha256: str, lasts: timedelta) -> str:
        """Return an address at which anybody may get a blob for a while."""
        return self._bucket.signed(_name(sha256), lasts)

    def size(self, sha256: str) -> int | None:
        """Return the size of a blob in bytes as the server tells it; None if there is none."""
        standing = self._bucket.look(_name(sha256))
        return None if standing is None else standing.size

    def holds(self, sha256: str) -> bool:
        """Say whether there is a blob of a digest; its bytes are not looked at."""
        return self.size(sha256) is not None

    def walk(self) -> Iterator[Standing]:
        """Name every blob, in order."""
        for one in self._bucket.walk(FOLDER):
            yield Standing(one.name.rpartition("/")[2], one.size, one.written)

    def set_aside(self, sha256: str) -> str:
        """Move what stands under a digest out of every reader's way, and say where it is now."""
        aside = f"{ASIDE}/{sha256}-{secrets.token_hex(4)}"
        try:
            self._bucket.copy(_name(sha256), aside)
        except FileNotFoundError:
            return ""
        self._bucket.delete(_name(sha256))
        return aside

    def remove(self, sha256: str) -> None:
        """Remove a blob that nothing names."""
        self._bucket.delete(_name(sha256))

    def abandoned(self, older_than: float) -> tuple[Standing, ...]:
        """Name incoming files of this machine last written before a moment (since epoch)."""
        return self._spool.abandoned(older_than)

    def discard(self, name: str) -> None:
        """Remove an abandoned incoming file of this machine."""
        self._spool.discard(name)


class _Reading(io.RawIOBase):
    """A blob as a file: each read is one request for one stretch."""

    def __init__(self, blobs: ObjectBlobs, sha256: str, size: int) -> None:
        self._blobs = blobs
        self._sha256 = sha256
        self._size = size
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        origin = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(0, origin + offset)
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer) -> int:  # type: ignore[no-untyped-def] # noqa: ANN001 - any buffer
        wanted = min(len(buffer), BLOCK, max(0, self._size - self._at))
        if not wanted:
            return 0
        (block,) = self._blobs.read(self._sha256, self._at, wanted)
        buffer[:wanted] = block
        self._at += wanted
        return wanted

    def readall(self) -> bytes:
        rest = b"".join(self._blobs.read(self._sha256, self._at, max(0, self._size - self._at)))
        self._at += len(rest)
        return rest


def _name(sha256: str) -> str:
    return f"{FOLDER}/{sha256[:2]}/{sha256[2:4]}/{sha256}"


def _no_such_blob() -> NotFoundError:
    return NotFoundError("no-such-blob", "There are no such bytes here.")


def _differs() -> UnavailableError:
    return UnavailableError(
        "storage-differs",
        "The registry's storage did not give back what was put into it.",
        "Nothing was published; try again later.",
        retry_after=60,
    )
