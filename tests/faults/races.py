"""Writers that race for one file name, with the same bytes and with different ones."""

import threading
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from tests.faults.figures import Figures
from tests.faults.judge import judge
from tests.faults.registries import registry
from tests.faults.witness import Parcel, Witness
from tests.native.server import Server
from tests.native.uploads import post

PATIENCE = 30.0  # seconds
NEW = b"Published "  # what the one whose upload published the file is told


def races(folder: Path, rounds: Mapping[int, int], database: str = "") -> Figures:
    """Race so often with so many writers; every second time all send the same bytes."""
    witness, settings = Witness(), {"STRONGROOM_WORKERS": "2"}
    if database:
        settings["STRONGROOM_DATABASE"] = database
    with registry(folder / "data", settings) as server:
        for writers, times in rounds.items():
            for number in range(times):
                parcel = Parcel(f"race-{writers}-{number // 8}", f"{number % 8}.0")
                _race(server, witness, parcel, writers, differ=bool(number % 2))
        judgement = judge(server, witness)
        assert server.stop() == 0
    return Figures(
        fault=f"writers of one name, {'PostgreSQL' if database else 'SQLite'}",
        rounds=sum(rounds.values()),
        acknowledged=len(witness.acknowledged),
        lost=judgement.lost,
        half=judgement.half,
        strays=judgement.strays,
        told=", ".join(f"{times} races of {writers}" for writers, times in rounds.items()),
    )


def _race(server: Server, witness: Witness, parcel: Parcel, writers: int, *, differ: bool) -> None:
    parcels = [replace(parcel, padding=100 * one if differ else 0) for one in range(writers)]
    ready = threading.Barrier(writers)
    told: list[tuple[int, bool, Parcel]] = []  # status, whether it published, what was sent

    def run(one: Parcel) -> None:
        body = one.body()
        ready.wait(PATIENCE)
        status, _, answer = post(server, one.filename, body)
        told.append((status, answer.startswith(NEW), one))

    threads = [threading.Thread(target=run, args=(one,)) for one in parcels]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    statuses = sorted(status for status, _, _ in told)
    winners = [one for _, published, one in told if published]
    expected = [200, *[409] * (writers - 1)] if differ else [200] * writers
    if statuses != expected or len(winners) != 1:
        witness.torn.append(f"{parcel.filename} was answered {statuses}, won by {winners}")
    for winner in winners:
        witness.sends(winner)
        witness.hears(winner)
