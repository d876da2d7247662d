"""What a server takes before anybody asks it for anything: time to start, memory at rest."""

from collections.abc import Iterator
from statistics import median

from benchmarks.peers.peer import Peer
from benchmarks.report import Figure, say


def measured(peer: Peer, rounds: int) -> Iterator[Figure]:
    """Start a server some times; it runs when this is done with it."""
    say(f"start of {peer.name}")
    took, cpu = [], []
    for left in reversed(range(rounds)):
        took.append(peer.start())
        cpu.append(peer.tree.cpu_seconds())
        if left:
            peer.stop()
    yield Figure("start to first page", peer.name, seconds=median(took), cpu_us=median(cpu) * 1e6)
    yield held("memory at rest", peer)


def held(title: str, peer: Peer) -> Figure:
    """Return what a server holds now."""
    return Figure(title, peer.name, mib=peer.tree.memory().pss)
