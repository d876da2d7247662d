"""Reading bytes to hold them against their digest: from the medium, as fast as is allowed."""

import errno
import hashlib
import os
import time
from collections.abc import Callable
from pathlib import Path
from stat import S_ISREG
from typing import BinaryIO

BLOCK = 1024 * 1024

Progress = Callable[[int, int], None]
"""Told now and then how many things are done and how many there are."""


class Pace:
    """Lets no more than so many bytes a second pass, on average; 0 lets all pass."""

    def __init__(
        self, at_most: int, now: Callable[[], float], sleep: Callable[[float], None]
    ) -> None:
        """Count from the first bytes on."""
        self._at_most = at_most
        self._now = now
        self._sleep = sleep
        self._began: float | None = None
        self.passed = 0

    def take(self, size: int) -> None:
        """Count bytes that were read, and wait until they were not too many."""
        if self._began is None:
            self._began = self._now()
        self.passed += size
        if self._at_most:
            ahead = self.passed / self._at_most - (self._now() - self._began)
            if ahead > 0:
                self._sleep(ahead)


UNPACED = Pace(0, time.monotonic, time.sleep)
"""Lets everything pass at once; what it counts means nothing."""


def regular(place: Path) -> BinaryIO:
    """Open a file of a backup, which may come from a stranger's hands; raises OSError.

    A link could lead anywhere, a device never ends, and a pipe keeps whoever opens it waiting.
    """
    descriptor = os.open(place, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    if not S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "it is no regular file", str(place))
    return os.fdopen(descriptor, "rb")


def sha256_of(file: BinaryIO, pace: Pace) -> str:
    """Return the SHA-256 of all that a stream gives; raises what it raises."""
    hasher = hashlib.sha256()
    while block := file.read(BLOCK):
        hasher.update(block)
        pace.take(len(block))
    return hasher.hexdigest()


def sha256_on_disk(place: Path, pace: Pace) -> str:
    """Return the SHA-256 of a file as its disk holds it now; raises OSError."""
    with place.open("rb") as file:
        # What the kernel remembers of the file may still be right while the disk no longer is.
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        return sha256_of(file, pace)
