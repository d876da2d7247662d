"""pip and uv install from the registry alone, and show what the registry has to say."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.fakes.distributions import Metadata, sdist, sdist_filename, wheel, wheel_filename
from tests.native.clients import UV, Clients, Ran
from tests.native.proxy import recorded
from tests.native.server import Server, program
from tests.native.uploads import publish

pytestmark = pytest.mark.native

CLIENTS = ["pip", "uv"]


def publish_wheel(server: Server, name: str, version: str, *requires: str) -> str:
    """Publish a small wheel; returns its digest."""
    body = wheel(name, version, metadata=Metadata(requires_dist=requires))
    return publish(server, wheel_filename(name, version), body)


def install(clients: Clients, client: str, python: Path, index: str, *what: str) -> Ran:
    """Install into an environment with one of the clients, from one index alone."""
    if client == "pip":
        return clients.pip(python, "install", "--index-url", index, *what)
    return clients.uv("pip", "install", "--python", python, "--default-index", index, *what)


@pytest.mark.parametrize("client", CLIENTS)
def test_a_project_comes_with_what_it_needs_and_every_hash_is_checked(
    server: Server, clients: Clients, client: str
) -> None:
    name = f"whole-{client}"
    needed = publish_wheel(server, f"{name}-needs", "2.0")
    digest = publish_wheel(server, name, "1.0", f"{name}-needs>=1")
    pinned = clients.home / "requirements.txt"
    lines = [f"{name}==1.0 --hash=sha256:{digest}", f"{name}-needs==2.0 --hash=sha256:{needed}"]
    pinned.write_text("\n".join(lines))
    python = clients.venv("env")
    ran = install(clients, client, python, server.index, "--require-hashes", "-r", str(pinned))
    assert ran.code == 0, ran.text
    module = f"{name.replace('-', '_')}_needs"
    assert clients.run(python, "-c", f"import {module}; print({module}.VALUE)").text == "1\n"


@pytest.mark.parametrize("client", CLIENTS)
def test_a_file_of_another_hash_is_not_installed(
    server: Server, clients: Clients, client: str
) -> None:
    publish_wheel(server, f"hashed-{client}", "1.0")
    pinned = clients.home / "requirements.txt"
    pinned.write_text(f"hashed-{client}==1.0 --hash=sha256:{'0' * 64}")
    python = clients.venv("env")
    ran = install(clients, client, python, server.index, "--require-hashes", "-r", str(pinned))
    assert ran.code != 0
    assert "hash" in ran.text.lower()


def test_uv_locks_and_syncs_a_project(server: Server, clients: Clients) -> None:
    publish_wheel(server, "locked-needs", "1.0")
    publish_wheel(server, "locked", "1.0", "locked-needs")
    project = clients.home / "project"
    project.mkdir()
    (project / "pyproject.toml").write_text(
        '[project]\nname = "mine"\nversion = "1"\nrequires-python = ">=3.11"\n'
        'dependencies = ["locked"]\n\n'
        f'[[tool.uv.index]]\nname = "ours"\nurl = "{server.index}"\ndefault = true\n'
    )
    # UV_NO_CONFIG would hide the index of the project itself.
    run = clients.environment() | {"UV_NO_CONFIG": "0"}
    for command in ("lock", "sync"):
        ran = clients.run(UV, command, cwd=project, more=run)
        assert ran.code == 0, ran.text
    lock = (project / "uv.lock").read_text()
    assert 'name = "locked-needs"' in lock
    assert "sha256:" in lock
    assert clients.run(UV, "lock", "--check", cwd=project, more=run).code == 0


@pytest.mark.parametrize("client", CLIENTS)
def test_metadata_is_fetched_before_the_wheel(
    server: Server, clients: Clients, client: str
) -> None:
    publish_wheel(server, f"sidecar-{client}", "1.0")
    python = clients.venv("env")
    with recorded(server.port) as (url, lines):
        ran = install(clients, client, python, f"{url}/simple/", f"sidecar-{client}")
    assert ran.code == 0, ran.text
    fetched = [line for line in lines if "/files/" in line]
    assert [line.rpartition(".")[2] for line in fetched] == ["metadata", "whl"], lines


@pytest.mark.parametrize("client", CLIENTS)
def test_a_yanked_release_is_installed_for_an_exact_pin_only_and_says_why(
    server: Server, clients: Clients, client: str
) -> None:
    name = f"yanked-{client}"
    for version in ("1.0", "1.1"):
        publish_wheel(server, name, version)
    program("project", "yank", "--data", server.data, name, "1.1", "--reason", "eats your files")
    python = clients.venv("env")
    assert install(clients, client, python, server.index, name).code == 0
    assert "1.0" in clients.uv("pip", "show", "--python", python, name).text
    ran = install(clients, client, python, server.index, f"{name}==1.1")
    assert ran.code == 0, ran.text
    assert "eats your files" in ran.text


@pytest.mark.parametrize("client", CLIENTS)
def test_a_quarantined_file_is_refused_with_the_reason(
    server: Server, clients: Clients, client: str
) -> None:
    name = f"taken-{client}"
    digest = publish_wheel(server, name, "1.0")
    program(
        *("project", "status", "--data", server.data, name, "quarantined"),
        *("--reason", "steals keys, case 42"),
    )
    place = f"{server.url}/files/pypi/{digest[:2]}/{digest[2:4]}/{digest[4:]}/"
    direct = f"{name} @ {place}{wheel_filename(name, '1.0')}"
    python = clients.venv("env")
    ran = install(clients, client, python, server.index, direct)
    assert ran.code != 0
    assert "steals keys, case 42" in ran.text
    assert install(clients, client, python, server.index, name).code != 0


@pytest.mark.parametrize("client", CLIENTS)
def test_what_is_newer_than_wanted_is_left_alone(
    server: Server, clients: Clients, client: str
) -> None:
    publish_wheel(server, f"timed-{client}", "1.0")
    python = clients.venv("env")
    option = "--uploaded-prior-to" if client == "pip" else "--exclude-newer"
    now = datetime.now(UTC)
    for moment, code in ((now - timedelta(hours=1), False), (now + timedelta(hours=1), True)):
        cut = moment.strftime("%Y-%m-%dT%H:%M:%SZ")
        ran = install(clients, client, python, server.index, f"timed-{client}", option, cut)
        assert (ran.code == 0) is code, ran.text


def test_pip_downloads_and_lists_versions(server: Server, clients: Clients) -> None:
    for version in ("1.0", "1.10", "2.0rc1"):
        publish_wheel(server, "listed", version)
    python = clients.venv("env")
    listed = clients.pip(python, "index", "versions", "listed", "--index-url", server.index)
    assert "Available versions: 1.10, 1.0" in listed.text
    ran = clients.pip(python, "download", "listed", "--no-deps", "--index-url", server.index)
    assert ran.code == 0, ran.text
    assert [path.name for path in clients.home.glob("*.whl")] == [wheel_filename("listed", "1.10")]


def test_an_sdist_is_downloaded_as_it_was_uploaded(server: Server) -> None:
    body = sdist("sourced", "1.0")
    digest = publish(server, sdist_filename("sourced", "1.0"), body)
    page = json.loads(server.get("/pypi/sourced/json")[2])
    assert page["urls"][0]["digests"]["sha256"] == digest
    address = page["urls"][0]["url"].removeprefix(server.url)
    assert server.get(address)[2] == body


@pytest.mark.parametrize("client", CLIENTS)
def test_a_project_that_is_not_there_is_said_to_be_missing(
    server: Server, clients: Clients, client: str
) -> None:
    ran = install(clients, client, clients.venv("env"), server.index, "never-published")
    assert ran.code != 0
    assert "never-published" in ran.text
