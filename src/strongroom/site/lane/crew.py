"""The threads, and the way back from them to the loop."""

import logging
import os
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from queue import SimpleQueue
from threading import Thread
from typing import TypeAlias

from strongroom.site.lane.admission import Admission, Kind
from strongroom.site.lane.connection import Connection

logger = logging.getLogger(__name__)

After: TypeAlias = Callable[[Connection], None]
Job: TypeAlias = Callable[[], After]
"""Runs on a thread, and returns what the loop does with the connection afterwards."""


class Crew:
    """Threads that work on requests; all methods but `_work` belong to the loop's thread."""

    def __init__(self, threads: int, patience: float, lost: After) -> None:
        """Use so many threads; whoever waits for one longer than `patience` is overdue.

        `lost` is what the loop does with a connection whose job failed.
        """
        self._begun: SimpleQueue[tuple[Kind, Connection, Job] | None] = SimpleQueue()
        self._admission: Admission[tuple[Connection, Job]] = Admission(threads, patience)
        self._done: deque[tuple[Kind, Connection, After]] = deque()
        self._lost = lost
        self.awake, self._wake = os.pipe()
        os.set_blocking(self.awake, False)
        os.set_blocking(self._wake, False)
        # All of them now: where no thread can be had later, no request would be lost to it. They
        # hold nobody up at the end; whoever ends has waited for what runs as long as he wanted to.
        self._threads = [
            Thread(target=self._work, name=f"request-{number}", daemon=True)
            for number in range(threads)
        ]
        for thread in self._threads:
            thread.start()

    def take(self, kind: Kind, connection: Connection, job: Job, now: float) -> bool:
        """Take a job into the line; False if the line is full. `begin` begins it."""
        return self._admission.put(kind, (connection, job), now)

    def begin(self) -> None:
        """Begin whatever may begin."""
        while (work := self._admission.begin()) is not None:
            kind, (connection, job) = work
            self._begun.put((kind, connection, job))

    def finished(self) -> list[tuple[Connection, After]]:
        """Return whose jobs have ended since `awake` became readable, and what to do with each."""
        with suppress(BlockingIOError):
            os.read(self.awake, 4096)
        ended = []
        while self._done:
            kind, connection, after = self._done.popleft()
            self._admission.done(kind)
            ended.append((connection, after))
        return ended

    def overdue(self, now: float) -> list[Connection]:
        """Take out of the line whoever has waited for too long."""
        return [connection for connection, _ in self._admission.overdue(now)]

    def close(self) -> None:
        """Begin nothing more."""
        for _ in self._threads:
            self._begun.put(None)

    def _work(self) -> None:
        while (work := self._begun.get()) is not None:
            self._run(*work)

    def _run(self, kind: Kind, connection: Connection, job: Job) -> None:
        try:
            after = job()
        except (ConnectionError, TimeoutError):  # the client went away, or was too slow
            after = self._lost
        except BaseException:  # whatever it was, its place and its thread are wanted again
            logger.exception("a request failed in the server itself")
            after = self._lost
        self._done.append((kind, connection, after))
        with suppress(OSError):  # full: the loop is awake anyway; closed: it has ended
            os.write(self._wake, b".")
