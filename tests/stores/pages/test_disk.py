"""Pages as files: replaced whole, compressed only if true, cached only while the same."""

import gzip
import os
import stat
import threading
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from strongroom.core.errors import InvalidError, UnavailableError
from strongroom.stores.blobs.disk import DiskBlobs
from strongroom.stores.pages.disk import DiskPages
from tests.fakes.folders import blob_place, disk_pages
from tests.fakes.full_disks import full_disk

LONG = b"the same line again\n" * 200


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "public"


@pytest.fixture
def pages(folder: Path) -> DiskPages:
    return disk_pages(folder)


def body(pages: DiskPages, path: str) -> bytes:
    stored = pages.get(path)
    assert stored is not None
    return stored.body


@given(st.text(max_size=40))
@settings(
    deadline=None, max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_no_path_leads_outside(tmp_path: Path, path: str) -> None:
    folder = tmp_path / "public"
    try:
        place = disk_pages(folder).place(path)
    except InvalidError:
        return
    assert folder.resolve() in place.resolve().parents


def test_a_page_below_a_page_cannot_be_put_and_is_told(pages: DiskPages) -> None:
    pages.put("a", b"x")
    with pytest.raises(UnavailableError):
        pages.put("a/b", b"y")
    assert body(pages, "a") == b"x"


def test_no_two_pages_of_an_address_are_written_in_the_same_second(
    pages: DiskPages, folder: Path
) -> None:
    # A web server's entity tag is made of the second and the size, of a page or its gzip form.
    seconds = []
    for number in range(5):
        pages.put("a", LONG + b"%d" % number)
        seconds += [int((folder / name).stat().st_mtime) for name in ("a", "a.gz")]
    assert seconds[0::2] == seconds[1::2]
    assert len(set(seconds)) == 5
    assert seconds == sorted(seconds)


def test_what_is_public_can_be_read_whatever_the_mask(folder: Path) -> None:
    before = os.umask(0o077)
    try:
        disk_pages(folder).put("simple/parcel/index.html", LONG)
    finally:
        os.umask(before)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.rglob("*")}
    assert modes["index.html"] == modes["index.html.gz"] == 0o644
    assert modes["simple"] == modes["parcel"] == stat.S_IMODE(folder.stat().st_mode) == 0o755
    assert stat.S_IMODE(folder.parent.stat().st_mode) & 0o077 == 0


def test_a_page_that_shrinks_loses_its_compressed_form(pages: DiskPages, folder: Path) -> None:
    pages.put("a", LONG)
    pages.put("a", b"short")
    assert sorted(path.name for path in folder.iterdir()) == ["a"]


@pytest.mark.parametrize(
    "packed",
    [
        gzip.compress(LONG + b"more"),
        b"not gzip",
        gzip.compress(LONG)[:-9],
        gzip.compress(LONG)[:12] + b"\xff" * 40,
        b"",
    ],
    ids=["other", "foreign", "cut", "spoilt", "empty"],
)
def test_a_compressed_form_that_is_not_the_page_is_not_served(
    pages: DiskPages, folder: Path, packed: bytes
) -> None:
    pages.put("a", LONG)
    (folder / "a.gz").write_bytes(packed)
    stored = pages.get("a")
    assert stored is not None
    assert (stored.body, stored.compressed) == (LONG, None)


def test_a_page_replaced_by_another_process_is_read_anew(pages: DiskPages, folder: Path) -> None:
    elsewhere = disk_pages(folder)
    for number in range(200):  # the same size each time, and recycled inodes
        elsewhere.put("a", b"%05d" % number)
        assert body(pages, "a") == b"%05d" % number


def test_a_removed_page_is_gone_with_its_compressed_form(pages: DiskPages, folder: Path) -> None:
    pages.put("a", LONG)
    assert pages.get("a")
    pages.remove("a")
    assert pages.get("a") is None
    assert list(folder.iterdir()) == []


def test_removing_what_is_not_there_is_no_error(pages: DiskPages) -> None:
    pages.put("a", b"x")
    for path in ("b", "a/b", "x/y/z"):
        pages.remove(path)
    assert body(pages, "a") == b"x"


def test_a_reader_never_sees_half_a_page(pages: DiskPages, folder: Path) -> None:
    # Each version is one letter many times, so that a mixture would show.
    versions = [
        bytes([letter]) * size for letter, size in zip(b"abcd", (9, 700, 9000), strict=False)
    ]
    pages.put("a", versions[0])
    done = threading.Event()

    def write() -> None:
        writer = disk_pages(folder)
        for number in range(300):
            writer.put("a", versions[number % len(versions)])
        done.set()

    thread = threading.Thread(target=write)
    thread.start()
    while not done.is_set():
        stored = pages.get("a")
        assert stored is not None
        assert stored.body in versions
        assert stored.compressed is None or gzip.decompress(stored.compressed) == stored.body
    thread.join()


def test_a_full_disk_leaves_the_old_page_and_nothing_else(pages: DiskPages, folder: Path) -> None:
    pages.put("a", b"old")
    with full_disk(at=100), pytest.raises(UnavailableError) as caught:
        pages.put("a", os.urandom(500))
    assert caught.value.code == "storage-full"
    assert body(pages, "a") == b"old"
    assert [path.name for path in folder.iterdir()] == ["a"]
    pages.put("a", b"new")
    assert body(pages, "a") == b"new"


def test_a_file_on_the_shelf_is_the_blob_itself(pages: DiskPages, tmp_path: Path) -> None:
    with DiskBlobs(tmp_path / "blobs").receive() as incoming:
        incoming.write(b"bytes")
        incoming.keep()
        digest = incoming.digests().sha256
    for _ in range(2):  # a second time changes nothing
        pages.link({"files/parcel.box": digest})
    place, blob = pages.place("files/parcel.box"), blob_place(tmp_path, digest)
    assert place.stat().st_ino == blob.stat().st_ino
    assert blob.stat().st_nlink == 2


def test_a_file_that_cannot_be_put_up_is_told(pages: DiskPages, tmp_path: Path) -> None:
    with DiskBlobs(tmp_path / "blobs").receive() as incoming:
        incoming.write(b"bytes")
        incoming.keep()
        digest = incoming.digests().sha256
    (tmp_path / "public").mkdir()
    (tmp_path / "public" / "files").write_bytes(b"a file where the folder should be")
    with pytest.raises(UnavailableError) as caught:
        pages.link({"files/parcel.box": digest})
    assert caught.value.code == "storage-failed"


def test_a_disk_that_does_not_answer_is_not_told_as_absence(folder: Path) -> None:
    # To a client "not there" means: look for the package elsewhere.
    folder.mkdir()
    (folder / "a").symlink_to("/proc/self/mem")
    with pytest.raises(UnavailableError):
        disk_pages(folder).get("a")


def test_a_page_that_goes_between_look_and_read_is_none(folder: Path) -> None:
    folder.mkdir()
    (folder / "a").mkdir()
    assert disk_pages(folder).get("a") is None


def test_a_removal_that_fails_is_told(pages: DiskPages, folder: Path) -> None:
    (folder / "files").mkdir(parents=True)
    (folder / "proc").symlink_to("/proc/self")
    with pytest.raises(UnavailableError):
        pages.remove("proc/status")
