"""What the compose file describes, as processes on loopback.

Two web servers and a worker over PostgreSQL and an object store, and nginx by the generated
configuration, which has no files of its own here and keeps what the servers allow it to keep.
"""

import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.deploy.test_compose import SERVICES
from tests.fakes import postgresql
from tests.fakes.distributions import wheel, wheel_filename
from tests.fakes.registry import address
from tests.native.clients import Clients
from tests.native.nginx import Nginx, ask, needs_nginx, running, settings
from tests.native.server import PATIENCE, PROGRAM, Server, clean, free_port
from tests.native.uploads import post

PROGRAMS = postgresql.programs()
pytestmark = [
    pytest.mark.native,
    pytest.mark.objects,
    pytest.mark.skipif(PROGRAMS is None, reason="PostgreSQL is not installed"),
    needs_nginx,
]


@dataclass(frozen=True, slots=True)
class Composed:
    """All of it, and the two servers that nginx hands requests to."""

    nginx: Nginx
    servers: tuple[Server, Server]

    @property
    def port(self) -> int:
        """Return the port that clients use."""
        return self.nginx.server.port


@pytest.fixture
def composed(bucket: str, tmp_path: Path) -> Iterator[Composed]:
    assert PROGRAMS is not None
    here = settings(free_port())
    with postgresql.running(PROGRAMS) as database:
        # The settings of the compose file, with the places where things are here.
        of_web = SERVICES["web-1"]["environment"]
        there = of_web | here | {"STRONGROOM_DATABASE": database.create("composed")}
        there |= {"STRONGROOM_OBJECTS": bucket}
        servers = tuple(
            Server(
                tmp_path / "data",
                settings=there | {"STRONGROOM_RUN_FOLDER": str(tmp_path / f"run-{number}")},
            )
            for number in range(2)
        )
        first, second = servers
        first.make()
        second.token = first.token
        for one in servers:
            one.start()
        command = [str(PROGRAM), *SERVICES["worker"]["command"][1:], "--data", str(first.data)]
        with first.log.open("ab") as log:
            worker = subprocess.Popen(
                command, env=clean() | there, stdout=log, stderr=log, start_new_session=True
            )
        upstreams = [word for one in servers for word in ("--upstream", f"127.0.0.1:{one.port}")]
        cache = ("--cache", str(tmp_path / "cache"))
        with running(tmp_path / "nginx", first, *upstreams, *cache) as nginx:
            yield Composed(nginx, (first, second))
        worker.terminate()
        assert worker.wait(PATIENCE) == 0
        for one in servers:
            if one.process is not None and one.process.poll() is None:
                assert one.stop() == 0


def seen_within(seconds: float, port: int, path: str, what: bytes) -> bool:
    """Say whether a page shows something before the time is over."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if what in ask(port, path).body:
            return True
        time.sleep(0.2)
    return False


def test_it_serves_through_the_loss_of_a_server_and_keeps_what_it_may(
    composed: Composed, clients: Clients, tmp_path: Path
) -> None:
    port, filename, body = composed.port, wheel_filename("parcel", "1.0"), wheel("parcel", "1.0")
    place = address(filename, body)
    assert ask(port, "/simple/parcel/").status == ask(port, place).status == 404
    (tmp_path / filename).write_bytes(body)
    sent = clients.twine(composed.nginx.server.url, composed.servers[0].token, tmp_path / filename)
    assert sent.code == 0, sent.text
    # No refusal of a moment ago was kept, by either server's pages or by nginx.
    done = clients.pip(
        clients.venv("env"), "install", "--index-url", composed.nginx.server.index, "parcel"
    )
    assert done.code == 0, done.text
    assert seen_within(PATIENCE, port, "/simple/", b'"parcel/"')

    composed.servers[0].kill()
    for number in range(6):
        assert ask(port, f"/simple/parcel/?{number}").status == 200
    more = wheel("parcel", "2.0")
    through = composed.nginx.server
    assert post(through, wheel_filename("parcel", "2.0"), more)[0] == 200
    assert ask(port, "/health/ready").status == 200

    composed.servers[1].kill()
    # A file may be kept for a minute, a page must be asked for.
    assert ask(port, place).body == body
    assert ask(port, place, Range="bytes=0-3").body == body[:4]
    assert ask(port, "/simple/parcel/").status == 503
