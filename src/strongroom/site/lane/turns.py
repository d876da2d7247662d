"""In which order the loop sees to its connections. Pure: the time is an argument.

In the first line stand those that have had little of late: newcomers, and who asks now and then. In
the other stand those that ask again as soon as they are answered. A turn takes a few of each, in
the order in which they came, and for no longer than a moment each: however many hammer, a newcomer
waits for few of them; and however many newcomers there are, who is connected goes on.
"""

from collections import deque
from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

One = TypeVar("One")

# Of each line, before it is looked who else has come. It is time that is shared, as an answer takes
# 50 microseconds, or 2 milliseconds while threads compute.
MOMENT = 0.001  # seconds
# What a package client asks for in a row, and what it may keep asking for. Only who asks for more
# stands behind those who ask for less, and no longer than he does so.
BURST = 8
RATE = 4.0  # a second
REFUSED = 2.0 * BURST  # what it counts for to be told to come again later


def attended(had: float, seconds: float) -> float:
    """Return what a connection has had when it is seen to some seconds after the last time."""
    return max(0.0, had - RATE * seconds) + 1.0


def presses(had: float, *, before: bool) -> bool:
    """Say whether a connection has had so much that it stands in the other line, as it may before.

    Who is there has to ask for clearly less, or he would cost us a change of lines again and again.
    """
    return had > (BURST / 2 if before else BURST)


class Lines(Generic[One]):
    """Who waits to be seen to."""

    def __init__(self) -> None:
        """Begin with nobody."""
        self.first: deque[One] = deque()
        self.other: deque[One] = deque()

    def put(self, one: One, *, presses: bool) -> None:
        """Let one stand at the end of his line."""
        (self.other if presses else self.first).append(one)

    def turn(self, clock: Callable[[], float]) -> Iterator[One]:
        """Take whose turn it is, by a clock in seconds; who comes meanwhile is not among them."""
        for line in (self.first, self.other):
            until = clock() + MOMENT
            for _ in range(len(line)):
                yield line.popleft()
                if clock() >= until:
                    break
