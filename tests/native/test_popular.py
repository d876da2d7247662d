"""Real distributions go in with twine and uv, and come out with pip and uv, hashes checked."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.utils import canonicalize_name, parse_sdist_filename, parse_wheel_filename

from tests.native.clients import UV, Clients
from tests.native.popular import INSTALLED, fetched
from tests.native.server import Server

pytestmark = pytest.mark.native

USED = "import boto3, cryptography.fernet, django, flask, numpy, requests; print('all there')"


def project_of(file: Path) -> str:
    """Return the project that a file belongs to."""
    parse = parse_wheel_filename if file.suffix == ".whl" else parse_sdist_filename
    return str(canonicalize_name(parse(file.name)[0]))


@pytest.fixture(scope="module")
def stocked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, list[Path]]]:
    """Return a registry into which twine and uv have published each a half of the files."""
    files = fetched()
    running = Server(tmp_path_factory.mktemp("popular") / "data")
    running.make()
    running.start()
    clients = Clients(tmp_path_factory.mktemp("home"))
    for upload, half in ((clients.twine, files[::2]), (clients.uv_publish, files[1::2])):
        ran = upload(running.url, running.token, *half)
        assert ran.code == 0, ran.text
    yield running, files
    assert running.stop() == 0


def test_every_file_is_listed_with_its_metadata(stocked: tuple[Server, list[Path]]) -> None:
    server, files = stocked
    for file in files:
        told = json.loads(server.get(f"/pypi/{project_of(file)}/json")[2])
        assert file.name in {one["filename"] for one in told["urls"]}
        assert told["info"]["summary"]
        assert told["info"]["description"]


def test_every_project_has_a_page_with_its_description(stocked: tuple[Server, list[Path]]) -> None:
    server, files = stocked
    for name in {project_of(file) for file in files}:
        status, _, body = server.get(f"/project/{name}/")
        assert status == 200
        assert b"This registry could not" not in body


@pytest.mark.parametrize("client", ["pip", "uv"])
def test_they_are_installed_from_this_registry_alone_with_hashes_checked(
    stocked: tuple[Server, list[Path]], clients: Clients, client: str
) -> None:
    server, _ = stocked
    wanted, pinned = clients.home / "wanted.txt", clients.home / "pinned.txt"
    wanted.write_text("\n".join(INSTALLED))
    options = ("--default-index", server.index, "--generate-hashes", "--no-annotate", "--quiet")
    ran = clients.uv("pip", "compile", wanted, "--output-file", pinned, *options)
    assert ran.code == 0, ran.text
    python = clients.venv("env")
    checked = ("--require-hashes", "-r", pinned)
    if client == "pip":
        ran = clients.pip(python, "install", "--index-url", server.index, *checked)
    else:
        from_here = ("--python", python, "--default-index", server.index)
        ran = clients.run(UV, "pip", "install", *from_here, *checked)
    assert ran.code == 0, ran.text
    assert clients.run(python, "-c", USED).text == "all there\n"
