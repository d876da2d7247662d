"""Real file systems to break: in a file behind a loop device, or in memory; both need root.

`cut` is a power cut as the file system sees it: from that moment on nothing reaches the disk, not
even what it has in its journal (the shutdown ioctl of XFS, which ext4 understands too).
"""

import fcntl
import os
import shutil
import struct
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

SHUTDOWN = 0x8004587D  # XFS_IOC_GOINGDOWN, in linux/fs/xfs/libxfs/xfs_fs.h
NO_LOG_FLUSH = 2
MIB = 1024 * 1024
SIZE = 400 * MIB  # xfs takes no less than 300
MAKE = {"ext4": ("mkfs.ext4", "-q", "-F"), "xfs": ("mkfs.xfs", "-q", "-f")}
PATIENCE = 10.0  # seconds


@dataclass(frozen=True, slots=True)
class Disk:
    """A file system of its own, mounted at `root`."""

    root: Path
    image: Path

    def mount(self) -> None:
        """Mount it; a journal that a cut left behind is replayed."""
        _run("mount", "-o", "loop", self.image, self.root)

    def unmount(self) -> None:
        """Unmount it, as soon as nobody uses it any more."""
        until = time.monotonic() + PATIENCE
        while subprocess.run(["umount", self.root], capture_output=True, check=False).returncode:  # noqa: S607
            assert time.monotonic() < until, f"{self.root} is still used"
            time.sleep(0.05)

    def sync(self) -> None:
        """Write out all that it holds in memory."""
        _run("sync", "--file-system", self.root)

    def cut(self) -> None:
        """Cut its power."""
        descriptor = os.open(self.root, os.O_RDONLY)
        try:
            fcntl.ioctl(descriptor, SHUTDOWN, struct.pack("I", NO_LOG_FLUSH))
        finally:
            os.close(descriptor)


@contextmanager
def loop_disk(folder: Path, kind: str, size: int = SIZE) -> Iterator[Disk]:
    """Make a file system in a file and mount it."""
    folder.mkdir()
    disk = Disk(folder / "root", folder / "image")
    disk.root.mkdir()
    with disk.image.open("wb") as image:
        image.truncate(size)
    _run(*MAKE[kind], disk.image)
    disk.mount()
    try:
        yield disk
    finally:
        disk.unmount()


@contextmanager
def memory_disk(folder: Path, options: str) -> Iterator[Path]:
    """Mount a file system in memory, such as `size=64m` or `nr_inodes=500`."""
    folder.mkdir()
    _run("mount", "-t", "tmpfs", "-o", options, "tmpfs", folder)
    try:
        yield folder
    finally:
        Disk(folder, folder).unmount()


@cache
def why_not(kind: str) -> str:
    """Say why there can be no such file system here, or nothing."""
    if os.geteuid() != 0:
        return "mounting a file system needs root"
    if kind != "tmpfs" and shutil.which(MAKE[kind][0]) is None:
        return f"{MAKE[kind][0]} is not installed"
    probe = Path(f"/tmp/strongroom-probe-{os.getpid()}")  # noqa: S108 - made and removed here
    try:
        with memory_disk(probe, "size=1m") if kind == "tmpfs" else loop_disk(probe, kind):
            return ""
    except subprocess.CalledProcessError as error:
        return f"cannot mount {kind}: {error.stderr.decode().strip()}"
    finally:
        shutil.rmtree(probe, ignore_errors=True)


def _run(*words: str | Path) -> None:
    subprocess.run(words, capture_output=True, check=True)
