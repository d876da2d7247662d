"""`scrub`, `sweep` and `backup` over the test's registry; `restore` is tested with the server."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from strongroom.packages.publishing.pipeline import publish
from strongroom.packages.publishing.steps import Upload
from strongroom.people.accounts.users import find_user
from strongroom.site.assembly import house
from tests.cli.conftest import Strongroom
from tests.fakes.distributions import wheel, wheel_filename
from tests.fakes.folders import blob_place
from tests.fakes.people import sure
from tests.settings import DATA

MADE = ("blobs", "public")


@pytest.fixture
def place(alice: Strongroom) -> Iterator[Path]:
    """Publish a file where other tests have left nothing, and return where its blob stands."""
    for folder in MADE:
        shutil.rmtree(DATA / folder, ignore_errors=True)
    desk = house().desk
    with desk.blobs.receive() as incoming:
        incoming.write(wheel("example", "1.0"))
        filename = wheel_filename("example", "1.0")
        actor = sure(find_user("alice"), "test")
        digest = publish(Upload(actor, "pypi", filename, {}, incoming), desk).sha256
    yield blob_place(DATA, digest)
    for folder in MADE:
        shutil.rmtree(DATA / folder)


@pytest.fixture
def damaged(place: Path) -> Path:
    """Damage the file."""
    place.chmod(0o600)
    place.write_bytes(b"other bytes")
    return place


def test_a_scrub_says_what_it_read(registry: Strongroom, place: Path) -> None:
    ended = registry("scrub")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.startswith("Read 2 blobs, ")
    assert ended.out.endswith("Every published file is whole.\n")


def test_a_scrub_that_finds_damage_fails_and_names_it(registry: Strongroom, damaged: Path) -> None:
    ended = registry("scrub")
    assert ended.code == 1
    assert "example-1.0-py3-none-any.whl  altered  no" in ended.out
    assert "1 files are damaged and served to nobody" in ended.err
    (found,) = registry("scrub", "--json").json()["damaged"]
    assert (found["project"], found["fault"]) == ("pypi:example", "missing")


def test_a_scrub_that_repairs_succeeds(registry: Strongroom, place: Path, tmp_path: Path) -> None:
    copy = tmp_path / place.relative_to(DATA)
    copy.parent.mkdir(parents=True)
    copy.write_bytes(place.read_bytes())
    place.unlink()
    ended = registry("scrub", "--repair-from", str(tmp_path), "--rate", "1000")
    assert (ended.code, "missing  yes" in ended.out) == (0, True)


def test_a_scrub_says_what_it_put_right(registry: Strongroom, place: Path) -> None:
    (DATA / "public" / "simple" / "example" / "index.html").unlink()
    (link,) = (DATA / "public" / "files").rglob("*.whl")
    link.unlink()
    told = registry("scrub").out
    assert "Replaced on the shelf: files/pypi/" in told
    assert "Rendered anew: simple/example/index.html" not in told  # with the file, a moment before
    (DATA / "public" / "simple" / "example" / "index.html").unlink()
    assert "Rendered anew: simple/example/index.html" in registry("scrub").out


def test_a_sweep_names_and_removes_only_when_told_to(registry: Strongroom, place: Path) -> None:
    stray = DATA / "public" / "stray"
    stray.write_bytes(b"x" * 7)
    told = registry("sweep", "--older-than", "0")
    assert (told.code, "7 bytes; --yes removes them." in told.out) == (0, True)
    assert stray.exists()
    gone = registry("sweep", "--older-than", "0", "--yes", "--json").json()
    assert gone == {"removed": True, "files": [{"sort": "page", "name": "stray", "size": 7}]}
    assert not stray.exists()


def test_a_backup_says_what_it_holds(registry: Strongroom, tmp_path: Path) -> None:
    ended = registry("backup", str(tmp_path / "to"))
    assert ended.code == 0
    assert "This backup holds the keys" in ended.err
    assert "manifest_sha256" in ended.out
    bare = registry("backup", "--without-keys", "--verify", "--json", str(tmp_path / "to"))
    assert (bare.json()["keys"], bare.err) == (False, "")


def test_what_is_no_backup_is_not_restored(registry: Strongroom, tmp_path: Path) -> None:
    ended = registry("restore", str(tmp_path))
    assert (ended.code, "[backup-incomplete]" in ended.err) == (3, True)
