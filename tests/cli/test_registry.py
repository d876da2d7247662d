"""`init`, `serve` and `rebuild`, in processes of their own, over folders of their own."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests.cli.test_settings import run

PATIENCE = 30.0  # seconds


@dataclass(slots=True)
class Server:
    """A registry being served; what it said is there when it has ended."""

    url: str
    process: subprocess.Popen[str]
    said: str = ""
    complained: str = ""

    def read(self, path: str) -> bytes:
        """Return the body of a page."""
        with urlopen(f"{self.url}{path}") as answer:  # noqa: S310 - our own http address
            body: bytes = answer.read()
            return body


def free_port() -> int:
    """Return a port that nothing listens on at this moment."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
        return port


@contextmanager
def served(*options: str) -> Iterator[Server]:
    """Serve a registry while the context lasts; it must end cleanly."""
    port = free_port()
    words = (sys.executable, "-m", "strongroom", "serve", "--port", str(port), *options)
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as one:
        server = Server(f"http://localhost:{port}", one)
        try:
            _wait(server)
            yield server
        finally:
            one.terminate()
            server.said, server.complained = one.communicate(timeout=PATIENCE)


def _wait(server: Server) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and server.process.poll() is None:
        with suppress(OSError):
            assert server.read("/")
            return
        time.sleep(0.05)
    pytest.fail(f"no server at {server.url}")


def test_init_makes_a_folder_for_its_owner_alone(tmp_path: Path) -> None:
    data = tmp_path / "new" / "data"
    ended = run("init", data)
    assert (ended.returncode, data.stat().st_mode & 0o777) == (0, 0o700)
    assert re.search(r"^http://localhost:8000/claim/[\w-]{43}$", ended.stdout, re.MULTILINE)


def test_init_again_changes_nothing_and_gives_the_same_link(tmp_path: Path) -> None:
    first = json.loads(run("init --json", tmp_path / "data").stdout)
    key = (tmp_path / "data" / "keys" / "master.json").read_bytes()
    again = json.loads(run("init --json", tmp_path / "data").stdout)
    assert again == {**first, "migrations": [], "rendered": 0}
    assert (tmp_path / "data" / "keys" / "master.json").read_bytes() == key


def test_the_link_is_gone_when_there_is_an_account(tmp_path: Path) -> None:
    data = tmp_path / "data"
    run("init", data)
    assert run("user create alice --email alice@example.org --admin", data).returncode == 0
    assert json.loads(run("init --json", data).stdout)["claim"] is None
    assert not (data / "run" / "claim").exists()


def test_the_claim_is_for_its_owner_alone(tmp_path: Path) -> None:
    run("init", tmp_path / "data")
    assert (tmp_path / "data" / "run" / "claim").stat().st_mode & 0o777 == 0o600


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    ended = run("init", tmp_path / "file" / "data")
    assert (ended.returncode, ended.stdout) == (3, "")
    assert "[data-folder-unwritable]" in ended.stderr


def test_rebuild_makes_the_shelf_again(tmp_path: Path) -> None:
    data = tmp_path / "data"
    run("init", data)
    pages = {path: path.read_bytes() for path in (data / "public").rglob("*") if path.is_file()}
    for path in pages:
        path.unlink()
    seen = run("rebuild --check", data)
    assert seen.returncode == 1
    assert "missing: simple/index.html" in seen.stdout.splitlines()
    told = run("rebuild --check --json", data)
    report = json.loads(told.stdout)
    assert (told.returncode, report["checked"]) == (1, True)
    assert {"what": "web/index.html", "how": "missing"} in report["differences"]
    ended = run("rebuild", data)
    assert ended.returncode == 0
    assert f"{report['count']} were put right." in ended.stdout
    assert {path: path.read_bytes() for path in pages} == pages
    again = json.loads(run("rebuild --json", data).stdout)
    assert (again["projects"], again["count"], again["unjudged"]) == (0, 0, [])
    assert run("rebuild --check", data).returncode == 0


def test_serve_makes_ready_tells_the_link_and_ends_cleanly(tmp_path: Path) -> None:
    with served("--data", str(tmp_path / "data")) as server:
        pass
    logged = server.complained.splitlines()
    assert server.process.returncode == 0
    assert [line for line in logged if " strongroom.access: " not in line] == []
    assert f"{server.url}/claim/" in server.said
    assert f"--repository-url {server.url}/legacy/" in server.said


def test_the_demo_is_full_of_life_and_leaves_nothing_behind(tmp_path: Path) -> None:
    os.environ["TMPDIR"], before = str(tmp_path), os.environ.get("TMPDIR")
    try:
        with served("--demo") as server:
            assert b"harbour-0.3-py3-none-any.whl" in server.read("/simple/harbour/")
            assert [path.name[:15] for path in tmp_path.iterdir()] == ["strongroom-demo"]
    finally:
        os.environ.pop("TMPDIR")
        if before is not None:
            os.environ["TMPDIR"] = before
    assert (server.process.returncode, list(tmp_path.iterdir())) == (0, [])


def test_an_interrupt_from_the_keyboard_ends_it_too(tmp_path: Path) -> None:
    with served("--data", str(tmp_path / "data")) as server:
        server.process.send_signal(signal.SIGINT)
        assert server.process.wait(PATIENCE) == 0


def test_the_demo_takes_no_folder(tmp_path: Path) -> None:
    ended = run("serve --demo", tmp_path)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert list(tmp_path.iterdir()) == []
