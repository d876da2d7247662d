"""Ten times more clients than are answered at once, none of whom waits, and one who downloads.

Half of them ask for a small project's page, half for the dearest page that anybody may ask for. The
one downloads a file now and then, which is what a registry must go on doing whatever comes.
"""

import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack

from benchmarks.corpus import SMALL
from benchmarks.peers.peer import Peer
from benchmarks.probing import GIVES_UP, download, probe
from benchmarks.processes import LOAD_CORE, BenchError, pinned
from benchmarks.report import Figure, say

CONNECTIONS = 320  # ten times the requests that Strongroom takes at once
RECOVERS_WITHIN = 60.0  # seconds


def measured(peer: Peer, small: str, seconds: int) -> Iterator[Figure]:
    """Time downloads of `small` before, in and after an overload of some seconds."""
    say(f"overload of {peer.name}, {seconds} s")
    if shutil.which("wrk") is None:
        raise BenchError("wrk is not installed")
    quiet = probe(peer, small, seconds / 3)
    rest = peer.tree.memory().pss
    yield Figure("download, quiet", peer.name, p50_ms=quiet.p50_ms, p99_ms=quiet.p99_ms)
    with ExitStack() as stack:
        for path in (peer.page(SMALL), peer.dear or peer.page(SMALL)):
            stack.enter_context(_clients(peer, path, seconds))
        time.sleep(1.0)
        seen = probe(peer, small, seconds - 2.0)
    note = f"{seen.failed} of {len(seen.took)} failed" if seen.failed else ""
    yield Figure(
        "download, overloaded", peer.name, p50_ms=seen.p50_ms, p99_ms=seen.p99_ms, note=note
    )
    yield Figure("recovered after", peer.name, seconds=_recovered(peer, small, quiet.p99_ms))
    yield Figure("memory before", peer.name, mib=rest)
    yield Figure("memory after", peer.name, mib=peer.tree.memory().pss)


def _clients(peer: Peer, path: str, seconds: int) -> "subprocess.Popen[bytes]":
    command = ["wrk", "-t1", f"-c{CONNECTIONS // 2}", f"-d{seconds}s", "--timeout", "10s"]
    return subprocess.Popen(
        pinned(LOAD_CORE, [*command, f"http://127.0.0.1:{peer.port}{path}"]),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def _recovered(peer: Peer, small: str, quiet_p99_ms: float) -> float:
    """Return the seconds until five downloads in a row took no longer than they did in quiet."""
    began, in_a_row = time.monotonic(), 0
    while in_a_row < 5 and time.monotonic() - began < RECOVERS_WITHIN:
        spent, well = download(peer, small)
        as_before = well and spent * 1000 <= 2 * quiet_p99_ms
        in_a_row = in_a_row + 1 if as_before else 0
        time.sleep(0 if spent >= GIVES_UP else 0.02)
    return time.monotonic() - began
