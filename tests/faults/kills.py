"""SIGKILL at random moments under load: of all processes at once, or of any one of them."""

import os
import signal
import time
from pathlib import Path
from random import Random

from tests.faults.figures import Figures
from tests.faults.judge import judge
from tests.faults.load import Client, load
from tests.faults.registries import registry
from tests.faults.witness import Witness
from tests.native.server import PATIENCE, Server

LONGEST = 0.5  # seconds between a start and the next kill
ALONE = 0.6  # how often a single process dies


def kills(folder: Path, rounds: int, seed: int = 1) -> Figures:
    """Kill a server again and again, and judge it at the end."""
    chance = Random(seed)  # noqa: S311 - the same in each run
    witness, restarts = Witness(), list[float]()
    with registry(folder / "data", {"STRONGROOM_WORKERS": "2"}) as server:
        with load(Client(server, witness), "kill", seed) as busy:
            for _ in range(rounds):
                assert busy.begun.wait(PATIENCE)
                time.sleep(chance.uniform(0, LONGEST))
                restarts += _struck(server, chance)
                busy.begun.clear()
        judgement = judge(server, witness)
        assert server.stop() == 0
    return Figures(
        fault="SIGKILL under load",
        rounds=rounds,
        acknowledged=len(witness.acknowledged),
        lost=judgement.lost,
        half=judgement.half,
        strays=judgement.strays,
        restarts=tuple(restarts),
    )


def _struck(server: Server, chance: Random) -> list[float]:
    """Kill something; returns after how many seconds the registry answered if it was restarted."""
    assert server.process is not None
    first, processes = server.process.pid, sorted(server.processes())
    victim = chance.choice(processes) if chance.random() < ALONE else None
    if victim is None:
        server.kill()
    else:
        os.kill(victim, signal.SIGKILL)
    if victim not in {None, first}:
        server.await_answer()
        return []
    server.process.wait(PATIENCE)
    return [server.restart()]
