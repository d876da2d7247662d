"""The workers that the server brings along: children of its own, started anew when they end.

They are forked from the process that supervises the web processes too, so that what all of them
loaded is in memory once. They end with the server; if it is killed they see within a second that
they have lost their parent, and end as if they were killed: their jobs are taken over.
"""

import logging
import os
import secrets
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from gunicorn.arbiter import Arbiter  # type: ignore[import-untyped] # no stubs

from strongroom.site.apart import watch
from strongroom.site.jobs.periodic import Schedule
from strongroom.site.jobs.running import Terms
from strongroom.site.jobs.worker import GRACE, Worker
from strongroom.site.logs import redacted

logger = logging.getLogger(__name__)

HURRIED = 2.0  # seconds to end where the server is asked to end at once
APART = 1.0  # seconds between two starts, so that one which dies at once does not spin
_ENDS = (signal.SIGTERM, signal.SIGINT)


def worker(schedule: Schedule) -> Worker:
    """Make a worker that is told apart from all others."""
    name = f"{os.uname().nodename}:{os.getpid()}:{secrets.token_hex(4)}"
    return Worker(schedule, Terms(name, secrets.SystemRandom().random, redacted))


@dataclass(slots=True)
class Crew:
    """Children that all do the same, so many as there should be. `work` runs in each of them."""

    size: int
    work: Callable[[], None]
    tick: Callable[[], float] = time.monotonic
    _members: set[int] = field(default_factory=set)
    _started: float = float("-inf")

    def keep(self) -> None:
        """Replace who has ended; in a child, work, and raise SystemExit."""
        self._members = {pid for pid in self._members if _lives(pid)}
        if len(self._members) >= self.size or self.tick() - self._started < APART:
            return
        self._started = self.tick()
        parent = os.getpid()
        # Held back until the child knows what to do with them; they are not for us meanwhile.
        mask = signal.pthread_sigmask(signal.SIG_BLOCK, _ENDS)
        pid = os.fork()
        if pid:
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)
            self._members.add(pid)
            return
        watch(parent)
        try:
            self.work()
        except Exception:
            # It must not reach the supervisor's own code, which would end its other children.
            logger.exception("a worker failed; another takes its place")
            sys.exit(1)
        sys.exit()

    def end(self) -> None:
        """Ask all to end."""
        self._send(signal.SIGTERM)

    def wait(self, seconds: float) -> None:
        """Wait until all have ended, and kill who has not by then."""
        until = self.tick() + seconds
        while self._members and self.tick() < until:
            self._members = {pid for pid in self._members if _lives(pid)}
            time.sleep(0.05)
        self._send(signal.SIGKILL)

    def _send(self, number: signal.Signals) -> None:
        for pid in self._members:
            if _lives(pid):
                os.kill(pid, number)


class Supervisor(Arbiter):  # type: ignore[misc] # gunicorn is not typed
    """Gunicorn's supervisor of web processes, which keeps workers besides."""

    def __init__(self, app: Any, size: int, schedule: Schedule) -> None:  # noqa: ANN401 - gunicorn is not typed
        """Supervise the web processes of an application, and `size` workers."""
        super().__init__(app)
        self._crew = Crew(size, lambda: self._work(schedule))

    def manage_workers(self) -> None:
        """Have as many of each as there should be; called every second, and when one ends."""
        super().manage_workers()
        self._crew.keep()

    def stop(self, graceful: bool = True) -> None:  # noqa: FBT001, FBT002 - gunicorn's own signature
        """Let all come to their end."""
        self._crew.end()
        super().stop(graceful)
        self._crew.wait(GRACE + HURRIED if graceful else HURRIED)

    def _work(self, schedule: Schedule) -> None:
        for number in (*self.SIGNALS, signal.SIGCHLD):
            signal.signal(number, signal.SIG_DFL)
        for listener in self.LISTENERS:
            # Else nobody could listen at our address while an orphan comes to its end.
            listener.sock.close()
        made = worker(schedule)
        with made.heeding():
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _ENDS)
            made.run()


def _lives(pid: int) -> bool:
    try:
        return os.waitpid(pid, os.WNOHANG) == (0, 0)
    except ChildProcessError:
        # Gunicorn waits for any child that has ended, and was faster.
        return False
