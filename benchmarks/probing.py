"""Downloads as a patient client makes them, one after another, while something goes on."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from http.client import HTTPException
from statistics import quantiles

from benchmarks.client import ask, connect
from benchmarks.peers.peer import Peer

EVERY = 0.05  # seconds
GIVES_UP = 5.0  # seconds; a download that took longer counts as that long, and as failed


@dataclass(frozen=True, slots=True)
class Seen:
    """How long downloads took, in seconds, in their order, and how many of them failed."""

    took: Sequence[float]
    failed: int

    @property
    def p50_ms(self) -> float:
        """Return the median."""
        return quantiles(self.took, n=2)[0] * 1000

    @property
    def p99_ms(self) -> float:
        """Return the time within which 99 of 100 ended."""
        return quantiles(self.took, n=100)[98] * 1000


def probe(peer: Peer, path: str, seconds: float) -> Seen:
    """Download one file for some seconds, each time over a connection of its own."""
    took: list[float] = []
    failed = 0
    until = time.monotonic() + seconds
    while time.monotonic() < until or len(took) < 2:
        spent, well = download(peer, path)
        took.append(spent)
        failed += not well
        time.sleep(max(0.0, EVERY - spent))
    return Seen(took, failed)


def download(peer: Peer, path: str) -> tuple[float, bool]:
    """Return the seconds that one download took, and whether it came through."""
    connection, began = connect(peer.port, GIVES_UP), time.perf_counter()
    try:
        well = ask(connection, path, {}).status == 200
    except (HTTPException, OSError):
        well = False
    finally:
        connection.close()
    spent = time.perf_counter() - began
    return (min(spent, GIVES_UP), True) if well else (GIVES_UP, False)
