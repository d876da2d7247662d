"""Databases that are held by another writer, killed, and away: writes wait or are refused."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from random import Random

from tests.fakes import postgresql
from tests.faults.figures import Figures
from tests.faults.judge import judge
from tests.faults.load import Client, load
from tests.faults.registries import registry
from tests.faults.witness import Parcel, Witness
from tests.native.server import PATIENCE, Server

SQLITE_WAITS = 20.0  # seconds, after which the program gives up its wait for the one writer
AWAY = 0.5  # seconds


@contextmanager
def _held(server: Server) -> Iterator[None]:
    """Be the one writer of a registry's SQLite database."""
    place = server.data / "strongroom.sqlite3"
    with closing(sqlite3.connect(place, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


def locked(folder: Path, seconds: float) -> Figures:
    """Hold the database for some time under load, and read meanwhile."""
    witness = Witness()
    with registry(folder / "data") as server:
        assert Client(server, witness).sent(Parcel("before", "1.0"))
        with load(Client(server, witness), "locked") as busy:
            assert busy.begun.wait(PATIENCE)
            with _held(server):
                slowest = _reads(server, time.monotonic() + seconds)
            busy.begun.clear()
            recovering = time.monotonic()
            assert busy.begun.wait(PATIENCE), server.log.read_text()[-3000:]
            recovered = time.monotonic() - recovering
        judgement = judge(server, witness)
        assert server.stop() == 0
    refused = busy.client.statuses[503]
    assert bool(refused) == (seconds > SQLITE_WAITS), busy.client.statuses
    return Figures(
        fault=f"SQLite locked for {seconds:.0f} s",
        rounds=1,
        acknowledged=len(witness.acknowledged),
        lost=judgement.lost,
        half=judgement.half,
        strays=judgement.strays,
        told=f"{refused} uploads refused with 503; slowest read {slowest * 1000:.0f} ms;"
        f" uploads again after {recovered:.1f} s",
    )


def _reads(server: Server, until: float) -> float:
    """Read until a moment; returns how long the slowest took."""
    slowest = 0.0
    while time.monotonic() < until:
        began = time.monotonic()
        assert server.get("/simple/before/")[0] == 200
        slowest = max(slowest, time.monotonic() - began)
        time.sleep(0.1)
    return slowest


def killed(folder: Path, programs: Path, rounds: int) -> Figures:
    """Kill PostgreSQL under load, again and again; ours runs on."""
    chance = Random(rounds)  # noqa: S311 - the same in each run
    witness, back = Witness(), list[float]()
    with postgresql.running(programs) as database:
        settings = {"STRONGROOM_DATABASE": database.create("killed"), "STRONGROOM_WORKERS": "2"}
        with registry(folder / "data", settings) as server:
            with load(Client(server, witness), "killed", prompt=False) as busy:
                for _ in range(rounds):
                    assert busy.begun.wait(PATIENCE), server.log.read_text()[-3000:]
                    time.sleep(chance.uniform(0, AWAY))
                    database.kill()
                    newest = next(reversed(witness.acknowledged)).split("-")[0].replace("_", "-")
                    assert server.get(f"/simple/{newest}/")[0] == 200
                    time.sleep(chance.uniform(0, AWAY))
                    database.start()
                    busy.begun.clear()
                    began = time.monotonic()
                    assert busy.begun.wait(PATIENCE), server.log.read_text()[-3000:]
                    back.append(time.monotonic() - began)
            judgement = judge(server, witness)
            assert server.stop() == 0
    return Figures(
        fault="SIGKILL of PostgreSQL",
        rounds=rounds,
        acknowledged=len(witness.acknowledged),
        lost=judgement.lost,
        half=judgement.half,
        strays=judgement.strays,
        told=f"answers: {dict(busy.client.statuses)}; uploads again after {max(back):.1f} s",
    )
