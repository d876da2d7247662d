"""Workers as processes: those that the server brings along, and those that stand by themselves."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.fakes.distributions import wheel, wheel_filename
from tests.native.server import PATIENCE, PROGRAM, Server, clean, program
from tests.native.uploads import publish

pytestmark = pytest.mark.native

ALLOWED = 64 * 1024 * 1024  # bytes that a worker takes for itself alone


def soon(asked: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not asked():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def parent_of(process: int) -> int:
    return int(Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[1])


def is_listening(process: int) -> bool:
    """Say whether a process holds a socket, as web processes and their supervisor do."""
    links = (
        str(one.readlink()) for one in Path(f"/proc/{process}/fd").iterdir() if one.is_symlink()
    )
    return any(one.startswith("socket:") for one in links)


def workers(server: Server) -> list[int]:
    """Return the server's children that serve nothing."""
    assert server.process is not None
    return [one for one in server.processes() if _works(one, server.process.pid)]


def _works(process: int, parent: int) -> bool:
    try:
        return parent_of(process) == parent and not is_listening(process)
    except OSError:
        return False


def on_the_index(server: Server, name: str) -> bool:
    return name.encode() in server.get("/simple/")[2]


def own_memory(process: int) -> int:
    """Return the bytes that a process shares with nobody."""
    lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Private_"))


def test_a_new_project_is_on_the_index_a_moment_later(
    fresh: Server, record_testsuite_property: Callable[[str, object], None]
) -> None:
    publish(fresh, wheel_filename("parcel", "1.0"), wheel("parcel", "1.0"))
    began = time.monotonic()
    assert b"parcel-1.0" in fresh.get("/simple/parcel/")[2]
    soon(lambda: on_the_index(fresh, "parcel"))
    record_testsuite_property("from the answer to the index, seconds", time.monotonic() - began)


def test_the_worker_of_a_server_is_started_anew_when_it_is_killed(fresh: Server) -> None:
    soon(lambda: len(workers(fresh)) == 1)
    (first,) = workers(fresh)
    os.kill(first, signal.SIGKILL)
    soon(lambda: workers(fresh) not in ([], [first]))
    publish(fresh, wheel_filename("parcel", "1.0"), wheel("parcel", "1.0"))
    soon(lambda: on_the_index(fresh, "parcel"))
    assert fresh.stop() == 0
    assert fresh.processes() == []


def test_what_a_killed_server_leaves_gives_way_to_the_next(fresh: Server) -> None:
    soon(lambda: len(workers(fresh)) == 1)
    assert fresh.process is not None
    orphans = set(fresh.processes()) - {fresh.process.pid}
    with socket.create_connection(("127.0.0.1", fresh.port)) as upload:
        # A thread waits for the rest of it, for minutes if its process lives so long.
        upload.sendall(b"POST /legacy/ HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\n")
        fresh.process.kill()
        fresh.process.wait(PATIENCE)
        fresh.start()
    soon(lambda: not any(Path(f"/proc/{one}/stat").exists() for one in orphans))


def test_the_worker_of_a_server_takes_little_memory_of_its_own(
    fresh: Server, record_testsuite_property: Callable[[str, object], None]
) -> None:
    publish(fresh, wheel_filename("parcel", "1.0"), wheel("parcel", "1.0"))
    soon(lambda: on_the_index(fresh, "parcel"))
    taken = own_memory(workers(fresh)[0])
    record_testsuite_property("memory of a worker alone, bytes", taken)
    assert taken < ALLOWED


def test_an_idle_worker_writes_nothing_and_takes_hardly_any_time(
    fresh: Server, record_testsuite_property: Callable[[str, object], None]
) -> None:
    publish(fresh, wheel_filename("parcel", "1.0"), wheel("parcel", "1.0"))
    soon(lambda: on_the_index(fresh, "parcel"))
    time.sleep(4)  # for the positions of the events
    database = fresh.data / "strongroom.sqlite3-wal"
    (worker,) = workers(fresh)
    before, used = database.stat().st_mtime_ns, processor_time(worker)
    time.sleep(10)
    share = (processor_time(worker) - used) / 10
    record_testsuite_property("processor time of an idle worker, share of a core", share)
    assert database.stat().st_mtime_ns == before
    assert share < 0.05


def processor_time(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def test_workers_can_stand_by_themselves(tmp_path: Path) -> None:
    server = Server(tmp_path / "data", settings={"STRONGROOM_JOB_WORKERS": "0"})
    server.make()
    server.start()
    publish(server, wheel_filename("parcel", "1.0"), wheel("parcel", "1.0"))
    assert workers(server) == []
    assert not on_the_index(server, "parcel")
    command = [str(PROGRAM), "worker", "--data", str(server.data)]
    with subprocess.Popen(command, env=clean(), stdout=subprocess.PIPE, text=True) as worker:
        soon(lambda: on_the_index(server, "parcel"))
        worker.terminate()
        told, _ = worker.communicate(timeout=PATIENCE)
    assert (worker.returncode, f"works for {server.site}" in told) == (0, True)
    assert server.stop() == 0


def test_without_any_worker_whoever_starts_next_catches_up(tmp_path: Path) -> None:
    server = Server(tmp_path / "data", settings={"STRONGROOM_JOB_WORKERS": "0"})
    server.make()
    server.start()
    publish(server, wheel_filename("parcel", "1.0"), wheel("parcel", "1.0"))
    server.kill()
    program("init", "--data", server.data, settings=server.settings)
    assert b"parcel" in (server.data / "public" / "simple" / "index.html").read_bytes()
