"""Workers that are killed at any moment lose no job and do none without need a second time."""

import json
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.fakes import postgresql
from tests.native.server import clean, program

PROGRAMS = postgresql.programs()
pytestmark = pytest.mark.native

WORKERS = 3
KILLS = 10
PATIENCE = 90.0  # seconds for the rest, once nobody is killed any more
JOBS, FAILS = 20, 2  # as in tests/fakes/storm.py


@pytest.fixture(params=["sqlite", "postgresql"])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Mapping[str, str]]:
    """Return the environment of a new registry."""
    (tmp_path / "storm").mkdir()
    here = {
        **clean(),
        "STRONGROOM_DATA": str(tmp_path / "data"),
        "STORM": str(tmp_path / "storm"),
        "PYTHONPATH": str(Path(__file__).parents[2]),
    }
    if request.param == "sqlite":
        yield here
        return
    if PROGRAMS is None:
        pytest.skip("PostgreSQL is not installed")
    with postgresql.running(PROGRAMS) as server:
        yield {**here, "STRONGROOM_DATABASE": server.create("storm")}


def act(settings: Mapping[str, str], word: str) -> str:
    command = [sys.executable, "-m", "tests.fakes.storm", word]
    return subprocess.run(command, env=settings, check=True, capture_output=True, text=True).stdout


@contextmanager
def crew(settings: Mapping[str, str]) -> Iterator[list["subprocess.Popen[bytes]"]]:
    """Run workers; at the end they are asked to end, and do."""
    running = [started(settings) for _ in range(WORKERS)]
    yield running
    for one in running:
        one.terminate()
    assert [one.wait(60) for one in running] == [0] * WORKERS


def started(settings: Mapping[str, str]) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "tests.fakes.storm", "work"]
    with (Path(settings["STORM"]) / "log").open("ab") as log:
        return subprocess.Popen(command, env=settings, stdout=log, stderr=log)


def open_jobs(settings: Mapping[str, str]) -> list[tuple[str, str]]:
    told = json.loads(act(settings, "report"))
    return [(one["name"], one["state"]) for one in told if one["name"] != "tick"]


def test_a_storm_loses_nothing_and_repeats_nothing_without_need(
    settings: Mapping[str, str], minutes: float
) -> None:
    chance = random.Random(11)  # noqa: S311 - chance, the same in each run
    program("init", settings=settings)
    act(settings, "queue")
    kills, until = 0, time.monotonic() + minutes * 60
    with crew(settings) as running:
        while kills < KILLS or time.monotonic() < until:
            time.sleep(chance.uniform(0.2, 1.5))
            place = chance.randrange(WORKERS)
            running[place].kill()
            running[place].wait()
            running[place] = started(settings)
            kills += 1
        deadline = time.monotonic() + PATIENCE
        while open_jobs(settings) != [("broken", "failed")]:
            assert time.monotonic() < deadline, open_jobs(settings)
            time.sleep(0.5)
    folder = Path(settings["STORM"])
    began = Counter((folder / "began").read_text().split())
    ticks = began.pop("tick")
    wanted = {*map(str, range(JOBS)), "long"}
    assert {one.name for one in folder.glob("effect-*")} == {f"effect-{name}" for name in wanted}
    assert set(began) == wanted | {"broken"}
    # Each beginning beyond the first was for the sake of a worker that was killed.
    assert began.total() - len(wanted) - FAILS <= kills
    assert ticks > 0
