"""Bytes by digest: durable before acknowledged, one inode for ever, nothing left of a failure."""

import hashlib
import os
import threading
import time
from pathlib import Path

import pytest

from strongroom.core.errors import UnavailableError
from strongroom.stores.blobs.disk import DiskBlobs
from tests.fakes.full_disks import full_disk

BYTES = b"what is kept never changes"
DIGEST = hashlib.sha256(BYTES).hexdigest()


@pytest.fixture
def blobs(tmp_path: Path) -> DiskBlobs:
    return DiskBlobs(tmp_path / "blobs")


def keep(blobs: DiskBlobs, data: bytes) -> str:
    with blobs.receive() as incoming:
        incoming.write(data)
        incoming.keep()
        return incoming.digests().sha256


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_a_blob_stands_two_folders_deep_under_its_digest(blobs: DiskBlobs, tmp_path: Path) -> None:
    keep(blobs, BYTES)
    expected = tmp_path / "blobs" / "sha256" / DIGEST[:2] / DIGEST[2:4] / DIGEST
    assert blobs.location(DIGEST) == expected
    assert expected.read_bytes() == BYTES


def test_a_blob_cannot_be_written_to(blobs: DiskBlobs) -> None:
    keep(blobs, BYTES)
    assert blobs.location(DIGEST).stat().st_mode & 0o777 == 0o444


def test_what_was_not_kept_is_gone(blobs: DiskBlobs, tmp_path: Path) -> None:
    with blobs.receive() as incoming:
        incoming.write(BYTES)
    assert files(tmp_path) == []


def test_what_fails_half_way_is_gone(blobs: DiskBlobs, tmp_path: Path) -> None:
    def interrupted() -> None:
        with blobs.receive() as incoming:
            incoming.write(BYTES)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert files(tmp_path) == []


def test_the_same_bytes_again_are_the_same_blob(blobs: DiskBlobs, tmp_path: Path) -> None:
    keep(blobs, BYTES)
    before = blobs.location(DIGEST).stat().st_ino
    keep(blobs, BYTES)
    assert blobs.location(DIGEST).stat().st_ino == before
    assert files(tmp_path) == [blobs.location(DIGEST)]


def test_many_at_once_keep_one_blob(blobs: DiskBlobs, tmp_path: Path) -> None:
    start = threading.Barrier(8)

    def race() -> None:
        start.wait()
        keep(blobs, BYTES)

    threads = [threading.Thread(target=race) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert files(tmp_path) == [blobs.location(DIGEST)]


def test_who_receives_removes_what_was_abandoned_a_day_ago(
    blobs: DiskBlobs, tmp_path: Path
) -> None:
    incoming = tmp_path / "blobs" / "incoming"
    incoming.mkdir(parents=True)
    for name, age in (("old", 25 * 3600), ("new", 23 * 3600)):
        (incoming / name).write_bytes(b"x")
        then = time.time() - age
        os.utime(incoming / name, (then, then))
    keep(blobs, BYTES)
    assert [path.name for path in incoming.iterdir()] == ["new"]


@pytest.mark.parametrize("size", [3 << 20, 200])
def test_a_full_disk_is_told_and_leaves_nothing(
    blobs: DiskBlobs, tmp_path: Path, size: int
) -> None:
    with full_disk(at=100), pytest.raises(UnavailableError) as caught:
        keep(blobs, bytes(size))
    assert (caught.value.code, caught.value.retry_after) == ("storage-full", 60)
    assert files(tmp_path) == []


def test_a_disk_that_fills_before_the_archive_is_opened_is_told(blobs: DiskBlobs) -> None:
    with full_disk(at=100), blobs.receive() as incoming:
        incoming.write(bytes(200))  # fits the buffer
        with pytest.raises(UnavailableError):
            incoming.opened()


def test_a_disk_that_has_room_again_keeps_again(blobs: DiskBlobs) -> None:
    with full_disk(at=10), pytest.raises(UnavailableError):
        keep(blobs, BYTES)
    assert keep(blobs, BYTES) == DIGEST


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "blobs").write_bytes(b"a file stands where the folder should be")
    with pytest.raises(UnavailableError) as caught, DiskBlobs(tmp_path / "blobs").receive():
        pass
    assert caught.value.code == "storage-failed"
