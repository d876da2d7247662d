"""The disk that loses what was not flushed, without the system calls."""

import errno
from random import Random

from tests.faults.volatile import BLOCK, FSYNC, WRITE, Cache, answered


def cache() -> Cache:
    return Cache(bytearray(64 * BLOCK), bytearray(64 * BLOCK))


def test_what_was_flushed_stays_and_of_the_rest_some_is_lost_whatever_came_later() -> None:
    disk = cache()
    disk.write(0, b"a" * 2 * BLOCK)
    disk.flush()
    disk.write(BLOCK, b"b" * 32 * BLOCK)
    assert disk.shown[BLOCK : BLOCK + 1] == b"b"
    lost = disk.lose(Random(1))  # noqa: S311 - the same in each run
    kept = [disk.shown[place * BLOCK : place * BLOCK + 1] == b"b" for place in range(1, 33)]
    assert (kept.count(False), 0 < lost < 32) == (lost, True)
    assert kept != sorted(kept, reverse=True)
    assert disk.shown[:BLOCK] == b"a" * BLOCK


def test_a_disk_without_power_takes_nothing_and_cannot_be_flushed() -> None:
    disk = cache()
    disk.write(0, b"a" * BLOCK)
    disk.off = True
    assert [answered(call, b"", disk) for call in (WRITE, FSYNC)] == [(errno.EIO, b"")] * 2
    assert (len(disk.unflushed), disk.held[0]) == (1, 0)
