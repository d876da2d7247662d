"""Backups of a registry under load, killed or not, restored by the program itself elsewhere."""

import json
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread
from time import sleep
from typing import Self

import pytest

from tests.fakes.distributions import wheel, wheel_filename
from tests.fakes.registry import address
from tests.native.server import PATIENCE, PROGRAM, Server, clean, program
from tests.native.uploads import post, publish

pytestmark = pytest.mark.native

URL = {"STRONGROOM_PUBLIC_URL": "http://registry.test"}


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    server = Server(tmp_path / "data", settings=URL)
    server.make()
    server.start()
    yield server
    server.stop()


class Load:
    """Publishes release after release, and remembers what the registry has acknowledged."""

    def __init__(self, server: Server, name: str) -> None:
        self._server = server
        self._name = name
        self._stop = Event()
        self._thread = Thread(target=self._run)
        self.acknowledged: dict[str, bytes] = {}

    def __enter__(self) -> Self:
        self._thread.start()
        while not self.acknowledged:
            sleep(0.01)
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(PATIENCE)

    def _run(self) -> None:
        number = 0
        while not self._stop.is_set():
            filename = wheel_filename(self._name, f"1.{number}")
            body = wheel(self._name, f"1.{number}")
            if post(self._server, filename, body)[0] == 200:
                self.acknowledged[address(filename, body)] = body
            number += 1


def restored(tmp_path: Path, backup: Path) -> "subprocess.CompletedProcess[str]":
    command: list[str | Path] = [PROGRAM, "restore", "--json", "--data", tmp_path / "new", backup]
    return subprocess.run(command, env=clean() | URL, capture_output=True, text=True, check=False)


def test_what_was_acknowledged_before_a_backup_is_in_it(server: Server, tmp_path: Path) -> None:
    publish(server, wheel_filename("still", "1.0"), wheel("still", "1.0"))
    backup = tmp_path / "backup"
    with Load(server, "one") as one, Load(server, "two") as two:
        before = one.acknowledged | two.acknowledged
        made = json.loads(program("backup", "--json", "--data", server.data, backup))
        again = json.loads(program("backup", "--json", "--data", server.data, backup))
        # All that the first backup had copied is used again.
        assert again["reused"] == made["blobs"]
    ended = restored(tmp_path, backup)
    assert ended.returncode == 0, ended.stderr
    assert json.loads(ended.stdout)["damaged"] == []
    other = Server(tmp_path / "new", settings=URL)
    other.start()
    try:
        for path, body in before.items():
            assert other.get(path)[2] == body
        for path in ("/simple/still/", "/pypi/still/json", "/project/still/"):
            assert other.get(path) == server.get(path)
    finally:
        other.stop()


def test_a_backup_that_is_killed_is_never_half_a_backup(server: Server, tmp_path: Path) -> None:
    for number in range(12):
        publish(server, wheel_filename("many", f"1.{number}"), wheel("many", f"1.{number}"))
    backup = tmp_path / "backup"
    command: list[str | Path] = [PROGRAM, "backup", "--data", server.data, backup]
    for _ in range(3):
        with subprocess.Popen(command, env=clean(), stdout=subprocess.DEVNULL) as running:
            while running.poll() is None and not list(backup.glob("blobs/sha256/*/*/*")):
                sleep(0.001)
            running.send_signal(signal.SIGKILL)
        if not (backup / "manifest.json").exists():
            refused = restored(tmp_path, backup)
            assert (refused.returncode, refused.stdout) == (3, "")
            assert "[backup-incomplete]" in refused.stderr
    program("backup", "--data", server.data, backup)
    ended = restored(tmp_path, backup)
    assert (ended.returncode, json.loads(ended.stdout)["withheld"]) == (0, 0)


def test_half_a_restore_is_not_served(server: Server, tmp_path: Path) -> None:
    backup, half = tmp_path / "backup", tmp_path / "new"
    program("backup", "--data", server.data, backup)
    (half / ".restoring" / "blobs").mkdir(parents=True)
    command: list[str | Path] = [PROGRAM, "init", "--data", half]
    ended = subprocess.run(command, env=clean(), capture_output=True, text=True, check=False)
    assert (ended.returncode, "[restore-unfinished]" in ended.stderr) == (3, True)
    assert restored(tmp_path, backup).returncode == 0


def test_a_running_server_serves_a_damaged_file_no_more(server: Server) -> None:
    filename, body = wheel_filename("example", "1.0"), wheel("example", "1.0")
    digest = publish(server, filename, body)
    place = server.data / "blobs" / "sha256" / digest[:2] / digest[2:4] / digest
    assert server.get(address(filename, body))[0] == 200
    place.chmod(0o600)
    place.write_bytes(body[:-1] + b"?")
    command: list[str | Path] = [PROGRAM, "scrub", "--data", server.data]
    ended = subprocess.run(command, env=clean() | URL, capture_output=True, text=True, check=False)
    assert (ended.returncode, "altered" in ended.stdout) == (1, True)
    status, reason, answer = server.get(address(filename, body))
    assert (status, "damaged" in reason, b"file-damaged" in answer) == (403, True, True)
