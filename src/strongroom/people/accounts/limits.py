"""How often something secret may be guessed: a pure judgement of what was tried before.

A limit is a ladder: the more was guessed, the longer is the pause before the next guess. A guess
is counted before it is checked, so that of many at once no more are checked than the ladder
allows; one that was right is given back. What is refused is not counted: whoever hammers on cannot
keep the pause from ending. All times are seconds, moments are seconds since the epoch.
"""

from collections.abc import Sequence
from dataclasses import dataclass

MINUTE, HOUR = 60.0, 3600.0


@dataclass(frozen=True, slots=True)
class History:
    """What is remembered of guesses: how many, and the moment of the newest."""

    count: int = 0
    last: float = 0.0


@dataclass(frozen=True, slots=True)
class Step:
    """From so many guesses on, the next has to wait for so long."""

    after: int
    pause: float


@dataclass(frozen=True, slots=True)
class Ladder:
    """The steps in ascending order, and how long after the newest guess all are remembered.

    `told` is the guess with which the owner is written to; 0: never.
    """

    steps: Sequence[Step]
    kept: float
    told: int = 0


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether it may be tried, else after how long; the history then; is the owner written to."""

    allowed: bool
    wait: float
    history: History
    tell: bool = False


# A pause, then a short lock with a letter to the owner, then longer ones: 10 guesses in the first
# three minutes, 24 on the first day, 6 on each day after it.
ACCOUNT = Ladder(
    (Step(5, 30.0), Step(10, 15 * MINUTE), Step(15, HOUR), Step(20, 4 * HOUR)),
    kept=24 * HOUR,
    told=10,
)
# Many people may share a source, and one person may try many accounts from it.
SOURCE = Ladder((Step(20, 5.0), Step(60, 30.0), Step(120, 5 * MINUTE)), kept=HOUR)
# A code that was mailed is guessed in the one session that it was made for.
MAILED_CODE = Ladder((Step(5, 30.0), Step(10, 15 * MINUTE)), kept=HOUR)
# Letters of one kind to one address: whoever sees to it that we write must not fill a mailbox.
LETTERS = Ladder((Step(20, HOUR),), kept=HOUR)


def judge(history: History, ladder: Ladder, now: float) -> Verdict:
    """Judge one more guess."""
    kept = history if now - history.last < ladder.kept else History()
    # A clock that is behind that of another machine makes nobody wait longer than the pause.
    wait = min(kept.last + _pause(ladder, kept.count) - now, _pause(ladder, kept.count))
    if wait > 0:
        return Verdict(allowed=False, wait=wait, history=kept)
    made = History(kept.count + 1, max(now, kept.last))
    return Verdict(allowed=True, wait=0.0, history=made, tell=made.count == ladder.told)


def given_back(history: History) -> History:
    """Return a history without one of its guesses, which was right."""
    return History(max(history.count - 1, 0), history.last)


def _pause(ladder: Ladder, count: int) -> float:
    return max((step.pause for step in ladder.steps if count >= step.after), default=0.0)
