"""How slow a client may be. Pure: how long it was waited for and what has moved are arguments.

A rate over the whole, and not a time between two blocks: one byte now and then must not hold a
place for ever (slow reading and slow sending are one attack).
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pace:
    """At least `rate` bytes a second on the whole, after `grace` seconds."""

    grace: float
    rate: int

    def allowance(self, moved: int) -> float:
        """Return how many seconds a transfer of which some bytes have moved may have waited."""
        return self.grace + moved / self.rate


@dataclass(frozen=True, slots=True)
class Patience:
    """How long the server waits for clients, in seconds; each is a total."""

    head: float = 10.0  # from the first byte of a request to the last of its head
    # Between two requests; longer than load balancers keep theirs (60 as a rule), or they would
    # send to a connection that is being closed. Who is idle is the first to give way to others.
    idle: float = 75.0
    gone: float = 2.0  # for a client to whom all is said to close its end
    heard_out: float = 20.0  # for one that was refused to end what it was sending
    line: float = 5.0  # for a thread; whoever waits longer has mostly given up
    sluggish: float = 5.0  # for a reader who takes next to nothing, if others want his place
    look: float = 1.0  # how often it is looked at the clock
    # A thread and room on the disk wait for a body; an answer that waits costs little.
    body: Pace = Pace(grace=10.0, rate=4096)
    answer: Pace = Pace(grace=20.0, rate=1024)
