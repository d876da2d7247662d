"""Asking a server as fast as it answers, and what one answer cost it.

wrk asks over sixteen connections for some seconds. A server too slow for that, or a machine
without wrk, is asked a fixed number of times over one connection, so that the count is exact.
"""

import re
import shutil
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPException

from benchmarks.client import ask, connect
from benchmarks.peers.peer import Peer
from benchmarks.processes import LOAD_CORE, BenchError, pinned

CONNECTIONS = 16
TOO_FEW = 50  # answers; of fewer, those under way when wrk ends would spoil the cost
WARM_UP = 0.3  # seconds
COUNTED = 20  # requests at most, one after another
COUNTED_WITHIN = 8.0  # seconds
_COUNT = re.compile(r"(\d+) requests in ([\d.]+)(\w+)")
_UNITS = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0}


@dataclass(frozen=True, slots=True)
class Sample:
    """What one round of a load showed."""

    per_second: float
    cpu_us: float  # of the server's whole tree, for one request


def sample(peer: Peer, path: str, headers: Mapping[str, str], seconds: int) -> Sample:
    """Load one address of a server that runs, after a warm-up."""
    warm = _counted(peer, path, headers, WARM_UP)
    if shutil.which("wrk") is None or warm.per_second * seconds < TOO_FEW:
        return _counted(peer, path, headers, min(seconds * 4.0, COUNTED_WITHIN))
    before = peer.tree.cpu_seconds()
    requests, took = wrk(peer.port, path, headers, seconds)
    cpu = peer.tree.cpu_seconds() - before
    if requests < TOO_FEW:
        return _counted(peer, path, headers, COUNTED_WITHIN)
    return Sample(requests / took, cpu / requests * 1e6)


def wrk(port: int, path: str, headers: Mapping[str, str], seconds: int) -> tuple[int, float]:
    """Run wrk; returns answers and seconds. An error of the server's is an error of ours."""
    words = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--timeout", "30s"]
    for name, value in headers.items():
        words += ["-H", f"{name}: {value}"]
    done = subprocess.run(
        pinned(LOAD_CORE, [*words, f"http://127.0.0.1:{port}{path}"]),
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    found = _COUNT.search(done)
    if found is None or "Non-2xx or 3xx" in done:
        raise BenchError(f"{path} was not answered: {done}")
    return int(found[1]), float(found[2]) * _UNITS[found[3]]


def _counted(peer: Peer, path: str, headers: Mapping[str, str], within: float) -> Sample:
    connection = connect(peer.port)
    before, began, count = peer.tree.cpu_seconds(), time.perf_counter(), 0
    enough = COUNTED if shutil.which("wrk") else 10 * COUNTED
    try:
        while not count or (count < enough and time.perf_counter() - began < within):
            if ask(connection, path, headers).status >= 400:
                raise BenchError(f"{peer.name} refused {path}")
            count += 1
    except (HTTPException, OSError) as error:
        raise BenchError(f"{peer.name} broke off at {path}: {error!r}") from error
    finally:
        connection.close()
    took = time.perf_counter() - began
    return Sample(count / took, (peer.tree.cpu_seconds() - before) / count * 1e6)
