"""Who may have a thread now, who waits, and who is told to come again. Pure but for its counts.

Bodies come as slowly as their senders like, so requests that bring one never get the last threads:
reads find one even while every place for uploads is taken. Who waits, waits in a short line; longer
waiting would only answer clients that have given up (queues do not help against overload).
"""

from collections import deque
from dataclasses import dataclass, field
from enum import Enum
from typing import Generic, TypeVar

Work = TypeVar("Work")


class Kind(Enum):
    """What a request needs a thread for."""

    READ = "read"  # all of it is here
    BODY = "body"  # its body is still on its way


_WAITING_PER_THREAD = {Kind.READ: 4, Kind.BODY: 2}


@dataclass(slots=True)
class Admission(Generic[Work]):
    """Places for work; `put` and `done` say what may begin."""

    threads: int
    patience: float  # seconds that somebody waits in line at most
    _running: dict[Kind, int] = field(default_factory=lambda: dict.fromkeys(Kind, 0))
    _waiting: dict[Kind, deque[tuple[float, Work]]] = field(
        default_factory=lambda: {kind: deque() for kind in Kind}
    )

    def places(self, kind: Kind) -> int:
        """Return how many threads a kind may have: bodies three of four, reads the others.

        Bodies mostly wait for their senders. Reads compute, and as only one thread computes at a
        time, more of them would only get into the way of each other and of the loop.
        """
        bodies = max(1, self.threads * 3 // 4)
        return bodies if kind is Kind.BODY else max(1, self.threads - bodies)

    def put(self, kind: Kind, work: Work, now: float) -> bool:
        """Take work into the line; False if the line is full."""
        line = self._waiting[kind]
        if len(line) >= self.threads * _WAITING_PER_THREAD[kind]:
            return False
        line.append((now, work))
        return True

    def begin(self) -> tuple[Kind, Work] | None:
        """Return the next work that may begin, which counts as running from now on."""
        if sum(self._running.values()) >= self.threads:
            return None
        for kind in (Kind.READ, Kind.BODY):
            if self._running[kind] < self.places(kind) and self._waiting[kind]:
                self._running[kind] += 1
                return kind, self._waiting[kind].popleft()[1]
        return None

    def done(self, kind: Kind) -> None:
        """Note that work has come to its end."""
        self._running[kind] -= 1

    def overdue(self, now: float) -> list[Work]:
        """Take out of the line whoever has waited for too long."""
        late: list[Work] = []
        for line in self._waiting.values():
            while line and line[0][0] + self.patience < now:
                late.append(line.popleft()[1])
        return late
