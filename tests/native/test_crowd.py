"""Slow clients by the hundred, and far more requests than there are threads: reads go on.

How long the reads take is measured by the benchmark; here they must be answered at all.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import pytest

from tests.fakes.distributions import wheel, wheel_filename
from tests.native.server import PATIENCE, PROGRAM, Server, clean
from tests.native.uploads import publish

pytestmark = pytest.mark.native

COUNT = 150  # slow clients of each kind; there are 32 threads
FLOOD = 400  # clients that never wait; 32 of their requests are worked on, 128 wait
READS = 50
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
def crowd(server: Server, kind: str, count: int, given: str) -> Iterator[None]:
    """Let a crowd loose on a server until the end of the block."""
    command = [sys.executable, "-m", "tests.native.crowd"]
    command += [str(server.port), kind, str(count), given]
    root = str(Path(__file__).parents[2])
    running = subprocess.Popen(command, env=clean() | {"PYTHONPATH": root}, stdout=subprocess.PIPE)
    try:
        assert running.stdout is not None
        running.stdout.readline()  # all have come
        yield
    finally:
        running.send_signal(signal.SIGKILL)
        running.communicate()


def read(server: Server) -> None:
    """Read a page and the beginning of a file again and again; each must be answered."""
    file = file_of(server)
    connection = HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE)
    for _ in range(READS):
        for path, headers in ((f"/simple/{NAME}/", {}), (file, {"Range": "bytes=0-30000"})):
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            answer.read()
            assert answer.status in {200, 206}, answer.reason
    connection.close()


def memory(server: Server) -> int:
    """Return the resident memory of the server's largest process, in bytes."""
    pages = [int(Path(f"/proc/{one}/statm").read_text().split()[1]) for one in server.processes()]
    return max(pages) * os.sysconf("SC_PAGE_SIZE")


def test_slow_clients_do_not_stop_reads(filled: Server) -> None:
    with ExitStack() as stack:
        for kind, given in (
            ("heads", "-"),
            ("bodies", filled.token),
            ("readers", file_of(filled)),
        ):
            stack.enter_context(crowd(filled, kind, COUNT, given))
        read(filled)
    assert filled.stop() == 0


def test_overload_is_shed_and_forgotten(filled: Server) -> None:
    processes = filled.processes()
    with crowd(filled, "flood", FLOOD, "-"):
        before = memory(filled)
        read(filled)
        assert filled.get("/health/live")[0] == 200
        grown = memory(filled) - before
    until = time.monotonic() + RECOVERY
    while filled.get("/health/ready")[0] != 200:
        assert time.monotonic() < until
    assert grown < GROWTH
    assert filled.processes() == processes
    assert b"GET /search/ 503 " in filled.log.read_bytes()


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
