"""Two servers and two workers over one PostgreSQL, one of them killed every few seconds.

Files and pages are in one folder, or in a bucket; then each server is a machine of its own. Uploads
and installs go on meanwhile, by a client that tries again, as clients do. Nothing that was
confirmed is lost, nothing is seen half, no job is lost, and hardly an error remains.
"""

import hashlib
import itertools
import json
import secrets
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path
from shutil import copytree
from threading import Event, Thread

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

KILL_EVERY, KILL_EVERY_QUICK = 10.0, 2.0  # seconds
CLIENTS = 2
TRIES = 12
AGAIN_AFTER = 1.0  # seconds
ALLOWED_ERRORS = 0.001  # of all calls, after the client's own tries
JSON = "application/vnd.pypi.simple.v1+json"


@dataclass(slots=True)
class Fleet:
    """The processes of one registry, any of which may be killed and is started anew."""

    place: str  # where its files and pages are
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
class Client:
    """Publishes and installs until told to end, from any server, and tries again as clients do."""

    fleet: Fleet
    number: int
    over: Event
    calls: int = 0
    errors: list[str] = field(default_factory=list)
    half: list[str] = field(default_factory=list)
    confirmed: dict[str, str] = field(default_factory=dict)

    def run(self) -> None:
        for count in itertools.count():
            if self.over.is_set():
                return
            name, version = f"fleet-{self.number}-{count // 10}", f"1.{count % 10}"
            if self.publish(name, version):
                self.calls_for(f"install {name} {version}", lambda: self.install(name, version))  # noqa: B023 - called at once

    def publish(self, name: str, version: str) -> bool:
        filename, body = wheel_filename(name, version), wheel(name, version)
        done = self.calls_for(
            f"upload {filename}", lambda: post(self.server, filename, body)[0] == 200
        )
        if done:
            self.confirmed[filename] = hashlib.sha256(body).hexdigest()
        return done

    def install(self, name: str, version: str) -> bool:
        """Do what an installer does: read the page, and each file on it."""
        server, filename = self.server, wheel_filename(name, version)
        status, _, page = server.get(f"/simple/{name}/", accept=JSON)
        if status >= 500:
            return False
        files = {file["filename"]: file for file in json.loads(page)["files"]}
        if filename not in files:
            self.half.append(f"{filename} is confirmed and not on its page")
        for file in files.values():
            status, _, body = server.get("/" + file["url"].lstrip("./"))
            if status >= 500:
                return False
            if (status, hashlib.sha256(body).hexdigest()) != (200, file["hashes"]["sha256"]):
                self.half.append(f"{file['filename']} is on its page and answers {status}")
        return True

    @property
    def server(self) -> Server:
        """Return any server, as a load balancer does."""
        return secrets.choice(self.fleet.servers)

    def calls_for(self, what: str, act: Callable[[], bool]) -> bool:
        self.calls += 1
        for _ in range(TRIES):
            with suppress(OSError, HTTPException):
                if act():
                    return True
            time.sleep(AGAIN_AFTER)
        self.errors.append(what)
        return False


@pytest.fixture(params=["a folder", pytest.param("a bucket", marks=pytest.mark.objects)])
def fleet(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Fleet]:
    assert PROGRAMS is not None
    bucket = request.getfixturevalue("bucket") if request.param == "a bucket" else ""
    with postgresql.running(PROGRAMS) as database:
        settings = {
            "STRONGROOM_DATABASE": database.create("fleet"),
            "STRONGROOM_OBJECTS": bucket,
            "STRONGROOM_JOB_WORKERS": "0",
            "STRONGROOM_THREADS": "8",
            "STRONGROOM_PUBLIC_URL": "http://registry.test",
        }
        servers = [
            Server(
                tmp_path / (f"data-{number}" if bucket else "data"),
                settings=settings | {"STRONGROOM_RUN_FOLDER": str(tmp_path / f"run-{number}")},
            )
            for number in range(2)
        ]
        first, second = servers
        first.make()
        second.token = first.token
        if bucket:
            copytree(first.data / "keys", second.data / "keys")
            second.data.chmod(0o700)
        for one in servers:
            one.start()
        made = Fleet(request.param, servers, settings)
        made.workers = [made.start_worker() for _ in range(2)]
        yield made
        for worker in made.workers:
            worker.terminate()
        for one in servers:
            assert one.stop() == 0
        # One that was started just now may not have come to heed the signal yet.
        assert {worker.wait(PATIENCE) for worker in made.workers} <= {0, -signal.SIGTERM}


def test_a_fleet_of_which_one_is_killed_every_few_seconds_loses_nothing(
    fleet: Fleet, minutes: float, record_testsuite_property: Callable[[str, object], None]
) -> None:
    every = KILL_EVERY if minutes else KILL_EVERY_QUICK
    over, until = Event(), time.monotonic() + minutes * 60
    clients = [Client(fleet, number, over) for number in range(CLIENTS)]
    threads = [Thread(target=client.run) for client in clients]
    for one in threads:
        one.start()
    kills, processes = 0, len(fleet.servers) + len(fleet.workers)
    while kills < processes or time.monotonic() < until:
        time.sleep(every)
        fleet.kill(kills % processes)
        kills += 1
    over.set()
    for one in threads:
        one.join(TRIES * (PATIENCE + AGAIN_AFTER))
    calls = sum(client.calls for client in clients)
    confirmed = dict(pair for client in clients for pair in client.confirmed.items())
    told = {"kills": kills, "calls": calls, "uploads": len(confirmed)}
    told["errors"] = sum(len(one.errors) for one in clients)
    for name, value in told.items():
        record_testsuite_property(f"fleet over {fleet.place}: {name}", value)
    assert [one.half for one in clients] == [[]] * CLIENTS
    assert told["errors"] <= ALLOWED_ERRORS * calls
    settled(fleet)
    for server in fleet.servers:
        assert shown(server) == confirmed


def shown(server: Server) -> dict[str, str]:
    """Return all files that are on the index, with their digests; each was downloaded."""
    found = {}
    for project in json.loads(server.get("/simple/", accept=JSON)[2])["projects"]:
        page = json.loads(server.get(f"/simple/{project['name']}/", accept=JSON)[2])
        for file in page["files"]:
            status, _, body = server.get("/" + file["url"].lstrip("./"))
            assert status == 200
            found[file["filename"]] = hashlib.sha256(body).hexdigest()
    return found


def settled(fleet: Fleet) -> None:
    """Wait until the workers have nothing to do, and look that every event has its position."""
    until = time.monotonic() + 3 * PATIENCE
    while outstanding(fleet) != (0, 0, 0):
        assert time.monotonic() < until, outstanding(fleet)
        time.sleep(1)


def outstanding(fleet: Fleet) -> tuple[int, int, int]:
    """Count jobs, shared pages that are behind, and events without a position."""
    psycopg = pytest.importorskip("psycopg")
    counts = (
        "(SELECT count(*) FROM jobs_lease)",
        "(SELECT count(*) FROM packages_sharedpages WHERE put < wanted)",
        "(SELECT count(*) FROM proof_eventrow) - (SELECT max(position) + 1 FROM proof_entry)",
    )
    with psycopg.connect(fleet.settings["STRONGROOM_DATABASE"]) as session:
        found: tuple[int, int, int] = session.execute(f"SELECT {', '.join(counts)}").fetchone()
        return found
