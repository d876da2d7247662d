"""A worker: keeps the schedule and runs jobs, one at a time, for as long as it is let.

1. Asked to end, it takes no further job and lets the running one end; after `GRACE` that one is
   broken off and handed back. A long job that calls `give_way` is handed back at once.
2. A job that fails is tried again, later each time; after its last attempt it is kept as failed.
3. While there is nothing to do it reads a few rows each second and writes nothing.
4. A database that does not answer is waited for.
"""

import logging
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FrameType

from django.db import DatabaseError, InterfaceError, close_old_connections, connections

from strongroom.site.jobs import leases
from strongroom.site.jobs.periodic import Keeper, Schedule
from strongroom.site.jobs.running import Ending, Interrupted, Run, Terms, perform

logger = logging.getLogger(__name__)

POLL = 1.0  # seconds between two looks
GRACE = 20.0  # seconds that a running job has to end; the server's own requests have 30
AWAY = 5.0  # seconds between two tries to reach a database that does not answer


@dataclass(slots=True)
class Worker:
    """One worker; it belongs to one thread."""

    schedule: Schedule
    terms: Terms
    poll: float = POLL
    ending: Ending = field(default_factory=Ending)
    _current: Run | None = None

    def run(self) -> None:
        """Work until asked to end."""
        keeper = Keeper(self.schedule)
        while not self.ending.asked:
            try:
                worked = self.turn(keeper)
            except (DatabaseError, InterfaceError) as error:
                logger.warning("the database does not answer a worker: %s", error)
                connections.close_all()
                self.ending.wait(AWAY)
            else:
                if not worked:
                    self.ending.wait(self.poll)
        connections.close_all()

    def turn(self, keeper: Keeper) -> bool:
        """Queue what is due, and run one job if there is one; says whether there was."""
        keeper.queue()
        known = self.schedule.known()
        taken = leases.take(known, self.terms.worker, self.terms.lease)
        if taken is None:
            return False
        self._current = Run(taken, self.ending)
        perform(known[taken.name], self._current, self.terms)
        close_old_connections()
        return True

    @contextmanager
    def heeding(self, grace: float = GRACE) -> Iterator[None]:
        """Heed SIGTERM and SIGINT meanwhile; for the main thread of a process of its own."""

        def end(_signal: int, _frame: FrameType | None) -> None:
            self.ending.ask()
            signal.setitimer(signal.ITIMER_REAL, grace)

        def break_off(_signal: int, _frame: FrameType | None) -> None:
            if self._current is not None and self._current.inside:
                raise Interrupted

        handlers = {signal.SIGTERM: end, signal.SIGINT: end, signal.SIGALRM: break_off}
        before = {number: signal.signal(number, act) for number, act in handlers.items()}
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            for number, handler in before.items():
                signal.signal(number, handler)
