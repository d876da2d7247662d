"""pip, uv and twine with a private project: credentials go where they must, and are enough."""

import json
from pathlib import Path

import pytest

from tests.fakes.distributions import Metadata, wheel, wheel_filename
from tests.native.clients import UV, Clients, Ran
from tests.native.server import Server, program
from tests.native.uploads import publish

pytestmark = pytest.mark.native

NAME, NEEDED = "hidden-vault", "open-hinge"
FILE = wheel_filename(NAME, "1.0")
BYTES = wheel(NAME, "1.0", metadata=Metadata(requires_dist=(f"{NEEDED}>=1",)))


@pytest.fixture(scope="module")
def vault(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a private project and upload to it; returns the wheel."""
    publish(server, wheel_filename(NEEDED, "1.0"), wheel(NEEDED, "1.0"))
    over = ("--data", server.data)
    program("project", "create", *over, NAME, "--owner", "alice", "--private")
    for name in ("bob", "eve"):
        program("user", "create", *over, name, "--email", f"{name}@example.org")
        program("user", "enrol", *over, name)
    program("project", "appoint", *over, NAME, "bob", "--role", "reader")
    file = tmp_path_factory.mktemp("vault") / FILE
    file.write_bytes(BYTES)
    return file


def token(server: Server, user: str) -> str:
    """Return a token that reads the project and does nothing else."""
    limits = ("--project", NAME, "--action", "read")
    return program("token", "create", "--data", server.data, "--user", user, *limits)


def install(clients: Clients, client: str, python: Path, index: str) -> Ran:
    if client == "pip":
        return clients.pip(python, "install", "--index-url", index, NAME)
    return clients.uv("pip", "install", "--python", python, "--default-index", index, NAME)


def with_token(server: Server, text: str) -> str:
    return server.index.replace("http://", f"http://__token__:{text}@")


def test_twine_uploads_to_it_and_uv_sees_that_it_did(
    server: Server, clients: Clients, vault: Path
) -> None:
    ran = clients.twine(server.url, server.token, vault)
    assert ran.code == 0, ran.text
    eve = program("token", "create", "--data", server.data, "--user", "eve")
    refused = clients.twine(server.url, eve, vault)
    assert f"Nobody may take the name {NAME}" in refused.text
    check = with_token(server, token(server, "bob"))
    ran = clients.run(
        *(UV, "publish", "--publish-url", f"{server.url}/legacy/", "--token", server.token),
        *("--trusted-publishing", "never", "--check-url", check, vault),
    )
    assert ran.code == 0, ran.text
    assert "already exists" in ran.text


@pytest.mark.parametrize("client", ["pip", "uv"])
def test_a_reader_installs_it_with_what_it_needs_and_others_find_no_such_project(
    server: Server, clients: Clients, vault: Path, client: str
) -> None:
    clients.twine(server.url, server.token, vault)
    python = clients.venv("env")
    eve = token(server, "eve")
    for index in (server.index, with_token(server, eve)):
        ran = install(clients, client, python, index)
        assert ran.code != 0
        assert "404" in ran.text or "not found" in ran.text.lower() or "No matching" in ran.text
    bob = token(server, "bob")
    ran = install(clients, client, python, with_token(server, bob))
    assert ran.code == 0, ran.text
    module = NAME.replace("-", "_")
    assert clients.run(python, "-c", f"import {module}, open_hinge; print(1)").text == "1\n"
    assert bob not in ran.text


@pytest.mark.parametrize("client", ["pip", "uv"])
def test_netrc_is_enough(server: Server, clients: Clients, vault: Path, client: str) -> None:
    clients.twine(server.url, server.token, vault)
    netrc = clients.home / ".netrc"
    secret = token(server, "bob")
    netrc.write_text(f"machine 127.0.0.1\nlogin __token__\npassword {secret}\n")
    netrc.chmod(0o600)
    ran = install(clients, client, clients.venv("env"), server.index)
    assert ran.code == 0, ran.text


def test_pages_and_files_are_asked_for_again_and_served_in_parts(
    server: Server, clients: Clients, vault: Path
) -> None:
    clients.twine(server.url, server.token, vault)
    asked = {
        "Authorization": f"Bearer {token(server, 'bob')}",
        "Accept": "application/vnd.pypi.simple.v1+json",
    }
    page, body = server.ask("GET", f"/simple/{NAME}/", None, asked)
    assert page.status == 200
    again = asked | {"If-None-Match": page.headers["ETag"]}
    assert server.ask("GET", f"/simple/{NAME}/", None, again)[0].status == 304
    place = json.loads(body)["files"][0]["url"].replace("../../", "/")
    part, some = server.ask("GET", place, None, asked | {"Range": "bytes=2-5"})
    assert (part.status, some) == (206, BYTES[2:6])
    assert part.headers["Cache-Control"] == "private, no-cache"
    assert server.ask("GET", f"{place}.metadata", None, asked)[0].status == 200
    assert server.ask("HEAD", place, None, asked)[0].headers["Content-Length"] == str(len(BYTES))
    assert server.get(place)[0] == 404
