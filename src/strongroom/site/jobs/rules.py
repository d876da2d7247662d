"""How long a failed job waits, what makes two jobs the same, how an error is kept. Pure."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta

FIRST_WAIT = 5.0  # seconds
LONGEST_WAIT = 3600.0  # seconds
LONGEST_ERROR = 500  # characters


def wait_after(attempt: int, chance: float) -> timedelta:
    """Return how long to wait after a failed attempt, counted from 1: twice as long each time.

    `chance` is of [0, 1). Half of the wait is left to it, so that jobs that failed together, over
    a server that was away, do not all come back together.
    """
    # Bounded before it is raised: the attempts of a job that is retried by hand have no bound.
    whole = min(FIRST_WAIT * 2 ** min(attempt - 1, 30), LONGEST_WAIT)
    return timedelta(seconds=whole * (0.5 + chance / 2))


def work_of(name: str, arguments: Sequence[object], named: Mapping[str, object]) -> str:
    """Return the digest of a job and its arguments, by which the same work is known."""
    told = json.dumps([name, list(arguments), dict(named)], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(told.encode()).hexdigest()


def error_of(error: BaseException, clean: Callable[[str], str]) -> str:
    """Return the line that is kept of an error; `clean` takes secrets out of a text."""
    told = f"{type(error).__name__}: {error}".removesuffix(": ")
    # Cleaned first: half a secret that was cut off would not be known for one.
    line = " ".join(clean(told).split())
    return line if len(line) <= LONGEST_ERROR else line[: LONGEST_ERROR - 3] + "..."
