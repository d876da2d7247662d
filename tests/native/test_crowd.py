"""Slow clients by the hundred, and far more requests than there are threads: reads go on.

In CI with a small crowd for a few seconds. `STRONGROOM_CROWD=500:60` makes it 500 clients for a
minute each, and holds the full bounds; that takes ten minutes and a machine that does nothing else.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import pytest

from tests.fakes.distributions import wheel, wheel_filename
from tests.native.server import PATIENCE, PROGRAM, Server, clean
from tests.native.uploads import publish

pytestmark = pytest.mark.native

FULL = "STRONGROOM_CROWD" in os.environ
COUNT, SECONDS = map(int, os.environ.get("STRONGROOM_CROWD", "150:4").split(":"))
TIMES = 3  # how much longer reads may take, at the 99th percentile
NOISE = 0.0 if FULL else 0.15  # seconds; machines of CI do other things as well
GROWTH = 64 * 1024 * 1024
RECOVERY = 10.0  # seconds
NAME = "crowded"


@pytest.fixture
def filled(fresh: Server) -> Server:
    """Return a server with one page, one file of ten megabytes, and time for both to settle."""
    body = wheel(NAME, "1.0", files={f"{NAME}/data.bin": os.urandom(10_000_000)})
    publish(fresh, wheel_filename(NAME, "1.0"), body)
    return fresh


def file_of(server: Server) -> str:
    page = server.get(f"/simple/{NAME}/", Accept="text/html")[2].decode()
    return "/files/" + page.partition("/files/")[2].partition("#")[0]


@contextmanager
def crowd(server: Server, kind: str, token: str) -> Iterator[None]:
    """Let a crowd loose on a server until the end of the block."""
    command = [
        sys.executable,
        "-m",
        "tests.native.crowd",
        str(server.port),
        kind,
        str(COUNT),
        token,
    ]
    root = str(Path(__file__).parents[2])
    running = subprocess.Popen(command, env=clean() | {"PYTHONPATH": root})
    try:
        time.sleep(1.5)  # until all have come
        yield
    finally:
        running.send_signal(signal.SIGKILL)
        running.wait()


def reads(server: Server, seconds: float) -> list[float]:
    """Read a page and the beginning of a file for some time; returns how long each took."""
    took, file = [], file_of(server)
    until = time.monotonic() + seconds
    connection = HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE)
    while time.monotonic() < until:
        for path, headers in (
            (f"/simple/{NAME}/", {}),
            (file, {"Range": "bytes=0-30000"}),
        ):
            began = time.monotonic()
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            answer.read()
            took.append(time.monotonic() - began)
            assert answer.status in {200, 206}, answer.reason
        time.sleep(0.01)
    connection.close()
    return took


def late(took: list[float]) -> float:
    """Return the 99th percentile."""
    return sorted(took)[int(len(took) * 0.99)]


def memory(server: Server) -> int:
    """Return the resident memory of the server's largest process, in bytes."""
    pages = [int(Path(f"/proc/{one}/statm").read_text().split()[1]) for one in server.processes()]
    return max(pages) * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.parametrize(
    ("kind", "given"),
    [("heads", lambda _: "-"), ("bodies", lambda server: server.token), ("readers", file_of)],
)
def test_slow_clients_do_not_slow_reads(
    filled: Server,
    kind: str,
    given: Callable[[Server], str],
    record_testsuite_property: Callable[[str, object], None],
) -> None:
    quiet = late(reads(filled, SECONDS))
    with crowd(filled, kind, given(filled)):
        slowed = late(reads(filled, SECONDS))
    told = f"{COUNT} slow {kind}: 99 % within {slowed * 1000:.1f} ms, quiet {quiet * 1000:.1f} ms"
    record_testsuite_property(kind, told)
    assert slowed < TIMES * quiet + NOISE, told
    assert filled.stop() == 0


def test_overload_is_shed_and_forgotten(
    filled: Server, record_testsuite_property: Callable[[str, object], None]
) -> None:
    processes = filled.processes()
    quiet = late(reads(filled, SECONDS))
    with crowd(filled, "flood", "-"):
        reads(filled, 1)
        before = memory(filled)
        slowed = late(reads(filled, SECONDS))
        grown = memory(filled) - before
    ended = time.monotonic()
    while late(reads(filled, 0.5)) > TIMES * quiet + NOISE:
        assert time.monotonic() - ended < RECOVERY
    recovered = time.monotonic() - ended
    told = (
        f"{COUNT} clients at once: 99 % within {slowed * 1000:.1f} ms, quiet {quiet * 1000:.1f} ms,"
        f" {grown / 2**20:.1f} MiB more, quiet again after {recovered:.1f} s"
    )
    record_testsuite_property("overload", told)
    assert grown < GROWTH, told
    assert filled.processes() == processes
    assert b"server-busy" in filled.log.read_bytes() or filled.get("/health/live")[0] == 200


def test_a_worker_that_is_killed_is_replaced(filled: Server) -> None:
    worker = filled.worker()
    os.kill(worker, signal.SIGKILL)
    until = time.monotonic() + RECOVERY
    while not _answers(filled):
        assert time.monotonic() < until
        time.sleep(0.05)
    assert worker not in filled.processes()


def _answers(server: Server) -> bool:
    try:
        return server.get(f"/simple/{NAME}/")[0] == 200
    except (OSError, HTTPException):
        return False


def test_a_port_that_is_taken_is_said_in_one_sentence(filled: Server, tmp_path: Path) -> None:
    other = Server(tmp_path / "other", port=filled.port)
    other.make()
    done = subprocess.run(
        [PROGRAM, "serve", "--data", other.data, "--port", str(filled.port)],
        env=clean(),
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    assert done.returncode == 5
    assert done.stdout == ""
    assert done.stderr == (
        f"error: Another program listens at 127.0.0.1 port {filled.port} already."
        " Stop it, or choose another port with --port. [port-in-use]\n"
    )
