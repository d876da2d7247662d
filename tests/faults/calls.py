"""Every system call of an upload, one after the other: killed there, or answered with an error.

The sweep goes through the calls of one kind until an upload comes to its end untouched. Every
second file is sent once more after its fault, as a client would; the others stay as they are.
"""

import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from tests.faults.figures import Figures
from tests.faults.judge import judge
from tests.faults.load import Client
from tests.faults.registries import registry
from tests.faults.tracing import CALLS, injected
from tests.faults.witness import Parcel, Witness
from tests.native.server import PATIENCE, Server

KILL = "signal=KILL"
EVERY = dict.fromkeys(CALLS, ())  # call of every kind


@dataclass(slots=True)
class Sweep:
    """One server, and what it has been through; `struck` counts the faults that were felt."""

    client: Client
    struck: int = 0

    @property
    def server(self) -> Server:
        """Return the server."""
        return self.client.server

    def over(self, call: str, deed: str, numbers: Collection[int]) -> None:
        """Strike at the numbered calls of one kind, or at all until there are no more."""
        for number in numbers or count(1):
            name = f"{call}-{deed.partition('=')[2]}-{number}".lower()
            if not self._strike(Parcel(name, "1.0"), call, f"{deed}:when={number}"):
                return

    def _strike(self, parcel: Parcel, call: str, deed: str) -> bool:
        """Upload under a fault; says whether anything felt it."""
        with injected(self.server.worker(), call, deed) as fault:
            well = self.client.sent(parcel)
        until = time.monotonic() + PATIENCE
        while not fault.was_felt:
            if well:
                return False
            assert time.monotonic() < until, f"{parcel.filename} failed without a fault"
            time.sleep(0.01)
        self.struck += 1
        self.server.await_answer()
        self.client.look(parcel.name)
        if self.struck % 2:
            # Whatever became of it, whoever sends it again is told that it is published.
            assert self.client.sent(parcel), self.server.log.read_text()[-3000:]
            self.client.look(parcel.name, parcel.filename)
        return True


def sweep(folder: Path, strikes: Mapping[str, Mapping[str, Collection[int]]]) -> Figures:
    """Do each deed to the calls of each kind with these numbers; judge after a restart."""
    with registry(folder / "data") as server:
        run = Sweep(Client(server, Witness()))
        for deed, calls in strikes.items():
            for call, numbers in calls.items():
                run.over(call, deed, numbers)
        server.kill()
        restart = server.restart()
        judgement = judge(server, run.client.witness)
        assert server.stop() == 0
    return Figures(
        fault=f"system calls: {', '.join(strikes)}",
        rounds=run.struck,
        acknowledged=len(run.client.witness.acknowledged),
        lost=judgement.lost,
        half=judgement.half,
        strays=judgement.strays,
        restarts=(restart,),
        told=f"answers: {dict(run.client.statuses)}",
    )
