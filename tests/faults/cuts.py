"""Power cuts under load, with database and files on one file system and on two.

One more disk is worse than those: of what was not flushed it loses some, and keeps the rest.
A blob cannot stand on another file system than the shelf, which is made of links to it. What an
operator can do is to put the database elsewhere and leave a link in its place.
"""

import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from random import Random

from tests.faults.disks import Disk, loop_disk
from tests.faults.figures import Figures
from tests.faults.judge import judge
from tests.faults.load import Client, load
from tests.faults.registries import made
from tests.faults.volatile import VolatileDisk, volatile_disk
from tests.faults.witness import Witness
from tests.native.server import PATIENCE, Server

LONGEST = 0.5  # seconds between the first acknowledgement after a start and the cut
DATABASE = "strongroom.sqlite3"
VOLATILE = "ext4 over a volatile cache"


@contextmanager
def _on(folder: Path, disks: Sequence[Disk | VolatileDisk]) -> Iterator[Server]:
    """Make a registry on the first disk, with its database on the last."""
    data = folder / "data"
    (disks[0].root / "data").mkdir()
    data.symlink_to(disks[0].root / "data")
    server = made(data, {})
    if len(disks) > 1:
        shutil.move(data / DATABASE, disks[-1].root / DATABASE)
        (data / DATABASE).symlink_to(disks[-1].root / DATABASE)
    for disk in disks:
        disk.sync()
    try:
        yield server
    finally:
        if server.process is not None and server.process.poll() is None:
            server.kill()


def cuts(folder: Path, kind: str, disks: int, rounds: int) -> Figures:
    """Cut the power again and again, mount what is left, and judge the registry at the end."""
    chance = Random(rounds + disks)  # noqa: S311 - the same in each run
    witness, restarts = Witness(), list[float]()
    with ExitStack() as stack:
        made = [stack.enter_context(_disk(folder / f"disk{n}", kind, chance)) for n in range(disks)]
        server = stack.enter_context(_on(folder, made))
        for number in range(rounds):
            restarts.append(server.restart())
            with load(Client(server, witness, reads=False), f"cut{number}", number) as busy:
                assert busy.begun.wait(PATIENCE)
                time.sleep(chance.uniform(0, LONGEST))
                # The power goes everywhere at once; which disk feels it first is chance.
                for disk in chance.sample(made, k=disks):
                    disk.cut()
                server.kill()
            for disk in made:
                disk.unmount()
                disk.mount()
        restarts.append(server.restart())
        judgement = judge(server, witness)
        assert server.stop() == 0
    return Figures(
        fault=f"power cut, {kind}, {'one file system' if disks == 1 else 'two file systems'}",
        rounds=rounds,
        acknowledged=len(witness.acknowledged),
        lost=judgement.lost,
        half=judgement.half,
        strays=judgement.strays,
        restarts=tuple(restarts),
        told="; ".join(one.told for one in made if isinstance(one, VolatileDisk)),
    )


def _disk(folder: Path, kind: str, chance: Random) -> AbstractContextManager[Disk | VolatileDisk]:
    if kind == VOLATILE:
        return volatile_disk(folder, "ext4", chance)
    return loop_disk(folder, kind)
