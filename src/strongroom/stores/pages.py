"""Rendered pages and published files as plain files, the very ones that a web server can serve.

`FOLDER/<path>` is a page and `FOLDER/<path>.gz` its compressed form. A published file is a hard
link to its blob, so that publishing copies nothing and taking it off the shelf is one unlink.
Everything here is derived: `strongroom rebuild` makes it again from rows and blobs.
"""

import errno
import gzip
import os
import secrets
import threading
import time
import zlib
from collections import OrderedDict
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from stat import S_ISREG
from typing import TypeAlias

from strongroom.core.errors import InvalidError
from strongroom.stores.blobs.disk import fsync_folder, make_folder, no_room

COMPRESS_FROM = 512  # bytes; below it a header costs more than compression saves
LONGEST_PART = 252  # bytes; the 255 that file systems take, less `.gz`
LONGEST_PATH = 2048  # characters; every part is a folder, and systems take 4096 bytes in all
CACHE_BYTES = 64 * 1024 * 1024
_ENTRY_BYTES = 8 * 1024 * 1024
_ENTRY_COST = 512  # bytes that an entry takes besides its page, so that empty ones count too
# What the system says of an address at which nothing can be. Any other error is the disk's, and
# must never be told as "not there": a client would then look for the package elsewhere.
_ABSENT = frozenset({errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.ENAMETOOLONG, errno.ELOOP})


Mark: TypeAlias = tuple[int, int, int]
"""Time, inode and size of a file: another mark, other bytes."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A page as it is answered: its bytes, its compressed bytes if they pay, its ETag."""

    body: bytes
    compressed: bytes | None
    etag: str


class DiskPages:
    """Pages in a folder, with the ones in use kept in memory as long as they stay the same."""

    def __init__(self, folder: Path) -> None:
        """Use `folder`, made when first needed."""
        self._folder = folder
        self._lock = threading.Lock()
        self._cache: OrderedDict[str, tuple[Mark, Stored]] = OrderedDict()
        self._cached_bytes = 0

    @property
    def root(self) -> Path:
        """Return the folder that everything stands in."""
        return self._folder

    def place(self, path: str) -> Path:
        """Return the local file of a path; refuses one that would leave the folder."""
        if len(path) > LONGEST_PATH or "\0" in path or not all(map(_nameable, path.split("/"))):
            raise InvalidError("path-invalid", "This is not the address of a page.")
        return self._folder / path

    def put(self, path: str, body: bytes) -> None:
        """Put a page up in place of the old one, and its compressed form before it.

        Readers check that the compressed form unpacks to the page, so that the moment between the
        two renames is harmless.
        """
        place = self.place(path)
        packed = gzip.compress(body, 9, mtime=0) if len(body) >= COMPRESS_FROM else b""
        try:
            make_folder(place.parent)
            beside = _compressed(place)
            if packed and len(packed) < len(body):
                _replace(beside, packed)
            else:
                beside.unlink(missing_ok=True)
            _replace(place, body)
            fsync_folder(place.parent)
        except OSError as error:
            raise no_room(error) from error

    def link(self, path: str, blob: Path) -> None:
        """Put a file on the shelf without copying it."""
        place = self.place(path)
        try:
            if place.exists():
                return
            make_folder(place.parent)
            with suppress(FileExistsError):
                place.hardlink_to(blob)
            fsync_folder(place.parent)
        except OSError as error:
            raise no_room(error) from error

    def remove(self, path: str) -> None:
        """Take a page or a file off the shelf; what is not there is no error."""
        place = self.place(path)
        try:
            removed = [_unlinked(place), _unlinked(_compressed(place))]
            if any(removed):
                fsync_folder(place.parent)  # a power cut must not bring back what was taken down
        except OSError as error:
            raise no_room(error) from error

    def discard(self, path: str) -> None:
        """Remove one file of the folder and nothing beside it, whatever it is."""
        (self._folder / path).unlink(missing_ok=True)

    def is_whole(self, path: str) -> bool:
        """Say whether the disk holds a page, and no compressed form that unpacks to another.

        We never send such a form; but a web server that serves the folder itself would.
        """
        place = self.place(path)
        try:
            stored = _read(place)
        except OSError as error:
            _only_absent(error)
            return False
        return stored.compressed is not None or not _compressed(place).exists()

    def shows(self, path: str, body: bytes) -> bool:
        """Say whether the disk holds a page with these very bytes."""
        try:
            return self.place(path).read_bytes() == body
        except OSError as error:
            _only_absent(error)
            return False

    def mark(self, path: str) -> Mark | None:
        """Return the mark of the file that stands at a path now, None if there is none."""
        return mark_at(str(self.place(path)))

    def held(self, path: str, mark: Mark) -> Stored | None:
        """Return a page from memory, None if the page of this mark is not there; reads nothing."""
        with self._lock:
            held = self._cache.get(path)
            if held is None or held[0] != mark:
                return None
            self._cache.move_to_end(path)
            return held[1]

    def get(self, path: str) -> Stored | None:
        """Return a page, from memory if its file is still the one that was read."""
        mark = self.mark(path)
        if mark is None:
            return None
        held = self.held(path, mark)
        if held is not None:
            return held
        try:
            stored = _read(self.place(path))
        except OSError as error:
            _only_absent(error)
            return None
        self._hold(path, mark, stored)
        return stored

    def find(self, path: str) -> Path | None:
        """Return the local file of a published file if it is on the shelf."""
        place = self.place(path)
        try:
            return place if place.is_file() else None
        except OSError as error:
            _only_absent(error)
            return None

    def _hold(self, path: str, mark: Mark, stored: Stored) -> None:
        size = _size(stored)
        if size > _ENTRY_BYTES:
            return
        with self._lock:
            old = self._cache.pop(path, None)
            if old is not None:
                self._cached_bytes -= _size(old[1])
            self._cache[path] = (mark, stored)
            self._cached_bytes += size
            while self._cached_bytes > CACHE_BYTES:
                _, (_, evicted) = self._cache.popitem(last=False)
                self._cached_bytes -= _size(evicted)


def mark_at(place: str) -> Mark | None:
    """Return the mark of a local file, None if there is none."""
    try:
        status = os.stat(place)  # noqa: PTH116 - Path.stat costs three times as much here
    except OSError as error:
        _only_absent(error)
        return None
    if not S_ISREG(status.st_mode):
        return None
    return (status.st_mtime_ns, status.st_ino, status.st_size)


def _nameable(part: str) -> bool:
    try:
        raw = part.encode()
    except UnicodeEncodeError:  # half a character, which no file system takes
        return False
    return part not in {"", ".", ".."} and len(raw) <= LONGEST_PART


def _size(stored: Stored) -> int:
    return len(stored.body) + len(stored.compressed or b"") + _ENTRY_COST


def _compressed(place: Path) -> Path:
    return place.with_name(place.name + ".gz")


def _only_absent(error: OSError) -> None:
    """Return if there can be nothing at the address, else raise UnavailableError."""
    if error.errno not in _ABSENT:
        raise no_room(error) from error


def _unlinked(place: Path) -> bool:
    try:
        place.unlink()
    except OSError as error:
        _only_absent(error)
        return False
    return True


def _read(place: Path) -> Stored:
    body = place.read_bytes()
    compressed: bytes | None = None
    with suppress(OSError, EOFError, zlib.error):
        packed = _compressed(place).read_bytes()
        if gzip.decompress(packed) == body:
            compressed = packed
    return Stored(body, compressed, f'"{sha256(body).hexdigest()[:32]}"')


def _replace(place: Path, body: bytes) -> None:
    temporary = place.with_name(f".{secrets.token_hex(8)}")
    try:
        with temporary.open("xb") as file:
            file.write(body)
            file.flush()
            # A mark of its own, finer than the ticks of most kernels: another process tells by it
            # that the page is new, though size and recycled inode may be those of an older one.
            mark = time.time_ns()
            os.utime(file.fileno(), ns=(mark, mark))
            # Without this a power cut can leave the new name over no bytes at all.
            os.fsync(file.fileno())
        temporary.rename(place)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
