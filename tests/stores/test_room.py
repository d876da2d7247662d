"""The low-water mark: uploads stop before the disk is full, and go on when there is room again."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from strongroom.core.errors import UnavailableError
from strongroom.stores.blobs.disk import DiskBlobs
from strongroom.stores.room import Room


@dataclass(slots=True)
class Disk:
    """A disk whose free bytes, and a clock whose seconds, a test sets; it counts the looks."""

    free: int
    now: float = 100.0
    looks: int = 0

    def look(self, _folder: Path) -> int:
        self.looks += 1
        return self.free

    def room(self, at_least: int = 1000) -> Room:
        return Room(Path("/nowhere/at/all"), at_least, lambda: self.now, self.look)


def refused(room: Room, growing: int = 0) -> bool:
    try:
        room.check(growing)
    except UnavailableError:
        return True
    return False


def test_while_less_than_the_reserve_is_free_nothing_is_taken() -> None:
    with pytest.raises(UnavailableError) as caught:
        Disk(999).room().check()
    assert (caught.value.code, caught.value.retry_after) == ("storage-low", 120)
    assert not refused(Disk(1000).room())


def test_it_recovers_by_itself() -> None:
    disk = Disk(10)
    room = disk.room()
    assert refused(room)
    disk.free, disk.now = 5000, disk.now + 1
    assert not refused(room)


def test_it_looks_at_most_once_a_second() -> None:
    disk = Disk(5000)
    room = disk.room()
    for _ in range(10):
        room.check(1)
    assert disk.looks == 1


def test_a_fast_upload_cannot_run_through_the_reserve() -> None:
    disk = Disk(5000)
    room = disk.room()
    room.check()
    disk.free = 900
    assert [refused(room, 100) for _ in range(4)] == [False, False, True, True]


def test_a_clock_that_jumps_back_does_not_stop_it_looking() -> None:
    disk = Disk(10)
    room = disk.room()
    assert refused(room)
    disk.free, disk.now = 5000, 0.0
    assert not refused(room)


def test_without_a_reserve_it_never_looks() -> None:
    disk = Disk(0)
    assert not refused(disk.room(0))
    assert disk.looks == 0


def test_a_store_takes_nothing_while_the_real_disk_is_low(tmp_path: Path) -> None:
    blobs = DiskBlobs(tmp_path / "blobs", Room(tmp_path / "blobs", 2**62))
    with pytest.raises(UnavailableError), blobs.receive():
        pass
    assert list(tmp_path.iterdir()) == []


def test_an_upload_that_is_under_way_is_stopped_too(tmp_path: Path) -> None:
    disk = Disk(5000)
    blobs = DiskBlobs(tmp_path, disk.room())
    with blobs.receive() as incoming:
        incoming.write(b"x")
        disk.free = 10
        with pytest.raises(UnavailableError):
            incoming.write(b"x" * 500)
