"""twine and uv publish, and show why not where they must not."""

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from pathlib import Path

import pytest
from werkzeug.test import encode_multipart

from tests.fakes.bad_archives import CASES
from tests.fakes.distributions import sdist, sdist_filename, wheel, wheel_filename
from tests.fakes.registry import form
from tests.native.clients import Clients
from tests.native.server import PATIENCE, Server
from tests.native.uploads import BOUNDARY, headers, post

pytestmark = pytest.mark.native

CLIENTS = ["twine", "uv"]
SHOWN = {
    "file-not-in-record": "RECORD does not list the file 'bad_case.py'.",
    "windows-device": "The member name 'folder/nul.txt' cannot exist on Windows.",
    "metadata-of-another-name": "The file is named for 'bad-case', its metadata for 'other-case'.",
    "hard-link": "The member 'bad_case-1.0/link.py' is a hard link.",
    "tar-and-zip": "The tar file can be opened as a zip file as well.",
    "two-gzip-members": "Other bytes follow the compressed data, where nothing belongs.",
}


def written(folder: Path, filename: str, body: bytes) -> Path:
    """Write a file for a client to upload."""
    folder.mkdir(exist_ok=True)
    path = folder / filename
    path.write_bytes(body)
    return path


def built(folder: Path, name: str, version: str) -> tuple[Path, Path]:
    """Write a wheel and an sdist for a client to upload."""
    return (
        written(folder, wheel_filename(name, version), wheel(name, version)),
        written(folder, sdist_filename(name, version), sdist(name, version)),
    )


@pytest.mark.parametrize("client", CLIENTS)
def test_a_wheel_and_an_sdist_are_published_and_listed(
    server: Server, clients: Clients, tmp_path: Path, client: str
) -> None:
    files = built(tmp_path / "dist", f"both-{client}", "1.0")
    upload = clients.twine if client == "twine" else clients.uv_publish
    ran = upload(server.url, server.token, *files)
    assert ran.code == 0, ran.text
    page = server.get(f"/simple/both-{client}/")[2].decode()
    assert all(file.name in page for file in files)


@pytest.mark.parametrize("client", CLIENTS)
def test_the_same_files_again_are_no_error(
    server: Server, clients: Clients, tmp_path: Path, client: str
) -> None:
    files = built(tmp_path / "dist", f"twice-{client}", "1.0")
    upload = clients.twine if client == "twine" else clients.uv_publish
    assert [upload(server.url, server.token, *files).code for _ in range(2)] == [0, 0]


@pytest.mark.parametrize("client", CLIENTS)
def test_the_same_name_with_other_bytes_is_refused_in_words(
    server: Server, clients: Clients, tmp_path: Path, client: str
) -> None:
    name = f"other-{client}"
    upload = clients.twine if client == "twine" else clients.uv_publish
    first, _ = built(tmp_path / "dist", name, "1.0")
    assert upload(server.url, server.token, first).code == 0
    first.write_bytes(wheel(name, "1.0", files={"more.py": b""}))
    ran = upload(server.url, server.token, first)
    assert ran.code != 0
    assert f"The file {first.name} already exists with other content." in ran.text
    assert "File names are never used again; publish a new version." in ran.text


def test_uv_skips_what_the_check_url_lists_already(
    server: Server, clients: Clients, tmp_path: Path
) -> None:
    files = built(tmp_path / "dist", "checked", "1.0")
    assert clients.uv_publish(server.url, server.token, *files).code == 0
    ran = clients.uv_publish(server.url, "no-token", "--check-url", server.index, *files)
    assert ran.code == 0, ran.text
    assert "already exists, skipping" in ran.text


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("size", [1_000, 50_000_000])
def test_an_invalid_token_is_told_and_not_drowned_in_a_broken_pipe(
    server: Server, clients: Clients, tmp_path: Path, client: str, size: int
) -> None:
    body = wheel("huge", "1.0", files={"huge.bin": hashlib.shake_256(b"x").digest(size)})
    file = written(tmp_path / "dist", wheel_filename("huge", "1.0"), body)
    upload = clients.twine if client == "twine" else clients.uv_publish
    ran = upload(server.url, server.token[:-4] + "AAAA", file)
    assert ran.code != 0
    assert "token" in ran.text.partition("403")[2], ran.text


def test_every_bad_archive_is_refused_with_a_sentence(server: Server) -> None:
    for case in CASES:
        status, reason, told = post(server, case.filename, case.build())
        # What holds together and is refused all the same is forbidden by policy, not malformed.
        expected = 403 if case.name == "top-level-pth-file" else 400
        assert (case.name, status) == (case.name, expected)
        assert reason.isascii()
        assert len(reason) > 30
        assert json.loads(told)["detail"].startswith(reason[:20])
    assert server.get("/simple/bad-case/")[0] == 404


@pytest.mark.parametrize("client", CLIENTS)
def test_a_bad_archive_is_refused_in_words_that_the_client_shows(
    server: Server, clients: Clients, tmp_path: Path, client: str
) -> None:
    upload = clients.twine if client == "twine" else clients.uv_publish
    for name, sentence in SHOWN.items():
        case = next(case for case in CASES if case.name == name)
        file = written(tmp_path / name, case.filename, case.build())
        ran = upload(server.url, server.token, file)
        assert ran.code != 0
        assert sentence in ran.text


def test_twine_shows_what_uv_does_not_even_send(
    server: Server, clients: Clients, tmp_path: Path
) -> None:
    case = next(case for case in CASES if case.name == "trailing-bytes")
    file = written(tmp_path / "dist", case.filename, case.build())
    assert "Other bytes follow the end of the zip file." in (
        clients.twine(server.url, server.token, file).text
    )


def test_a_client_that_reads_no_answer_before_all_is_sent_gets_it_too(server: Server) -> None:
    wrong = {"Authorization": "Bearer none", "Content-Type": "multipart/form-data"}
    assert server.send("POST", "/legacy/", bytes(50_000_000), wrong)[0] == 403


def test_an_upload_in_chunks_of_unknown_number_is_published(server: Server) -> None:
    body, name = wheel("chunked", "1.0"), wheel_filename("chunked", "1.0")
    sent = encode_multipart(form(name, body), boundary=BOUNDARY)[1]
    connection = HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE)
    connection.request("POST", "/legacy/", iter([sent[:100], sent[100:]]), headers(server))
    assert connection.getresponse().status == 200
    connection.close()


def test_many_uploads_at_once_are_each_published_once(server: Server) -> None:
    files = [(wheel_filename("crowd", f"1.{n}"), wheel("crowd", f"1.{n}")) for n in range(8)]
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda file: post(server, *file), [*files, *files]))
    assert {status for status, _, _ in answers} == {200}
    assert sum(told.startswith(b"Published") for _, _, told in answers) == len(files)
    page = server.get("/simple/crowd/")[2].decode()
    assert all(page.count(f">{name}<") == 1 for name, _ in files)


def test_what_is_only_remarkable_is_published_with_a_warning(server: Server) -> None:
    name, body = wheel_filename("coverage", "1.0"), wheel("coverage", "1.0", files={"a.pth": b"\n"})
    status, _, told = post(server, name, body)
    assert status == 200
    assert "Python runs this file at every start" in told.decode()
