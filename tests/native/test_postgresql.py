"""A registry over a real PostgreSQL server, by commands and clients as people run them.

The server goes away and comes back under the running registry.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes import postgresql
from tests.fakes.distributions import sdist, sdist_filename, wheel, wheel_filename
from tests.native.clients import Clients
from tests.native.server import PROGRAM, Server
from tests.native.uploads import post

PROGRAMS = postgresql.programs()
pytestmark = [
    pytest.mark.native,
    pytest.mark.skipif(PROGRAMS is None, reason="PostgreSQL is not installed"),
]


@pytest.fixture(scope="module")
def database() -> Iterator[postgresql.Server]:
    assert PROGRAMS is not None
    with postgresql.running(PROGRAMS) as server:
        yield server


@pytest.fixture
def registry(database: postgresql.Server, tmp_path: Path) -> Iterator[Server]:
    """Return a running registry over an empty database."""
    address = database.create(tmp_path.name)
    running = Server(tmp_path / "data", settings={"STRONGROOM_DATABASE": address})
    running.make()
    running.start()
    yield running
    assert running.stop() == 0


def built(folder: Path, name: str) -> tuple[Path, Path]:
    folder.mkdir()
    files = (folder / wheel_filename(name, "1.0"), folder / sdist_filename(name, "1.0"))
    files[0].write_bytes(wheel(name, "1.0"))
    files[1].write_bytes(sdist(name, "1.0"))
    return files


def ran(clients: Clients, registry: Server, *words: str) -> tuple[int, str]:
    done = clients.run(PROGRAM, *words, "--data", registry.data, more=dict(registry.settings))
    return done.code, done.text


def test_twine_publishes_and_pip_installs(
    registry: Server, clients: Clients, tmp_path: Path
) -> None:
    files = built(tmp_path / "dist", "parcel")
    uploaded = clients.twine(registry.url, registry.token, *files)
    assert uploaded.code == 0, uploaded.text
    target = tmp_path / "site"
    installed = clients.pip(
        clients.venv("fresh"),
        *("install", "--target", target, "--index-url", registry.index, "parcel==1.0"),
    )
    assert installed.code == 0, installed.text
    assert (target / "parcel-1.0.dist-info").is_dir()
    assert not (registry.data / "strongroom.sqlite3").exists()


def test_no_command_and_no_log_tells_the_password(registry: Server, clients: Clients) -> None:
    code, shown = ran(clients, registry, "config")
    assert (code, ":(hidden)@127.0.0.1" in shown) == (0, True)
    _, examined = ran(clients, registry, "doctor", "--json")
    subjects = {one["subject"] for one in json.loads(examined)}
    assert {"database", "encoding", "durability"} <= subjects
    told = shown + examined + registry.log.read_text()
    assert postgresql.PASSWORD not in told


def test_a_new_key_beside_an_old_database_is_refused(registry: Server, clients: Clients) -> None:
    keys = registry.data / "keys"
    aside = keys.rename(registry.data / "aside")
    code, told = ran(clients, registry, "init")
    assert (code, "[keys-missing]" in told) == (3, True)
    assert not keys.exists()
    aside.rename(keys)


def test_a_server_that_is_away_is_said_and_reads_go_on(
    registry: Server, database: postgresql.Server, tmp_path: Path
) -> None:
    body = wheel("parcel", "1.0")
    assert post(registry, wheel_filename("parcel", "1.0"), body)[0] == 200
    database.stop()
    try:
        later = wheel("parcel", "2.0")
        status, _, _ = post(registry, wheel_filename("parcel", "2.0"), later)
        assert status == 503
        assert registry.get("/api/v1/projects/pypi/parcel")[0] == 503
        assert registry.get("/search/?q=parcel")[0] == 503
        assert registry.get("/health/ready")[0] == 503
        assert registry.get("/simple/parcel/")[0] == 200
    finally:
        database.start()
    assert post(registry, wheel_filename("parcel", "2.0"), later)[0] == 200
    assert registry.get("/search/?q=parcel")[0] == 200
    assert b"parcel-2.0" in registry.get("/simple/parcel/")[2]
    assert postgresql.PASSWORD not in registry.log.read_text()


def test_without_a_server_a_command_says_so(
    database: postgresql.Server, clients: Clients, tmp_path: Path
) -> None:
    address = database.address("not-there")
    settings = {"STRONGROOM_DATABASE": address}
    done = clients.run(PROGRAM, "init", "--data", tmp_path / "data", more=settings)
    assert (done.code, "[database-unreachable]" in done.text) == (3, True)
    assert "Traceback" not in done.text
    assert postgresql.PASSWORD not in done.text
