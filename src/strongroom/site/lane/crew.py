"""The threads, and the way back from them to the loop."""

import logging
import os
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from queue import SimpleQueue
from threading import Thread
from typing import TypeAlias

from strongroom.site.lane.admission import Admission, Begun, Kind
from strongroom.site.lane.connection import Connection

logger = logging.getLogger(__name__)

After: TypeAlias = Callable[[Connection], None]
Job: TypeAlias = Callable[[], After]
"""Runs on a thread, and returns what the loop does with the connection afterwards."""


Doing: TypeAlias = Begun[tuple[Connection, Job]]
Desk: TypeAlias = SimpleQueue[Doing | None]
"""Where a thread finds what it is to do next."""


class Crew:
    """Threads that work on requests; all methods but `_work` belong to the loop's thread."""

    def __init__(self, threads: int, patience: float, lost: After) -> None:
        """Use so many threads; whoever waits for one longer than `patience` is overdue.

        `lost` is what the loop does with a connection whose job failed.
        """
        self._admission: Admission[tuple[Connection, Job]] = Admission(threads, patience)
        self._done: deque[tuple[Doing, Desk, After]] = deque()
        self._lost = lost
        self.awake, self._wake = os.pipe()
        os.set_blocking(self.awake, False)
        os.set_blocking(self._wake, False)
        # Whoever ended last works next: what a thread has in memory, most of all its connection to
        # the database, is then there for as many of them as work at once, and not for all.
        self._idle: list[Desk] = [SimpleQueue() for _ in range(threads)]
        # All of them now: where no thread can be had later, no request would be lost to it. They
        # hold nobody up at the end; whoever ends has waited for what runs as long as he wanted to.
        self._threads = [
            Thread(target=self._work, name=f"request-{number}", args=(desk,), daemon=True)
            for number, desk in enumerate(self._idle)
        ]
        self._desks = tuple(self._idle)
        for thread in self._threads:
            thread.start()

    def take(self, kind: Kind, connection: Connection, job: Job, now: float) -> bool:
        """Take a job into the line; False if the line is full. `begin` begins it."""
        return self._admission.put(kind, (connection, job), now)

    def full(self, kind: Kind) -> bool:
        """Say whether `take` would be in vain."""
        return self._admission.full(kind)

    def begin(self, now: float) -> None:
        """Begin whatever may begin."""
        while (doing := self._admission.begin(now)) is not None:
            self._idle.pop().put(doing)

    def pause(self, now: float) -> float:
        """Return the seconds after which `begin` is wanted though nothing has happened."""
        return self._admission.pause(now)

    def finished(self) -> list[tuple[Connection, After]]:
        """Return whose jobs have ended since `awake` became readable, and what to do with each."""
        with suppress(BlockingIOError):
            os.read(self.awake, 4096)
        ended = []
        while self._done:
            doing, desk, after = self._done.popleft()
            self._admission.done(doing)
            self._idle.append(desk)
            ended.append((doing.work[0], after))
        return ended

    def overdue(self, now: float) -> list[Connection]:
        """Take out of the line whoever has waited for too long."""
        return [connection for connection, _ in self._admission.overdue(now)]

    def close(self) -> None:
        """Begin nothing more."""
        for desk in self._desks:
            desk.put(None)

    def _work(self, desk: Desk) -> None:
        while (doing := desk.get()) is not None:
            self._run(doing, desk)

    def _run(self, doing: Doing, desk: Desk) -> None:
        try:
            after = doing.work[1]()
        except (ConnectionError, TimeoutError):  # the client went away, or was too slow
            after = self._lost
        except BaseException:  # whatever it was, its place and its thread are wanted again
            logger.exception("a request failed in the server itself")
            after = self._lost
        self._done.append((doing, desk, after))
        with suppress(OSError):  # full: the loop is awake anyway; closed: it has ended
            os.write(self._wake, b".")
