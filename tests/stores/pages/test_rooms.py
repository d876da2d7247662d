"""Two places as one: each path in its own, and no path from the open place into the closed one."""

from pathlib import Path

import pytest

from strongroom.core.errors import InvalidError
from strongroom.stores.blobs.disk import DiskBlobs
from strongroom.stores.pages.disk import CLOSED_MODE, DiskPages
from strongroom.stores.pages.rooms import Rooms, closed


@pytest.fixture
def rooms(tmp_path: Path) -> Rooms:
    blobs = DiskBlobs(tmp_path / "blobs")
    shut = DiskPages(tmp_path / "closed", blobs, CLOSED_MODE)
    return Rooms(DiskPages(tmp_path / "public", blobs), shut)


def body(rooms: Rooms, path: str) -> bytes | None:
    found = rooms.get(path)
    return found.body if found else None


def test_each_page_stands_in_its_own_place(rooms: Rooms) -> None:
    paths = ["a/1", closed("a/1"), closed("a/2"), "a/3"]
    rooms.put_all((path, path.encode()) for path in paths)
    rooms.put(closed("a/4"), b"four")
    assert [body(rooms, path) for path in paths] == [path.encode() for path in paths]
    assert rooms.open.get("a/2") is None
    assert rooms.closed.get("a/3") is None
    assert body(rooms, closed("a/4")) == b"four"
    assert rooms.shows(closed("a/1"), b"closed/a/1")
    assert rooms.is_whole(closed("a/1"))
    rooms.remove("a/1", closed("a/2"))
    assert sorted(one.name for one in rooms.walk()) == ["a/3", "closed/a/1", "closed/a/4"]


def test_one_folder_of_either_place_is_walked(rooms: Rooms) -> None:
    rooms.put_all([("a/1", b"1"), ("b/1", b"2"), (closed("a/1"), b"3"), (closed("b/1"), b"4")])
    walked = {under: [one.name for one in rooms.walk(under)] for under in ("a", "closed/a")}
    assert walked == {"a": ["a/1"], "closed/a": ["closed/a/1"]}
    assert sorted(one.name for one in rooms.walk("closed")) == ["closed/a/1", "closed/b/1"]
    rooms.discard("closed/a/1")
    assert rooms.get(closed("a/1")) is None


def test_files_are_put_up_in_their_own_place(rooms: Rooms, tmp_path: Path) -> None:
    blobs = DiskBlobs(tmp_path / "blobs")
    with blobs.receive() as incoming:
        incoming.write(b"bytes")
        incoming.keep()
        digest = incoming.digests().sha256
    files = {"f/1": digest, closed("f/1"): digest, closed("f/2"): "0" * 64}
    assert rooms.link(files) == {closed("f/2")}
    assert rooms.serves(closed("f/1"), digest, lambda _: None)
    rooms.unlink("f/1")
    assert rooms.find("f/1") is None
    assert rooms.find(closed("f/1")) is not None


def test_no_path_leads_from_the_open_place_into_the_closed_one(rooms: Rooms) -> None:
    rooms.put(closed("secret"), b"secret")
    assert rooms.open.get("closed/secret") is None
    for path in ("../closed/secret", "a/../../closed/secret", "/closed/secret"):
        with pytest.raises(InvalidError):
            rooms.open.get(path)
