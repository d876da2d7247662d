"""The downloads that this process sees: counted in memory, written into rows once a minute.

No read waits for a row. A crash loses the counts of a minute at most; a project that is downloaded
often is so tomorrow too. What nginx or a shared cache answers is not seen here.
"""

import logging
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from threading import Event, Lock, Thread

from django.db import DatabaseError, close_old_connections

from strongroom.packages.catalog.downloads import file_of

WRITE_EVERY = 60.0  # seconds
SERVED = frozenset({200, 302, 307})  # a redirect leads to the bucket, which sends the file

logger = logging.getLogger(__name__)

Write = Callable[[Mapping[tuple[str, str], int]], object]
"""Adds to today what was seen: how often, by ecosystem and file name."""


class Seen:
    """Counts what threads and the loop tell it of."""

    def __init__(self, write: Write) -> None:
        """Hand what was seen to `write`."""
        self._write = write
        self._lock = Lock()
        self._counts = Counter[str]()

    def count(self, method: str, path: str, status: int) -> None:
        """Note an answer to a request for a file; a part of one is no download."""
        if method == "GET" and status in SERVED:
            with self._lock:
                self._counts[path] += 1

    def flush(self) -> None:
        """Write what was seen; where that fails it is kept for the next time."""
        with self._lock:
            counts, self._counts = self._counts, Counter()
        if not counts:
            return
        files = Counter[tuple[str, str]]()
        for path, times in counts.items():
            file = file_of(path)
            if file is not None:
                files[file] += times
        try:
            self._write(files)
        except DatabaseError as error:
            logger.warning("downloads could not be counted now: %s", type(error).__name__)
            with self._lock:
                self._counts.update(counts)

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Write every minute meanwhile, from a thread, and once more at the end."""
        ended = Event()
        thread = Thread(target=self._keep, args=(ended,), name="downloads", daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()

    def _keep(self, ended: Event) -> None:
        over = False
        while not over:
            over = ended.wait(WRITE_EVERY)
            self.flush()
            close_old_connections()
