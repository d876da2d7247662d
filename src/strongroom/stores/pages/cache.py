"""Pages that are in use, kept in memory as long as they stay the same.

What says that a page is still the same is its mark, which whoever looks it up has just learnt from
the place where it stands. Bounded in bytes; what was used longest ago goes first.
"""

import threading
from collections import OrderedDict
from typing import Generic, TypeVar

from strongroom.stores.pages.protocol import Stored

CACHE_BYTES = 64 * 1024 * 1024
ENTRY_BYTES = 8 * 1024 * 1024
ENTRY_COST = 512  # bytes that an entry takes besides its page, so that empty ones count too

Mark = TypeVar("Mark")


class Cache(Generic[Mark]):
    """Pages by path, each under the mark of the one that was read."""

    def __init__(self) -> None:
        """Start empty."""
        self._lock = threading.Lock()
        self._pages: OrderedDict[str, tuple[Mark, Stored]] = OrderedDict()
        self._bytes = 0

    @property
    def size(self) -> int:
        """Return how many bytes are held."""
        return self._bytes

    def get(self, path: str) -> tuple[Mark, Stored] | None:
        """Return the page that was last read at a path, with its mark."""
        with self._lock:
            held = self._pages.get(path)
            if held is not None:
                self._pages.move_to_end(path)
            return held

    def hold(self, path: str, mark: Mark, page: Stored) -> None:
        """Hold a page that was read, in place of the one before."""
        size = _size(page)
        with self._lock:
            old = self._pages.pop(path, None)
            if old is not None:
                self._bytes -= _size(old[1])
            if size > ENTRY_BYTES:
                return
            self._pages[path] = (mark, page)
            self._bytes += size
            while self._bytes > CACHE_BYTES:
                _, (_, evicted) = self._pages.popitem(last=False)
                self._bytes -= _size(evicted)


def _size(page: Stored) -> int:
    return len(page.body) + len(page.compressed or b"") + ENTRY_COST
