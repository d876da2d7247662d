"""Jobs for tests of the queue, and what they did."""

from threading import Event
from time import sleep

from strongroom.core.errors import UnavailableError
from strongroom.site.jobs.leases import Taken, take
from strongroom.site.jobs.periodic import Schedule
from strongroom.site.jobs.queue import job
from strongroom.site.jobs.running import LEASE, Terms, give_way

DONE: list[str] = []
BEGUN = Event()
TERMS = Terms("tester", lambda: 0.0, lambda text: text.replace("hunter2", "[redacted]"))


@job()
def note(word: str = "") -> None:
    """Write a word down; the same word may be written down again."""
    DONE.append(word)


@job(unique=False)
def note_each(word: str) -> None:
    """Write a word down, as often as it is queued."""
    DONE.append(word)


@job(unique=False)
def note_each_nothing() -> None:
    """Write an empty word down, as often as it is queued."""
    DONE.append("")


@job(attempts=2)
def fail(word: str = "") -> None:
    """Fail, telling a secret."""
    raise UnavailableError("away", f"It is away, {word} hunter2.")


@job()
def crawl() -> None:
    """Work until asked to give way."""
    BEGUN.set()
    while True:
        give_way()


@job()
def stuck() -> None:
    """Work for longer than anybody waits, and never give way."""
    BEGUN.set()
    while True:
        sleep(0.01)


JOBS = Schedule(jobs=(note, note_each, fail, crawl))
KNOWN = JOBS.known()


def took(worker: str = "tester") -> Taken:
    """Take the next job; there must be one."""
    taken = take(KNOWN, worker, LEASE)
    assert taken is not None
    return taken
