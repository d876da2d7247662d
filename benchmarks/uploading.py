"""What uploads cost: small wheels into new projects and into one that grows."""

import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import count

from benchmarks.client import connect, form
from benchmarks.corpus import FILES, Distribution, tiny
from benchmarks.peers.peer import Peer
from benchmarks.processes import BenchError
from benchmarks.report import Figure, attempted, say

SETTLED_WITHIN = 30.0  # seconds
QUIET_FOR = 0.5  # seconds
AT_REST = 0.1  # of a core
WARM = 32  # uploads before any is measured, so that every process and thread has had one

_numbers = count()


def fresh(amount: int) -> list[Distribution]:
    """Return wheels of new projects, never the same twice in one run."""
    return [tiny(f"upload-{next(_numbers):06}", "1.0") for _ in range(amount)]


def upload(peer: Peer, one: Distribution) -> float:
    """Upload a wheel over a connection of its own, as twine does; returns the seconds it took."""
    body, kind = form(one)
    headers = {"Content-Type": kind, "Content-Length": str(len(body))}
    if peer.authorization:
        headers["Authorization"] = peer.authorization
    connection = connect(peer.port)
    try:
        began = time.perf_counter()
        connection.request("POST", peer.upload, body, headers)
        answer = connection.getresponse()
        answer.read()
        took = time.perf_counter() - began
    finally:
        connection.close()
    if answer.status != 200:
        raise BenchError(f"{peer.name} refused an upload: {answer.status} {answer.reason}")
    return took


def measured(peers: Iterable[Peer], amount: int) -> Iterator[Figure]:
    """Upload new projects one by one and eight at once, then into projects that have files."""
    for peer in (one for one in peers if one.upload):
        say(f"uploads to {peer.name}")
        yield from attempted("uploads", peer.name, partial(_of_peer, peer, amount))


def _of_peer(peer: Peer, amount: int) -> Iterator[Figure]:
    _all(peer, fresh(min(WARM, 4 * amount)), 8)
    _settle(peer)
    for at_once in (1, 8):
        yield _timed(f"uploads, {at_once} at once", peer, fresh(amount), at_once)
    for project, files in FILES.items():
        more = [tiny(project, f"9.{next(_numbers)}") for _ in range(max(3, amount // 4))]
        yield _timed(f"upload into {files:,} files", peer, more, 1)


def _timed(title: str, peer: Peer, files: Sequence[Distribution], at_once: int) -> Figure:
    before, began = peer.tree.cpu_seconds(), time.perf_counter()
    _all(peer, files, at_once)
    took = time.perf_counter() - began
    _settle(peer)
    cpu = peer.tree.cpu_seconds() - before
    return Figure(
        title,
        peer.name,
        per_second=len(files) / took,
        cpu_us=cpu / len(files) * 1e6,
    )


def _settle(peer: Peer) -> None:
    """Wait until a server has done what it left for later, so that this is counted too."""
    until = time.monotonic() + SETTLED_WITHIN
    used = peer.tree.cpu_seconds()
    while time.monotonic() < until:
        time.sleep(QUIET_FOR)
        now = peer.tree.cpu_seconds()
        if now - used < QUIET_FOR * AT_REST:
            return
        used = now


def _all(peer: Peer, files: Sequence[Distribution], at_once: int) -> None:
    with ThreadPoolExecutor(at_once) as pool:
        for _ in pool.map(lambda one: upload(peer, one), files):
            pass
