"""Counting guesses: every check of a secret first takes its turn here.

What is counted stands in the rows of `counters`, so all processes count together. A guess counts
for several things at once (an account, a source); either all of them allow it or none counts it.
"""

import hashlib
import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.db import transaction

from strongroom.core.errors import TooOftenError
from strongroom.people.accounts import counters
from strongroom.people.accounts.limits import History, Ladder, given_back, judge


@dataclass(frozen=True, slots=True)
class Watched:
    """Something that guesses are counted for, under a name without secrets, and its ladder."""

    name: str
    ladder: Ladder

    @property
    def key(self) -> str:
        """Return the key of its counter."""
        return f"guess:{self.name}"


def take(watched: Collection[Watched], now: float) -> tuple[Watched, ...]:
    """Count one guess, before it is checked; returns those whose owners are to be written to.

    Raises TooOftenError where one of them has to wait.
    """
    ladders = {one.key: one for one in watched}
    with transaction.atomic():
        held = counters.hold(ladders, now)
        verdicts = {
            key: judge(_history(held[key]), one.ladder, now) for key, one in ladders.items()
        }
        wait = max((one.wait for one in verdicts.values()), default=0.0)
        if wait > 0:
            raise _too_often(wait)
        _keep({key: verdict.history for key, verdict in verdicts.items()}, ladders, now)
    return tuple(one for key, one in ladders.items() if verdicts[key].tell)


def give_back(watched: Collection[Watched], now: float) -> None:
    """Uncount a guess that was right."""
    ladders = {one.key: one for one in watched}
    with transaction.atomic():
        held = counters.hold(ladders, now)
        _keep({key: given_back(_history(held[key])) for key in ladders}, ladders, now)


def forgive(watched: Collection[Watched]) -> None:
    """Forget what was counted: the secret that was guessed at is another now."""
    counters.drop(one.key for one in watched)


def hidden(text: str) -> str:
    """Return a text as the name of a counter may hold it: people type passwords into any field."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _keep(histories: Mapping[str, History], watched: Mapping[str, Watched], now: float) -> None:
    for key, history in histories.items():
        ends_at = max(now, history.last) + watched[key].ladder.kept
        counters.put(key, [history.count, history.last], ends_at)


def _history(value: object) -> History:
    match value:
        case [int(count), float() | int() as last]:
            return History(count, float(last))
        case _:
            return History()


def _too_often(wait: float) -> TooOftenError:
    return TooOftenError(
        "too-many-guesses",
        "There were too many attempts.",
        f"Try again in {_told(wait)}, or sign in with a security key: that is never limited.",
        retry_after=math.ceil(wait),
    )


def _told(wait: float) -> str:
    seconds = math.ceil(wait)
    if seconds <= 90:  # noqa: PLR2004 - people count seconds so far
        return f"{seconds} seconds"
    return f"{math.ceil(seconds / 60)} minutes"
