"""An import from one running registry into another, cut short and gone on with."""

import hashlib
import json
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.fakes.distributions import sdist, sdist_filename, wheel, wheel_filename
from tests.native.server import PATIENCE, PROGRAM, Server, clean, program
from tests.native.uploads import publish

pytestmark = pytest.mark.native

PROJECTS = [f"brought-{n}" for n in range(12)]
HERE = ("--allow-network", "127.0.0.0/8", "--owner", "bob", "--json")


@pytest.fixture
def home(tmp_path: Path) -> Server:
    """Return a registry that is not running, with one account."""
    made = Server(tmp_path / "home")
    program("init", "--data", made.data)
    program("user", "create", "--data", made.data, "bob", "--email", "bob@example.org")
    return made


def fill(server: Server) -> dict[str, str]:
    """Publish two files of each project; returns their digests by name."""
    digests = {}
    for name in PROJECTS:
        for filename, body in (
            (wheel_filename(name, "1.0"), wheel(name, "1.0")),
            (sdist_filename(name, "1.0"), sdist(name, "1.0")),
        ):
            digests[filename] = publish(server, filename, body)
    return digests


def listed(server: Server, name: str) -> list[dict[str, object]]:
    """Return the files of a project's page."""
    kind = "application/vnd.pypi.simple.v1+json"
    files: list[dict[str, object]] = json.loads(server.get(f"/simple/{name}/", accept=kind)[2])[
        "files"
    ]
    return files


def test_an_import_killed_in_the_middle_is_finished_by_running_it_again(
    server: Server, home: Server
) -> None:
    digests = fill(server)
    command = ("import", "index", "--data", str(home.data), *HERE, server.index, *PROJECTS)
    cut = subprocess.Popen([PROGRAM, *command], env=clean(), stdout=subprocess.DEVNULL)
    kept = home.data / "blobs" / "sha256"
    until = time.monotonic() + PATIENCE
    while len(list(kept.glob("??/??/*"))) < 9 and cut.poll() is None:
        assert time.monotonic() < until
        time.sleep(0.005)
    os.kill(cut.pid, signal.SIGKILL)
    assert cut.wait(PATIENCE) == -signal.SIGKILL
    report = json.loads(program(*command))
    assert report["refused"] == []
    assert 0 < report["present"] < len(digests)
    assert report["imported"] + report["present"] == len(digests)
    assert json.loads(program(*command))["present"] == len(digests)
    home.start()
    try:
        for name in PROJECTS:
            here, there = listed(home, name), listed(server, name)
            assert here == there  # digests, sizes, addresses and moments of upload too
            for file in here:
                body = home.get(f"/{str(file['url']).removeprefix('../../')}")[2]
                assert hashlib.sha256(body).hexdigest() == digests[str(file["filename"])]
    finally:
        assert home.stop() == 0


def test_a_yank_comes_along_with_its_reason(server: Server, home: Server) -> None:
    publish(server, sdist_filename("torn", "1.0"), sdist("torn", "1.0"))
    program("project", "yank", "--data", server.data, "torn", "1.0", "--reason", "it is torn")
    command = ("import", "index", "--data", home.data, *HERE, server.index, "torn")
    assert json.loads(program(*command))["yanked"] == 1
    (release,) = json.loads(program("project", "show", "--data", home.data, "--json", "torn"))[
        "releases"
    ]
    assert (release["yanked"], release["yanked_reason"]) == (True, "it is torn")
