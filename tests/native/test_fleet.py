"""Two servers and two workers over one PostgreSQL, one of them killed every few seconds.

Uploads and installs go on meanwhile, by a client that tries again, as clients do. Nothing that was
confirmed is lost, nothing is seen half, no job is lost, and hardly an error remains.
"""

import hashlib
import json
import random
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path
from threading import Event, Lock

import pytest

from tests.fakes import postgresql
from tests.fakes.distributions import wheel, wheel_filename
from tests.native.server import PATIENCE, PROGRAM, Server, clean
from tests.native.uploads import post

PROGRAMS = postgresql.programs()
pytestmark = [
    pytest.mark.native,
    pytest.mark.skipif(PROGRAMS is None, reason="PostgreSQL is not installed"),
]

SECONDS = 30.0  # of the quick form
KILL_EVERY = 10.0  # seconds
CLIENTS = 2
TRIES = 12
AGAIN_AFTER = 1.0  # seconds
ALLOWED_ERRORS = 0.001  # of all calls, after the client's own tries
JSON = "application/vnd.pypi.simple.v1+json"


@dataclass(slots=True)
class Fleet:
    """The processes of one registry, any of which may be killed and is started anew."""

    servers: list[Server]
    settings: dict[str, str]
    workers: list["subprocess.Popen[bytes]"] = field(default_factory=list)

    def start_worker(self) -> "subprocess.Popen[bytes]":
        command = [str(PROGRAM), "worker", "--data", str(self.servers[0].data)]
        with self.servers[0].log.open("ab") as log:
            return subprocess.Popen(
                command, env=clean() | self.settings, stdout=log, stderr=log, start_new_session=True
            )

    def kill(self, place: int) -> None:
        """Kill a server with all its processes, or a worker, and start another in its place."""
        if place < len(self.servers):
            self.servers[place].kill()
            self.servers[place].start()
            return
        worker = self.workers[place - len(self.servers)]
        worker.kill()
        worker.wait(PATIENCE)
        self.workers[place - len(self.servers)] = self.start_worker()


@dataclass(slots=True)
class Tally:
    """What clients were told, and what they saw."""

    calls: int = 0
    errors: list[str] = field(default_factory=list)
    half: list[str] = field(default_factory=list)
    confirmed: dict[str, str] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)


@pytest.fixture
def fleet(tmp_path: Path) -> Iterator[Fleet]:
    assert PROGRAMS is not None
    with postgresql.running(PROGRAMS) as database:
        settings = {
            "STRONGROOM_DATABASE": database.create("fleet"),
            "STRONGROOM_JOB_WORKERS": "0",
            "STRONGROOM_THREADS": "8",
            "STRONGROOM_PUBLIC_URL": "http://registry.test",
        }
        servers = [
            Server(
                tmp_path / "data",
                settings=settings | {"STRONGROOM_RUN_FOLDER": str(tmp_path / f"run-{number}")},
            )
            for number in range(2)
        ]
        servers[0].make()
        servers[1].token = servers[0].token
        for one in servers:
            one.start()
        made = Fleet(servers, settings)
        made.workers = [made.start_worker() for _ in range(2)]
        yield made
        for worker in made.workers:
            worker.terminate()
        for one in servers:
            assert one.stop() == 0
        assert [worker.wait(PATIENCE) for worker in made.workers] == [0, 0]


def tried(
    tally: Tally, fleet: Fleet, chance: random.Random, what: str, act: Callable[[Server], bool]
) -> bool:
    """Call one of the servers, and another after a while if it does not answer as it should."""
    with tally.lock:
        tally.calls += 1
    for _ in range(TRIES):
        try:
            if act(chance.choice(fleet.servers)):
                return True
        except (OSError, HTTPException):
            pass
        time.sleep(AGAIN_AFTER)
    with tally.lock:
        tally.errors.append(what)
    return False


def publish_and_install(fleet: Fleet, tally: Tally, number: int, over: Event) -> None:
    chance, count = random.Random(number), 0  # noqa: S311 - chance, the same in each run
    while not over.is_set():
        name = f"fleet-{number}-{count % 5}-{count // 20}"
        version = f"1.{count % 20}"
        filename, body = wheel_filename(name, version), wheel(name, version)
        count += 1
        if tried(
            tally,
            fleet,
            chance,
            f"upload {filename}",
            lambda server: post(server, filename, body)[0] == 200,
        ):
            with tally.lock:
                tally.confirmed[filename] = hashlib.sha256(body).hexdigest()
            tried(
                tally,
                fleet,
                chance,
                f"install {filename}",
                lambda server: installs(server, tally, name, filename),
            )


def installs(server: Server, tally: Tally, name: str, filename: str) -> bool:
    """Do what an installer does: read the page, and every file on it with its metadata."""
    status, _, page = server.get(f"/simple/{name}/", accept=JSON)
    if status != 200:
        return False
    files = {file["filename"]: file for file in json.loads(page)["files"]}
    if filename not in files:
        with tally.lock:
            tally.half.append(f"{filename} is confirmed and not on its page")
        return True
    for file in files.values():
        address = "/" + file["url"].lstrip("./").removeprefix("http://registry.test/")
        status, _, body = server.get(address)
        if status != 200 or hashlib.sha256(body).hexdigest() != file["hashes"]["sha256"]:
            with tally.lock:
                tally.half.append(f"{file['filename']} is on the page and answers {status}")
    return True
