"""A disk with a cache of its own, which a power cut empties in part: the worst that disks may do.

A file system of one file, spoken over /dev/fuse (struct by struct, include/uapi/linux/fuse.h), and
a loop device that makes a disk of the file. What is written stands in the cache until the disk is
told to flush. At a cut each block of the cache is lost or kept by chance, whatever was written
after it: so blocks that the program, the database and the file system did not order by a flush
reach the disk in any order.
"""

import errno
import os
import stat
import struct
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from threading import Thread

from tests.faults.disks import MAKE, MIB, Disk

BLOCK = 4096
SIZE = 400 * MIB
LARGEST = 128 * 1024  # bytes of one write
_HEAD, _ANSWER = struct.Struct("<IIQQIIII"), struct.Struct("<IiQ")
_INIT, _ATTRIBUTES = struct.Struct("<IIIIHHIIHHI28x"), struct.Struct("<QII6Q10I")
_OPEN, _TRANSFER, _WRITTEN = struct.Struct("<QIi"), struct.Struct("<QQIIQII"), struct.Struct("<II")
_STATFS = struct.Struct("<5Q4I24x")
VERSION, MINOR, BIG_WRITES, KEEP_CACHE = 7, 31, 1 << 5, 1 << 1
FORGET, GETATTR, SETATTR, OPEN, READ, WRITE = 2, 3, 4, 14, 15, 16
STATFS, RELEASE, FSYNC, FLUSH, INIT, INTERRUPT, DESTROY = 17, 18, 20, 25, 26, 36, 38
UNANSWERED = frozenset({FORGET, INTERRUPT})
FAITHFUL = frozenset({RELEASE, FLUSH, DESTROY})


@dataclass(slots=True)
class Cache:
    """What the disk holds, what it shows, and what of that is not flushed; `off` after a cut."""

    held: bytearray
    shown: bytearray
    unflushed: list[tuple[int, bytes]] = field(default_factory=list)
    off: bool = False

    def write(self, at: int, data: bytes) -> None:
        """Write blocks, for now."""
        self.shown[at : at + len(data)] = data
        for begin in range(0, len(data), BLOCK):
            self.unflushed.append((at + begin, data[begin : begin + BLOCK]))

    def flush(self) -> None:
        """Hold all that was written."""
        for at, data in self.unflushed:
            self.held[at : at + len(data)] = data
        self.unflushed.clear()

    def lose(self, chance: Random) -> int:
        """Come up again after a cut; returns how many blocks were lost."""
        share, lost = chance.random(), 0
        for at, data in self.unflushed:
            if chance.random() < share:
                lost += 1
            else:
                self.held[at : at + len(data)] = data
        self.shown = bytearray(self.held)
        self.unflushed.clear()
        self.off = False
        return lost


@dataclass(slots=True)
class VolatileDisk:
    """A disk as in `disks`, whose file system is mounted at `root`."""

    root: Path
    image: Path
    chance: Random
    cache: Cache
    lost: int = 0
    unflushed: int = 0
    _serving: Thread | None = None

    @property
    def told(self) -> str:
        """Say how much was lost."""
        return f"{self.lost} of {self.unflushed} unflushed blocks lost"

    def mount(self) -> None:
        """Bring the disk up and mount it."""
        self.bring_up()
        Disk(self.root, self.image).mount()

    def unmount(self) -> None:
        """Unmount it and take the disk down."""
        Disk(self.root, self.image).unmount()
        self.take_down()

    def sync(self) -> None:
        """Write out all that is held in memory."""
        Disk(self.root, self.image).sync()

    def cut(self) -> None:
        """Cut its power: from now on nothing reaches the disk."""
        self.cache.off = True

    def bring_up(self) -> None:
        """Offer the disk as a file; what a cut has lost is lost from now on."""
        self.unflushed += len(self.cache.unflushed)
        self.lost += self.cache.lose(self.chance)
        device = os.open("/dev/fuse", os.O_RDWR)
        told = f"fd={device},rootmode={stat.S_IFREG | 0o600:o},user_id=0,group_id=0"
        words = ("mount", "-i", "-t", "fuse", "-o", told, "disk", self.image)
        subprocess.run(words, check=True, pass_fds=[device])
        self._serving = Thread(target=_serve, args=(device, self.cache), daemon=True)
        self._serving.start()

    def take_down(self) -> None:
        """Take the file away."""
        Disk(self.image, self.image).unmount()
        assert self._serving is not None
        self._serving.join()


@contextmanager
def volatile_disk(folder: Path, kind: str, chance: Random) -> Iterator[VolatileDisk]:
    """Make such a disk with a file system and mount it."""
    folder.mkdir()
    disk = VolatileDisk(
        folder / "root", folder / "disk", chance, Cache(bytearray(SIZE), bytearray(SIZE))
    )
    disk.root.mkdir()
    disk.image.touch()
    disk.bring_up()
    try:
        subprocess.run([*MAKE[kind], disk.image], check=True, capture_output=True)
        disk.sync()
    finally:
        disk.take_down()
    disk.cache.flush()
    disk.mount()
    try:
        yield disk
    finally:
        disk.unmount()


def why_not() -> str:
    """Say why there can be no such disk here, or nothing."""
    return "" if os.access("/dev/fuse", os.R_OK | os.W_OK) else "/dev/fuse is missing"


def _serve(device: int, cache: Cache) -> None:
    """Answer the kernel until the file is unmounted."""
    try:
        while True:
            try:
                asked = os.read(device, LARGEST + BLOCK)
            except OSError as error:
                if error.errno in {errno.EINTR, errno.ENOENT}:
                    continue
                return  # ENODEV: it is unmounted
            _, call, number, *_ = _HEAD.unpack_from(asked)
            if call in UNANSWERED:
                continue
            failure, body = answered(call, asked[_HEAD.size :], cache)
            os.write(device, _ANSWER.pack(_ANSWER.size + len(body), -failure, number) + body)
    finally:
        os.close(device)


def answered(call: int, asked: bytes, cache: Cache) -> tuple[int, bytes]:
    """Return an error number, or 0 and the answer."""
    if call in FAITHFUL:
        return 0, b""
    if call in {WRITE, FSYNC} and cache.off:
        return errno.EIO, b""
    act = _ACTS.get(call)
    return (errno.ENOSYS, b"") if act is None else (0, act(asked, cache))


def _init(_asked: bytes, _cache: Cache) -> bytes:
    return _INIT.pack(VERSION, MINOR, LARGEST, BIG_WRITES, 8, 8, LARGEST, 1, 0, 0, 0)


def _attributes(_asked: bytes, cache: Cache) -> bytes:
    size, mode = len(cache.shown), stat.S_IFREG | 0o600
    return _ATTRIBUTES.pack(
        3600, 0, 0, 1, size, size // 512, 0, 0, 0, 0, 0, 0, mode, 1, 0, 0, 0, BLOCK, 0
    )


def _opened(_asked: bytes, _cache: Cache) -> bytes:
    return _OPEN.pack(1, KEEP_CACHE, 0)


def _read(asked: bytes, cache: Cache) -> bytes:
    _, at, size, *_ = _TRANSFER.unpack_from(asked)
    return bytes(cache.shown[at : at + size])


def _write(asked: bytes, cache: Cache) -> bytes:
    _, at, size, *_ = _TRANSFER.unpack_from(asked)
    cache.write(at, asked[_TRANSFER.size : _TRANSFER.size + size])
    return _WRITTEN.pack(size, 0)


def _flushed(_asked: bytes, cache: Cache) -> bytes:
    cache.flush()
    return b""


def _room(_asked: bytes, cache: Cache) -> bytes:
    return _STATFS.pack(len(cache.shown) // BLOCK, 0, 0, 1, 0, BLOCK, 255, BLOCK, 0)


_ACTS: dict[int, Callable[[bytes, Cache], bytes]] = {
    INIT: _init,
    GETATTR: _attributes,
    SETATTR: _attributes,
    OPEN: _opened,
    READ: _read,
    WRITE: _write,
    FSYNC: _flushed,
    STATFS: _room,
}
