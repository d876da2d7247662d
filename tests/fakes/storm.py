"""A storm over the queue, as a program: jobs that note what they did, and workers to be killed.

`python -m tests.fakes.storm queue|work|report`, over the registry that the environment names; notes
go to the folder STORM. Each job notes that it began; its effect is a file that is made once.
"""

import json
import os
import secrets
import sys
import time
from datetime import timedelta
from pathlib import Path

from strongroom.site.start import start

start(os.environ)

from django.db import transaction  # noqa: E402 - what has rows comes after `start`

from strongroom.core.actors import OPERATOR  # noqa: E402
from strongroom.site.jobs import board  # noqa: E402
from strongroom.site.jobs.periodic import Periodic, Schedule  # noqa: E402
from strongroom.site.jobs.queue import job  # noqa: E402
from strongroom.site.jobs.running import Terms  # noqa: E402
from strongroom.site.jobs.worker import Worker  # noqa: E402

FOLDER = Path(os.environ["STORM"])
LEASE = timedelta(seconds=2)
JOBS = 20
LONG = 3 * LEASE.total_seconds()
FAILS = 2  # attempts of the job that always fails
EVERY = timedelta(seconds=1)


def began(name: str) -> None:
    """Note one more beginning."""
    with (FOLDER / "began").open("a") as file:
        file.write(f"{name}\n")


@job(attempts=100)
def effect(name: str, seconds: float) -> None:
    """Take a while, and leave a file; if it is there, the work is done."""
    began(name)
    time.sleep(seconds)
    (FOLDER / f"effect-{name}").touch()


@job(attempts=FAILS)
def broken() -> None:
    """Fail always."""
    began("broken")
    message = "it always does"
    raise ValueError(message)


@job(unique=False, attempts=100)
def tick() -> None:
    """Note that the schedule came round."""
    began("tick")


SCHEDULE = Schedule((Periodic("tick", EVERY, tick, EVERY),), (), (effect, broken))


def queue() -> None:
    """Queue everything, and something that is rolled back."""
    for number in range(JOBS):
        effect.enqueue(str(number), 0.05)
    effect.enqueue("long", LONG)
    broken.enqueue()
    with transaction.atomic():
        effect.enqueue("rolled-back", 0.0)
        transaction.set_rollback(True)


def work() -> None:
    """Work until asked to end."""
    terms = Terms(f"{os.getpid()}", secrets.SystemRandom().random, str, LEASE)
    worker = Worker(SCHEDULE, terms, poll=0.1)
    with worker.heeding():
        worker.run()


def report() -> None:
    """Print what is not done."""
    told = [{"name": one.name, "state": one.state} for one in board.listed(OPERATOR)]
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    {"queue": queue, "work": work, "report": report}[sys.argv[1]]()
