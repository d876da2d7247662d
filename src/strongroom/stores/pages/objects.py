"""Rendered pages and published files as objects of a bucket, for any number of processes.

`public/<path>` is one object: a page, or the word that a file is up and which blob it is, or that
it was taken down (`records`). A reader asks the server each time whether the page in its memory is
still the one, so that what one process writes, all see with their next read.

Why a file that is taken down leaves a word, and its object is not deleted: a put that was given up
for lost may still reach the server. Files are put up by creating their object, which such a late
put cannot do while the word stands there, so it cannot bring back what was taken down since.
"""

import logging
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from functools import partial
from itertools import islice
from typing import TypeVar

from strongroom.core.errors import UnavailableError
from strongroom.stores.blobs.objects import ObjectBlobs
from strongroom.stores.buckets.bucket import Bucket, Fetched, Unchanged, twice
from strongroom.stores.buckets.names import escaped, unescaped
from strongroom.stores.pages.cache import Cache
from strongroom.stores.pages.protocol import RemoteFile, Stored, checked
from strongroom.stores.pages.records import (
    GONE,
    FileRecord,
    Record,
    file_record,
    page_record,
    read,
)
from strongroom.stores.standing import Standing

FOLDER = "public"  # or another one
SIGNED_FOR = timedelta(seconds=60)  # as long as shared caches may keep a file that is taken down
_AT_ONCE = 16  # requests for one project: each takes a round trip, and there may be thousands

T = TypeVar("T")

logger = logging.getLogger(__name__)


class ObjectPages:
    """Pages in a bucket, beside the blobs of the same bucket."""

    def __init__(
        self, bucket: Bucket, blobs: ObjectBlobs, *, redirects: bool, folder: str = FOLDER
    ) -> None:
        """Use the bucket of `blobs`; with `redirects` readers fetch files there themselves."""
        self._bucket = bucket
        self._blobs = blobs
        self._redirects = redirects
        self._folder = folder
        self._cache: Cache[str] = Cache()

    def put(self, path: str, body: bytes) -> None:
        """Put a page up in place of the old one."""
        self._bucket.put(self._writable(path), page_record(body, secrets.token_bytes(16)))

    def put_all(self, pages: Iterable[tuple[str, bytes]]) -> None:
        """Put pages up, some at a time."""
        left = iter(pages)
        while some := list(islice(left, _AT_ONCE)):
            _at_once([partial(self.put, path, body) for path, body in some])

    def get(self, path: str) -> Stored | None:
        """Return a page, from memory if the server says that it is still the same."""
        name = self._name(path)
        if name is None:
            return None
        held = self._cache.get(path)
        found = self._bucket.get(name, held[0] if held else "")
        if isinstance(found, Unchanged):
            # Only an object that was held is asked for on a condition.
            return held[1] if held else None
        if found is None:
            return None
        try:
            record = read(found.body)
        except ValueError as error:
            raise _damaged(path, error) from None
        if not isinstance(record, Stored):
            return None
        if found.mark:
            self._cache.hold(path, found.mark, record)
        return record

    def remove(self, *paths: str) -> None:
        """Take pages down; what is not there is no error."""
        self._bucket.delete(*filter(None, map(self._name, paths)))

    def link(self, files: Mapping[str, str]) -> frozenset[str]:
        """Put files up: digests by path. Returns the paths whose blob there is not."""
        names = {path: self._writable(path) for path in files}
        acts = [partial(self._link, names[path], files[path]) for path in files]
        done = _at_once([partial(twice, act) for act in acts])
        return frozenset(path for path, is_up in zip(files, done, strict=True) if not is_up)

    def _link(self, name: str, sha256: str) -> bool:
        size = self._blobs.size(sha256)
        if size is None:
            return False
        wanted = file_record(FileRecord(sha256, size))
        standing = self._bucket.get(name)
        if standing is None and self._bucket.create(name, wanted):
            return True
        if not isinstance(standing, Fetched) or standing.body != wanted:
            self._bucket.put(name, wanted)
        return True

    def unlink(self, *paths: str) -> None:
        """Take files down, which all readers see with their next read."""
        names = [self._writable(path) for path in paths]
        _at_once([partial(self._bucket.put, name, GONE) for name in names])

    def find(self, path: str) -> RemoteFile | None:
        """Return a published file if it is up."""
        record = self._told(path)
        if not isinstance(record, FileRecord):
            return None
        read = partial(self._blobs.read, record.sha256)
        signed = partial(self._blobs.signed, record.sha256, SIGNED_FOR)
        return RemoteFile(record.size, read, signed if self._redirects else None)

    def serves(self, path: str, sha256: str, passed: Callable[[int], object]) -> bool:  # noqa: ARG002 - nothing is read
        """Say whether a blob is up at a path, in its size."""
        with suppress(ValueError):
            record = self._standing(path)
            return record == FileRecord(sha256, self._blobs.size(sha256) or 0)
        return False

    def is_whole(self, path: str) -> bool:
        """Say whether a page stands there undamaged."""
        with suppress(ValueError):
            return isinstance(self._standing(path), Stored)
        return False

    def shows(self, path: str, body: bytes) -> bool:
        """Say whether a page stands there with these very bytes."""
        with suppress(ValueError):
            record = self._standing(path)
            return isinstance(record, Stored) and record.body == body
        return False

    def walk(self, under: str = "") -> Iterator[Standing]:
        """Name all that stands here, or in one folder."""
        folder = f"{self._folder}/{escaped(under)}" if under else self._folder
        for one in self._bucket.walk(folder):
            name = unescaped(one.name.removeprefix(f"{self._folder}/"))
            yield Standing(name, one.size, one.written)

    def discard(self, name: str) -> None:
        """Remove one object."""
        self._bucket.delete(f"{self._folder}/{escaped(name)}")

    def _standing(self, path: str) -> Record | None:
        """Return what stands at a path, past the memory; raises ValueError if it is damaged."""
        name = self._name(path)
        found = None if name is None else self._bucket.get(name)
        return read(found.body) if isinstance(found, Fetched) else None

    def _told(self, path: str) -> Record | None:
        try:
            return self._standing(path)
        except ValueError as error:
            raise _damaged(path, error) from None

    def _name(self, path: str) -> str | None:
        """Return the name of a path's object; None if it is longer than any can be."""
        name = f"{self._folder}/{escaped(checked(path))}"
        return name if len(name) <= self._bucket.longest_name else None

    def _writable(self, path: str) -> str:
        name = self._name(path)
        if name is None:
            raise UnavailableError(
                "storage-failed", "The registry's storage takes no page of so long a name."
            )
        return name


def _damaged(path: str, error: ValueError) -> UnavailableError:
    logger.error("the object of %s is damaged: %s", path, error)
    return UnavailableError(
        "page-damaged",
        "This page is damaged in the registry's storage.",
        "Tell the operator, who can mend it with `strongroom scrub`.",
        retry_after=60,
    )


def _at_once(acts: Sequence[Callable[[], T]]) -> list[T]:
    """Do many things that each wait for the server; raises what the first of them raises."""
    if len(acts) < 2:  # noqa: PLR2004 - one needs no threads
        return [act() for act in acts]
    with ThreadPoolExecutor(min(_AT_ONCE, len(acts)), "shelf") as threads:
        return list(threads.map(_called, acts))


def _called(act: Callable[[], T]) -> T:
    return act()
