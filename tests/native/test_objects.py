"""Registries over a real bucket, by commands and clients as people run them.

Over PostgreSQL there are two servers with a folder each, as on two machines.
"""

import json
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from shutil import copytree

import pytest

from tests.fakes import objects, postgresql
from tests.fakes.distributions import sdist, sdist_filename, wheel, wheel_filename
from tests.native.clients import Clients, Ran
from tests.native.server import PROGRAM, Server
from tests.native.uploads import post

PROGRAMS = postgresql.programs()
pytestmark = [pytest.mark.native, pytest.mark.objects]

CLIENTS = ["pip", "uv"]


def install(clients: Clients, client: str, index: str, *what: str) -> Ran:
    python = clients.venv("env")
    if client == "pip":
        return clients.pip(python, "install", "--index-url", index, *what)
    return clients.uv("pip", "install", "--python", python, "--default-index", index, *what)


def publish(clients: Clients, registry: Server, folder: Path, name: str) -> None:
    files = (folder / wheel_filename(name, "1.0"), folder / sdist_filename(name, "1.0"))
    files[0].write_bytes(wheel(name, "1.0"))
    files[1].write_bytes(sdist(name, "1.0"))
    uploaded = clients.twine(registry.url, registry.token, *files)
    assert uploaded.code == 0, uploaded.text


def ran(clients: Clients, registry: Server, *words: str) -> Ran:
    return clients.run(PROGRAM, *words, "--data", registry.data, more=dict(registry.settings))


@pytest.fixture(scope="module", params=["through", "redirected"])
def registry(
    request: pytest.FixtureRequest, object_store: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """Return a running registry over SQLite and a bucket, which serves files in both ways."""
    bucket = objects.address(object_store, secrets.token_hex(8))
    settings = {"STRONGROOM_OBJECTS": bucket, "STRONGROOM_WORKERS": "2"}
    if request.param == "redirected":
        settings["STRONGROOM_OBJECTS_REDIRECT"] = object_store
    running = Server(tmp_path_factory.mktemp("registry") / "data", settings=settings)
    running.make()
    running.start()
    yield running
    assert running.stop() == 0


@pytest.mark.parametrize("client", CLIENTS)
def test_what_twine_publishes_a_client_installs(
    registry: Server, clients: Clients, client: str, tmp_path: Path
) -> None:
    name = f"parcel{client}"
    publish(clients, registry, tmp_path, name)
    done = install(clients, client, registry.index, f"{name}==1.0")
    assert done.code == 0, done.text
    assert clients.run(clients.home / "env" / "bin" / "python", "-c", f"import {name}").code == 0


def test_a_large_file_goes_in_and_out(registry: Server, clients: Clients) -> None:
    body = wheel("large", "1.0", files={"large/noise": os.urandom(24 << 20)})
    assert post(registry, wheel_filename("large", "1.0"), body)[0] == 200
    done = clients.pip(
        clients.venv("env"), "download", "--index-url", registry.index, "--no-deps", "large"
    )
    assert done.code == 0, done.text
    assert (clients.home / wheel_filename("large", "1.0")).read_bytes() == body


def test_no_command_and_no_log_tells_the_secret(registry: Server, clients: Clients) -> None:
    shown, examined = ran(clients, registry, "config").text, ran(clients, registry, "doctor")
    assert f"s3://{objects.KEY}:(hidden)@127.0.0.1" in shown
    told = shown + examined.text + registry.log.read_text()
    assert "correct-horse" not in told


def test_commands_work_beside_the_server(
    registry: Server, clients: Clients, tmp_path: Path
) -> None:
    publish(clients, registry, tmp_path, "bad")
    assert ran(clients, registry, "scrub").code == 0
    assert ran(clients, registry, "rebuild").code == 0
    swept = ran(clients, registry, "sweep", "--older-than", "0", "--json")
    assert json.loads(swept.text)["files"] == []
    done = ran(clients, registry, "project", "status", "bad", "quarantined", "--reason", "malware")
    assert done.code == 0, done.text
    assert b".whl" not in registry.get("/simple/bad/")[2]


@pytest.mark.skipif(PROGRAMS is None, reason="PostgreSQL is not installed")
def test_two_machines_serve_one_registry(bucket: str, clients: Clients, tmp_path: Path) -> None:
    assert PROGRAMS is not None
    with postgresql.running(PROGRAMS) as database:
        settings = {
            "STRONGROOM_OBJECTS": bucket,
            "STRONGROOM_DATABASE": database.create("two"),
            "STRONGROOM_PUBLIC_URL": "http://registry.test",
            "STRONGROOM_ALLOWED_HOSTS": "127.0.0.1",
        }
        one = Server(tmp_path / "one", settings=settings)
        two = Server(tmp_path / "two", settings=settings)
        one.make()
        copytree(one.data / "keys", two.data / "keys")
        two.data.chmod(0o700)
        for server in (one, two):
            server.start()
        publish(clients, one, tmp_path, "parcel")
        done = install(clients, "uv", two.index, "parcel==1.0")
        assert done.code == 0, done.text
        ran(clients, two, "project", "status", "parcel", "quarantined", "--reason", "malware")
        assert [b".whl" in each.get("/simple/parcel/")[2] for each in (one, two)] == [False] * 2
        assert [server.stop() for server in (one, two)] == [0, 0]
