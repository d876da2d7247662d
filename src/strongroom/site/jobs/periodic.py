"""What is done without being asked: work at intervals, and work that is found to be behind.

`Periodic` work has a row with its next run. Whoever moves the row on queues the job in the same
transaction, so that it runs once in an interval however many workers there are. A `Watch` asks a
cheap question every few seconds and queues its job when there is something to do; it writes
nothing while there is not.
"""

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from django.db import DatabaseError, InterfaceError, transaction
from django.db.models.functions import Now

from strongroom.site.jobs.leases import after
from strongroom.site.jobs.models import NextRun
from strongroom.site.jobs.queue import Job, is_waiting

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Periodic:
    """A job to be queued once in an interval, the first time `first` after it became known."""

    name: str
    every: timedelta
    job: Job[[]]
    first: timedelta = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Watch:
    """A job to be queued when there is something for it to do, asked every so many seconds.

    `behind` is asked by every worker, so it reads few rows by an index and writes nothing.
    """

    name: str
    every: float
    job: Job[[]]
    behind: Callable[[], bool]


@dataclass(frozen=True, slots=True)
class Schedule:
    """Everything that is done without being asked, and every other job that there is."""

    periodic: Sequence[Periodic] = ()
    watches: Sequence[Watch] = ()
    jobs: Sequence[Job[...]] = ()

    def known(self) -> dict[str, Job[...]]:
        """Return all jobs by the names that rows have for them."""
        planned = [*(one.job for one in self.periodic), *(one.job for one in self.watches)]
        return {one.module_path: one for one in (*planned, *self.jobs)}


@dataclass(slots=True)
class Keeper:
    """Keeps a schedule, in one worker. `tick` is a steady clock in seconds."""

    schedule: Schedule
    tick: Callable[[], float] = time.monotonic
    _asked: dict[str, float] = field(default_factory=dict)
    _entered: bool = False

    def queue(self) -> None:
        """Queue what is due and what is behind."""
        if not self._entered:
            self._enter()
            self._entered = True
        if self.schedule.periodic:
            due = set(NextRun.objects.filter(at__lte=Now()).values_list("name", flat=True))
            for one in self.schedule.periodic:
                if one.name in due:
                    _run(one)
        for watch in self.schedule.watches:
            if self._is_time(watch):
                _look(watch)

    def _enter(self) -> None:
        """Write down what the schedule has and the rows have not; heed shortened intervals."""
        for one in self.schedule.periodic:
            if not NextRun.objects.filter(pk=one.name).exists():
                row = NextRun(name=one.name, at=after(one.first))
                NextRun.objects.bulk_create([row], ignore_conflicts=True)
            # Also where the clock was set back since.
            late = NextRun.objects.filter(pk=one.name, at__gt=after(one.every))
            if late.exists():
                late.update(at=after(one.every))

    def _is_time(self, watch: Watch) -> bool:
        now = self.tick()
        if now - self._asked.get(watch.name, -watch.every) < watch.every:
            return False
        self._asked[watch.name] = now
        return True


def _look(watch: Watch) -> None:
    try:
        if watch.behind() and not is_waiting(watch.job):
            watch.job.enqueue()
    except (DatabaseError, InterfaceError):
        raise
    except Exception:
        # What one watch cannot see must not keep all other work from being done.
        logger.exception("could not look after %s", watch.name)


def _run(one: Periodic) -> None:
    with transaction.atomic():
        if NextRun.objects.filter(pk=one.name, at__lte=Now()).update(at=after(one.every)):
            one.job.enqueue()
