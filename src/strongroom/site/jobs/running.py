"""Running one job that was taken: its heartbeat, its end, and what becomes of it then."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import timedelta
from queue import Empty, SimpleQueue
from threading import Event, Thread

from django.db import DatabaseError, InterfaceError, connection

from strongroom.site.jobs import leases
from strongroom.site.jobs.leases import Taken
from strongroom.site.jobs.queue import Job
from strongroom.site.jobs.rules import error_of, wait_after

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)
BEATS = 3  # in the length of a lease


class Interrupted(BaseException):
    """Ends a job that is to be handed back."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What jobs are run by.

    `worker` is the name of whoever runs them, `chance` gives numbers of [0, 1), `clean` takes
    secrets out of a text, `lease` is how long a job stays ours after its last heartbeat.
    """

    worker: str
    chance: Callable[[], float]
    clean: Callable[[str], str]
    lease: timedelta = LEASE


@dataclass(slots=True)
class Ending:
    """Whether a worker was asked to end. Asking is safe in a signal handler, as no lock is."""

    asked: bool = False
    _wake: SimpleQueue[None] = field(default_factory=SimpleQueue)

    def ask(self) -> None:
        """Ask it to end."""
        self.asked = True
        self._wake.put(None)

    def wait(self, seconds: float) -> None:
        """Wait so long, or until it is asked."""
        with suppress(Empty):
            self._wake.get(timeout=seconds)


@dataclass(slots=True)
class Run:
    """A job under way.

    `ending` is set when its worker was asked to end, `lost` when its lease was lost; `inside` while
    the job itself runs, and nothing of what becomes of it is written.
    """

    taken: Taken
    ending: Ending
    lost: Event = field(default_factory=Event)
    inside: bool = False


_running: ContextVar[Run | None] = ContextVar("running", default=None)


def give_way() -> None:
    """Let a long job be broken off here: call it between two steps, outside transactions.

    Does nothing where no worker runs the job. What was done so far is done again, or found done.
    """
    run = _running.get()
    if run is not None and (run.ending.asked or run.lost.is_set()):
        raise Interrupted


def perform(job: Job[...], run: Run, terms: Terms) -> None:
    """Run a job and write down what became of it, if it is still ours to write."""
    taken = run.taken
    try:
        with _beating(run, terms):
            job.func(*taken.arguments, **taken.named)
    except Interrupted:
        kept = leases.hand_back(taken)
        logger.debug("handed the job %s back", taken.name)
    except Exception as error:
        logger.exception("the job %s failed, attempt %d", taken.name, taken.attempt)
        kept = _failed(taken, error_of(error, terms.clean), terms)
    else:
        kept = leases.finish(taken)
    if not kept:
        logger.warning("lost the lease of the job %s; another worker has it", taken.name)


def _failed(taken: Taken, error: str, terms: Terms) -> bool:
    if taken.is_last:
        return leases.give_up(taken, error)
    return leases.repeat(taken, wait_after(taken.attempt, terms.chance()), error)


@contextmanager
def _beating(run: Run, terms: Terms) -> Iterator[None]:
    done, token = Event(), _running.set(run)
    # It opens a connection of its own with its first beat, which a short job never comes to.
    thread = Thread(target=_beat, args=(run, terms, done), name="heartbeat", daemon=True)
    thread.start()
    run.inside = True
    try:
        yield
    finally:
        run.inside = False
        _running.reset(token)
        done.set()
        thread.join()


def _beat(run: Run, terms: Terms, done: Event) -> None:
    try:
        while not done.wait(terms.lease.total_seconds() / BEATS):
            try:
                if not leases.prolong(run.taken, terms.lease):
                    run.lost.set()
                    return
            except (DatabaseError, InterfaceError) as error:
                logger.warning("a heartbeat of %s did not get through: %s", run.taken.name, error)
                connection.close()
    finally:
        connection.close()
