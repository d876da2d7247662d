"""An upgrade beside a process of the version before, and one that is killed again and again."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.fakes import postgresql
from tests.native.server import PATIENCE, clean, program

PROGRAMS = postgresql.programs()
pytestmark = pytest.mark.native
AT_ONCE = 9  # migrations of a run that is killed; there are some 45


@pytest.fixture(params=["sqlite", "postgresql"])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Mapping[str, str]]:
    """Return the environment of a registry that is yet to be made."""
    here = {
        **clean(),
        "STRONGROOM_DATA": str(tmp_path / "data"),
        "PYTHONPATH": str(Path(__file__).parents[2]),
    }
    if request.param == "sqlite":
        yield here
        return
    if PROGRAMS is None:
        pytest.skip("PostgreSQL is not installed")
    with postgresql.running(PROGRAMS) as server:
        yield {**here, "STRONGROOM_DATABASE": server.create("upgrade")}


def run(settings: Mapping[str, str], *words: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "tests.fakes.upgrading", *words]
    return subprocess.run(command, env=settings, capture_output=True, text=True, check=False)


def done(settings: Mapping[str, str], *words: str) -> str:
    ended = run(settings, *words)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def test_an_upgrade_that_is_killed_again_and_again_comes_to_its_end(
    settings: Mapping[str, str], tmp_path: Path
) -> None:
    whole = {**settings, "STRONGROOM_DATA": str(tmp_path / "whole"), "STRONGROOM_DATABASE": ""}
    runs = 0
    while (ended := run(settings, "killed", str(AT_ONCE))).returncode == -signal.SIGKILL:
        runs += 1
        assert runs < 20
    assert (ended.returncode, ended.stderr) == (0, "")
    assert runs > 3
    assert json.loads(program("init", "--json", settings=settings))["migrations"] == []
    if "STRONGROOM_DATABASE" not in settings:
        done(whole, "killed", "1000")
        assert done(settings, "shape") == done(whole, "shape")


def test_a_process_of_the_version_before_goes_on_inserting_while_and_after_it(
    settings: Mapping[str, str],
) -> None:
    done(settings, "old")
    data = Path(settings["STRONGROOM_DATA"])
    with inserting(settings) as before:
        inserted(before, data)
        program("init", settings=settings)
        (data / "inserting").unlink()
        inserted(before, data)
        (data / "stop").touch()
        committed = int(before.communicate(timeout=PATIENCE)[0])
    assert before.returncode == 0
    rows = json.loads(program("project", "list", "--json", settings=settings))
    assert len(rows) == committed > 1


@contextmanager
def inserting(settings: Mapping[str, str]) -> Iterator["subprocess.Popen[str]"]:
    """Run a process of the first version, which inserts."""
    command = [sys.executable, "-m", "tests.fakes.upgrading", "insert"]
    process = subprocess.Popen(command, env=settings, stdout=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.wait(PATIENCE)


def inserted(process: "subprocess.Popen[str]", data: Path) -> None:
    """Wait until it has inserted another row."""
    until = time.monotonic() + PATIENCE
    while not (data / "inserting").exists():
        assert process.poll() is None
        assert time.monotonic() < until
        time.sleep(0.05)
