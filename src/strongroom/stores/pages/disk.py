"""Rendered pages and published files as plain files, the very ones that a web server can serve.

`FOLDER/<path>` is a page and `FOLDER/<path>.gz` its compressed form. A published file is a hard
link to its blob, so that publishing copies nothing and taking it off the shelf is one unlink.
Whoever can reach the folder may read it, whatever the process's umask: what stands here is public,
and the door is the data folder above, which a web server's account is let through or not. A closed
folder is the registry's own account's alone.
"""

import errno
import gzip
import hashlib
import os
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from itertools import islice
from pathlib import Path
from stat import S_ISREG

from strongroom.stores.blobs.disk import DiskBlobs
from strongroom.stores.folders import fsync_folder, fsync_folders, make_folder, no_room
from strongroom.stores.pages.cache import Cache
from strongroom.stores.pages.drafts import Drafts, mark_after
from strongroom.stores.pages.forms import etag, packed
from strongroom.stores.pages.protocol import LocalFile, Stored, checked
from strongroom.stores.standing import Standing

FOLDER_MODE = 0o755
CLOSED_MODE = 0o700
AT_ONCE = 32  # pages that are put up together
# What the system says of an address at which nothing can be. Any other error is the disk's, and
# must never be told as "not there": a client would then look for the package elsewhere.
_ABSENT = frozenset({errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.ENAMETOOLONG, errno.ELOOP})
_BLOCK = 1024 * 1024

Mark = tuple[int, int, int]
"""When a file was written (nanoseconds), its inode, its size: another file has another."""


class DiskPages:
    """Pages in a folder, beside blobs on the same file system."""

    def __init__(self, folder: Path, blobs: DiskBlobs, mode: int = FOLDER_MODE) -> None:
        """Use `folder`, made when first needed and with this mode, and link files to `blobs`."""
        self._folder = folder
        self._blobs = blobs
        self._mode = mode
        self._cache: Cache[Mark] = Cache()

    def place(self, path: str) -> Path:
        """Return the local file of a path; refuses one that would leave the folder."""
        return self._folder / checked(path)

    def put(self, path: str, body: bytes) -> None:
        """Put a page up in place of the old one, and its compressed form before it.

        Readers check that the compressed form unpacks to the page, so that the moment between the
        two renames is harmless.
        """
        self.put_all([(path, body)])

    def put_all(self, pages: Iterable[tuple[str, bytes]]) -> None:
        """Put pages up, some at a time, so that a few waits for the disk do for all of them."""
        left = iter(pages)
        while some := list(islice(left, AT_ONCE)):
            try:
                self._put(some)
            except OSError as error:
                raise no_room(error) from error

    def _put(self, pages: Iterable[tuple[str, bytes]]) -> None:
        changed: list[Path] = []
        with Drafts() as drafts:
            for path, body in pages:
                place, form = self.place(path), packed(body)
                changed += [place.parent, *self._make(place.parent)]
                mark = mark_after(place)
                drafts.add(_compressed(place), form, mark)
                drafts.add(place, body, mark)
            drafts.publish()
        fsync_folders(changed)

    def link(self, files: Mapping[str, str]) -> frozenset[str]:
        """Put files on the shelf without copying them: digests by path."""
        return frozenset(path for path, sha256 in files.items() if not self._link(path, sha256))

    def _link(self, path: str, sha256: str) -> bool:
        place = self.place(path)
        if not self._blobs.holds(sha256):
            return False
        try:
            if place.exists():
                return True
            made = self._make(place.parent)
            with suppress(FileExistsError):
                place.hardlink_to(self._blobs.location(sha256))
            fsync_folders([place.parent, *made])
        except OSError as error:
            raise no_room(error) from error
        return True

    def unlink(self, *paths: str) -> None:
        """Take files off the shelf."""
        self.remove(*paths)

    def remove(self, *paths: str) -> None:
        """Take pages off the shelf; what is not there is no error."""
        for place in map(self.place, paths):
            try:
                removed = [_unlinked(place), _unlinked(_compressed(place))]
                if any(removed):
                    # A power cut must not bring back what was taken down.
                    fsync_folder(place.parent)
            except OSError as error:
                raise no_room(error) from error

    def walk(self, under: str = "") -> Iterator[Standing]:
        """Name every file of the folder, whatever it is."""
        for folder, folders, names in os.walk(self._folder / under):
            folders.sort()
            for place in (Path(folder, name) for name in sorted(names)):
                with suppress(FileNotFoundError):
                    status = place.stat()
                    name = place.relative_to(self._folder).as_posix()
                    yield Standing(name, status.st_size, status.st_mtime)

    def discard(self, name: str) -> None:
        """Remove one file of the folder and nothing beside it, whatever it is."""
        (self._folder / name).unlink(missing_ok=True)

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
        """Say whether the disk holds just what `put` would write: the page and what is beside."""
        place = self.place(path)
        return (_content(place), _content(_compressed(place))) == (body, packed(body))

    def held(self, path: str, mark: Mark) -> Stored | None:
        """Return a page from memory, None if the page of this mark is not there; reads nothing."""
        held = self._cache.get(path)
        return held[1] if held is not None and held[0] == mark else None

    def get(self, path: str) -> Stored | None:
        """Return a page, from memory if its file is still the one that was read."""
        place = self.place(path)
        mark = mark_at(str(place))
        if mark is None:
            return None
        held = self.held(path, mark)
        if held is not None:
            return held
        try:
            stored = _read(place)
        except OSError as error:
            _only_absent(error)
            return None
        self._cache.hold(path, mark, stored)
        return stored

    def find(self, path: str) -> LocalFile | None:
        """Return a published file if it is on the shelf."""
        place = self.place(path)
        try:
            if not place.is_file():
                return None
            return LocalFile(place, os.stat(place).st_size)  # noqa: PTH116 - as above
        except OSError as error:
            _only_absent(error)
            return None

    def _make(self, folder: Path) -> list[Path]:
        """Make a folder; returns those whose names are to be made durable: all above it, if new.

        Not only those made here: another upload may have made one of them a moment ago, and not
        come to that yet.
        """
        if folder.is_dir():
            return []
        if folder == self._folder:
            make_folder(folder.parent)
            above = [folder.parent]
        else:
            self._make(folder.parent)
            above = [one for one in folder.parents if one.is_relative_to(self._folder)]
        mode = self._mode if folder == self._folder else FOLDER_MODE
        folder.mkdir(mode=mode, exist_ok=True)
        folder.chmod(mode)
        return above

    def serves(self, path: str, sha256: str, passed: Callable[[int], object]) -> bool:
        """Say whether a file of the shelf is a blob, or a copy of it, which is then read."""
        place, hasher = self.place(path), hashlib.sha256()
        try:
            if place.samefile(self._blobs.location(sha256)):
                return True
            with place.open("rb", buffering=0) as file:
                os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
                while block := file.read(_BLOCK):
                    hasher.update(block)
                    passed(len(block))
        except OSError:
            return False
        return hasher.hexdigest() == sha256


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


def _content(place: Path) -> bytes | None:
    """Return what a file holds, None if it is not there."""
    try:
        return place.read_bytes()
    except OSError as error:
        _only_absent(error)
        return None


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
        form = _compressed(place).read_bytes()
        if gzip.decompress(form) == body:
            compressed = form
    return Stored(body, compressed, etag(body))
