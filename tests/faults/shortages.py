"""A registry that runs out of something: bytes, inodes, the size of files, descriptors.

While it is short it refuses uploads with clear words, and goes on with reads. When there is enough
again, the next upload works, without a restart.
"""

import errno
import json
import os
import resource
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http.client import HTTPException
from itertools import count
from pathlib import Path

from tests.faults.disks import MIB
from tests.faults.figures import Figures
from tests.faults.judge import judge
from tests.faults.load import Client
from tests.faults.registries import registry
from tests.faults.sessions import link, sign_in
from tests.faults.witness import LARGE, Parcel, Witness
from tests.native.server import Server
from tests.native.uploads import posted

SIGNED_IN = 303
RECOVERED = 5.0  # seconds


@dataclass(frozen=True, slots=True)
class Shortage:
    """What runs out: `begin` takes it away and returns what gives it back.

    `statuses` and `codes` are those with which an upload may be refused; `sign_ins` the statuses
    with which a sign-in may be answered.
    """

    name: str
    begin: Callable[[Server], Callable[[], None]]
    statuses: frozenset[int] = frozenset({507})
    sign_ins: frozenset[int] = frozenset({SIGNED_IN})
    reserve: int = 0  # bytes that the registry keeps free
    reads: bool = True  # whether reads go on

    @property
    def slug(self) -> str:
        """Return the name as a project can have it."""
        return self.name.replace(" ", "-").lower()


def _ballast(server: Server, leave: int) -> Callable[[], None]:
    place = server.data.parent / "ballast"
    with place.open("wb") as file:
        while not _taken(file.fileno(), leave):
            pass  # the registry took some of it meanwhile
    return place.unlink


def _taken(descriptor: int, leave: int) -> bool:
    """Take all free bytes of a file system but some; says whether they were still free."""
    disk = os.fstatvfs(descriptor)
    try:
        os.posix_fallocate(descriptor, 0, max(disk.f_bavail * disk.f_frsize - leave, 1))
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        return False
    return True


def _inodes(server: Server) -> Callable[[], None]:
    folder, made = server.data.parent / "ballast", list[Path]()
    folder.mkdir()
    try:
        for number in count():
            place = folder / str(number)
            place.touch()
            made.append(place)
    except OSError:
        pass

    def remove() -> None:
        for place in made:
            place.unlink()
        folder.rmdir()

    return remove


def _limit(server: Server, kind: int, soft: int) -> Callable[[], None]:
    worker = server.worker()
    before = resource.prlimit(worker, kind)
    resource.prlimit(worker, kind, (soft, before[1]))

    def lift() -> None:
        if worker in server.processes():
            resource.prlimit(worker, kind, before)

    return lift


def _descriptors(server: Server) -> Callable[[], None]:
    used = len(os.listdir(f"/proc/{server.worker()}/fd"))  # noqa: PTH208 - their number only
    return _limit(server, resource.RLIMIT_NOFILE, used + 2)


ANY = frozenset({SIGNED_IN, 503, 507})
SHORTAGES = {
    "reserve": Shortage(
        "less free than the reserve", lambda server: _ballast(server, 4 * MIB), reserve=8 * MIB
    ),
    "bytes": Shortage("disk full", lambda server: _ballast(server, 0), sign_ins=ANY),
    "inodes": Shortage("inodes full", _inodes),
    "size": Shortage(
        "files no larger than 64 KiB",
        lambda server: _limit(server, resource.RLIMIT_FSIZE, 64 * 1024),
        statuses=frozenset({503, 507}),
        sign_ins=ANY,
    ),
    # Where not even a connection can be had, it may be closed without an answer.
    "descriptors": Shortage(
        "no more descriptors",
        _descriptors,
        statuses=frozenset({0, 200, 503}),
        sign_ins=ANY | {0},
        reads=False,
    ),
}


def short_of(folder: Path, names: Sequence[str]) -> Figures:
    """Take one thing after the other away from a registry in `folder`, and give it back."""
    witness, shortages = Witness(), [SHORTAGES[name] for name in names]
    settings = {"STRONGROOM_MIN_FREE_BYTES": str(max(one.reserve for one in shortages))}
    with registry(folder / "data", settings) as server:
        client = Client(server, witness)
        for version in ("1.0", "2.0"):
            assert client.sent(Parcel("before", version))
        told = [_short(client, one, link(server)) for one in shortages]
        judgement = judge(server, witness)
        assert server.stop() == 0
    return Figures(
        fault="shortages",
        rounds=len(names),
        acknowledged=len(witness.acknowledged),
        lost=judgement.lost,
        half=judgement.half,
        strays=judgement.strays,
        told="; ".join(told),
    )


def _short(client: Client, shortage: Shortage, path: str) -> str:
    """Take one thing away and give it back; returns what clients were told meanwhile."""
    restore = shortage.begin(client.server)
    try:
        told = _refused(client, shortage)
        if shortage.reads:
            client.look("before", "before-2.0-py3-none-any.whl")
        status = _signed_in(client.server, path)
        if status not in shortage.sign_ins:
            client.witness.torn.append(f"{shortage.name}: a sign-in was answered {status}")
    finally:
        restore()
    seconds = _recovered(client, shortage)
    return f"{shortage.name}: {told}, sign-in {status}, uploads again after {seconds:.1f} s"


def _refused(client: Client, shortage: Shortage) -> str:
    """Upload twice, a small file and a large one, and return how they were answered."""
    told, witness = list[str](), client.witness
    for size in (0, LARGE):
        parcel = Parcel(f"{shortage.slug}-{size}", "1.0", padding=size)
        status, words, may_retry = _answer(client.server, parcel, witness.sends(parcel))
        told.append(f"{status} {words}".strip())
        if status == 200:
            witness.hears(parcel)
        if status not in shortage.statuses or not may_retry:
            witness.torn.append(f"{shortage.name}: {told[-1]}")
    return " and ".join(told)


def _answer(server: Server, parcel: Parcel, body: bytes) -> tuple[int, str, bool]:
    """Upload; returns status (0: none came), code, and whether it may be tried again as told."""
    try:
        answer, told = posted(server, parcel.filename, body)
    except (OSError, HTTPException):
        return 0, "", True
    if answer.status == 200:
        return 200, "", True
    return answer.status, json.loads(told)["code"], bool(answer.headers["Retry-After"])


def _signed_in(server: Server, path: str) -> int:
    try:
        return sign_in(server, path)
    except (OSError, HTTPException):
        return 0


def _recovered(client: Client, shortage: Shortage) -> float:
    """Upload until it works; returns after how many seconds it did."""
    began = time.monotonic()
    while not client.sent(Parcel(f"{shortage.slug}-after", "1.0")):
        assert time.monotonic() - began < RECOVERED, client.server.log.read_text()[-3000:]
        time.sleep(0.2)
    return time.monotonic() - began
