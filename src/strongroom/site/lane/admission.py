"""Who may have a thread now, who waits, and who is told to come again. Pure but for its counts.

Bodies come as slowly as their senders like, so requests that bring one never get the last threads:
reads find one even while every place for uploads is taken. Who waits, waits in a short line; longer
waiting would only answer clients that have given up (queues do not help against overload).
"""

import math
from collections import deque
from dataclasses import dataclass, field
from enum import Enum
from typing import Generic, TypeVar

Work = TypeVar("Work")

# Work of a kind begins one after the other: threads compute one at a time, and each that wants to
# is one more for which the loop has to wait, at every call of the system. What has had a thread for
# so long and is not done most likely waits, for the database or its client.
APART = 0.02  # seconds


class Kind(Enum):
    """What a request needs a thread for."""

    READ = "read"  # all of it is here
    BODY = "body"  # its body is still on its way


_WAITING_PER_THREAD = {Kind.READ: 4, Kind.BODY: 2}


@dataclass(frozen=True, slots=True, eq=False)
class Begun(Generic[Work]):
    """Work that has a thread, since when."""

    kind: Kind
    work: Work
    at: float


@dataclass(slots=True)
class Admission(Generic[Work]):
    """Places for work; `put` and `done` say what may begin."""

    threads: int
    patience: float  # seconds that somebody waits in line at most
    _running: dict[Kind, list[Begun[Work]]] = field(
        default_factory=lambda: {kind: [] for kind in Kind}
    )
    _waiting: dict[Kind, deque[tuple[float, Work]]] = field(
        default_factory=lambda: {kind: deque() for kind in Kind}
    )

    def places(self, kind: Kind) -> int:
        """Return how many threads a kind may have: bodies three of four, reads the others."""
        bodies = max(1, self.threads * 3 // 4)
        return bodies if kind is Kind.BODY else max(1, self.threads - bodies)

    def full(self, kind: Kind) -> bool:
        """Say whether nobody else may wait."""
        return len(self._waiting[kind]) >= self.threads * _WAITING_PER_THREAD[kind]

    def put(self, kind: Kind, work: Work, now: float) -> bool:
        """Take work into the line; False if the line is full."""
        if self.full(kind):
            return False
        self._waiting[kind].append((now, work))
        return True

    def begin(self, now: float) -> Begun[Work] | None:
        """Return the next work that may begin, which counts as running from now on."""
        for kind in Kind:  # reads first
            if self._has_place(kind) and self._after(kind, now) <= 0:
                begun = Begun(kind, self._waiting[kind].popleft()[1], now)
                self._running[kind].append(begun)
                return begun
        return None

    def pause(self, now: float) -> float:
        """Return the seconds after which work may begin though none has ended; endless if none."""
        return min(
            (self._after(kind, now) for kind in Kind if self._has_place(kind)), default=math.inf
        )

    def done(self, begun: Begun[Work]) -> None:
        """Note that work has come to its end."""
        self._running[begun.kind].remove(begun)

    def overdue(self, now: float) -> list[Work]:
        """Take out of the line whoever has waited for too long."""
        late: list[Work] = []
        for line in self._waiting.values():
            while line and line[0][0] + self.patience < now:
                late.append(line.popleft()[1])
        return late

    def _has_place(self, kind: Kind) -> bool:
        """Say whether there is work for which there is a thread."""
        running = self._running[kind]
        return (
            bool(self._waiting[kind])
            and len(running) < self.places(kind)
            and sum(map(len, self._running.values())) < self.threads
        )

    def _after(self, kind: Kind, now: float) -> float:
        running = self._running[kind]
        return running[-1].at + APART - now if running else 0.0
