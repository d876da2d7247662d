"""The commands of imports."""

import hashlib
import json
from pathlib import Path

import pytest

from tests.cli.conftest import Strongroom
from tests.fakes.distributions import sdist, sdist_filename, wheel, wheel_filename
from tests.fakes.exports import LONG_AGO, dated, devpi_export, exported, tree
from tests.fakes.servers import answer, serving

ALICE = ("--owner", "alice")


@pytest.fixture
def dist(tmp_path: Path) -> Path:
    """Return a folder with one wheel."""
    dated(tmp_path / "dist" / wheel_filename("parcel", "1.0"), wheel("parcel", "1.0"))
    return tmp_path / "dist"


def test_a_folder_is_imported_and_told(alice: Strongroom, dist: Path) -> None:
    ended = alice("import", "folder", *ALICE, str(dist))
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.startswith("1 files imported (")
    assert ended.out.endswith("0 were here, 0 refused, 0 releases yanked.\n")
    shown = alice("project", "show", "parcel", "--json").json()
    assert shown["releases"][0]["published_at"] == LONG_AGO.isoformat()
    assert shown["people"] == [{"name": "alice", "role": "owner"}]


def test_the_same_command_again_finds_all_here(alice: Strongroom, dist: Path) -> None:
    alice("import", "folder", *ALICE, str(dist))
    report = alice("import", "folder", *ALICE, "--json", str(dist)).json()
    assert (report["imported"], report["present"], report["refused"]) == (0, 1, [])


def test_a_refusal_is_told_and_is_the_exit_code(alice: Strongroom, dist: Path) -> None:
    dated(dist / "bad-1.0.tar.gz", b"no archive")
    dated(dist / "read\x1bme.txt", b"x")
    ended = alice("import", "folder", *ALICE, str(dist))
    assert ended.code == 1
    refused, remark = ended.err.splitlines()
    assert refused.startswith("refused: bad-1.0.tar.gz: ")
    assert remark == "note: 1 files of the folder are no distributions and were left."
    assert ended.out.startswith("1 files imported")


def test_a_dry_run_publishes_nothing(alice: Strongroom, dist: Path) -> None:
    ended = alice("import", "folder", *ALICE, "--dry-run", str(dist))
    assert (ended.code, ended.out[:23]) == (0, "1 files would be import")
    assert alice("project", "list", "--json").json() == []


def test_files_can_be_dated_now(alice: Strongroom, dist: Path) -> None:
    alice("import", "folder", *ALICE, "--times", "now", str(dist))
    shown = alice("project", "show", "parcel", "--json").json()
    assert shown["releases"][0]["published_at"] > "2026"


def test_a_tree_of_pypiserver_is_imported(alice: Strongroom, tmp_path: Path) -> None:
    report = alice("import", "pypiserver", *ALICE, "--json", str(tree(tmp_path))).json()
    assert (report["imported"], report["refused"]) == (3, [])


def test_an_export_of_devpi_is_imported(alice: Strongroom, tmp_path: Path) -> None:
    files = [exported("parcel", "1.0")]
    both = devpi_export(tmp_path, {"alice/dev": files, "alice/prod": files})
    ended = alice("import", "devpi", *ALICE, str(both))
    assert (ended.code, "[import-index-ambiguous]" in ended.err) == (1, True)
    names = ("--index", "alice/dev", "--index", "alice/prod")
    report = alice("import", "devpi", *ALICE, *names, "--json", str(both)).json()
    assert (report["imported"], report["present"]) == (1, 1)


def test_an_index_is_imported_with_credentials(alice: Strongroom, tmp_path: Path) -> None:
    body = sdist("parcel", "1.0")
    name = sdist_filename("parcel", "1.0")
    sha256 = f"sha256={hashlib.sha256(body).hexdigest()}"
    login = tmp_path / "login"
    login.write_text("alice:secret\n")
    routes = {
        "/simple/": answer(b'<a href="parcel/">parcel</a>', "text/html"),
        "/simple/parcel/": answer(f'<a href="/f/{name}#{sha256}">x</a>'.encode(), "text/html"),
        f"/f/{name}": answer(body),
    }
    words = ("import", "index", *ALICE, "--json", "--all", "--login", str(login))
    with serving(routes) as server:
        refused = alice(*words, f"{server.url}/simple/")
        assert (refused.code, "[outside-address-refused]" in refused.err) == (1, True)
        allowed = ("--allow-network", "127.0.0.0/8")
        report = alice(*words, *allowed, f"{server.url}/simple/").json()
    assert (report["imported"], report["refused"]) == (1, [])
    assert all("Authorization: Basic" in one for one in server.requests)


@pytest.mark.parametrize("words", [(), ("parcel", "--all")])
def test_names_or_all_must_be_said(alice: Strongroom, words: tuple[str, ...]) -> None:
    ended = alice("import", "index", *ALICE, "https://index.example.org/simple/", *words)
    assert (ended.code, "[import-names-missing]" in ended.err) == (1, True)


@pytest.mark.parametrize("text", ["", "nobody", "a:b\nc:d"])
def test_a_login_that_is_none_is_told(alice: Strongroom, tmp_path: Path, text: str) -> None:
    (tmp_path / "login").write_text(text)
    url = "https://index.example.org/simple/"
    ended = alice("import", "index", *ALICE, "--login", str(tmp_path / "login"), url, "parcel")
    assert (ended.code, "[import-login-unreadable]" in ended.err) == (3, True)
    (tmp_path / "login").unlink()
    assert alice("import", "index", *ALICE, "--login", str(tmp_path), url, "parcel").code == 3


def test_an_owner_who_is_not_there_is_told(registry: Strongroom, dist: Path) -> None:
    ended = registry("import", "folder", "--owner", "nobody-here", str(dist))
    assert (ended.code, "[no-such-user]" in ended.err) == (4, True)


def test_a_report_is_json_as_a_whole(alice: Strongroom, dist: Path) -> None:
    dated(dist / "bad-1.0.tar.gz", b"no archive")
    ended = alice("import", "folder", *ALICE, "--json", "--dry-run", str(dist))
    report = json.loads(ended.out)
    assert set(report) == {
        *("dry_run", "files", "imported", "present", "bytes", "yanked", "refused", "notes")
    }
    assert set(report["refused"][0]) == {"filename", "place", "code", "sentence"}
