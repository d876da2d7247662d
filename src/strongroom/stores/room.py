"""The low-water mark: what brings many bytes is refused while there is still room for few.

A disk that is really full fails the database too, and with it sign-ins, yanks, quarantines and the
record of events. So uploads stop earlier, and the rest that is kept free is for those.

Free space is asked of the system at most once a second, and besides whenever a quarter of the
reserve was written since: a fast upload cannot run through the reserve between two looks.
"""

import shutil
import time
from collections.abc import Callable
from pathlib import Path
from threading import Lock

from strongroom.core.errors import NoRoomError

LOOK_EVERY = 1.0  # seconds
RETRY_AFTER = 120  # seconds; somebody has to make room first


def _free(folder: Path) -> int:
    return shutil.disk_usage(folder).free


class Room:
    """Watches the free space of the file system under a folder."""

    def __init__(
        self,
        folder: Path,
        at_least: int,
        now: Callable[[], float] = time.monotonic,
        free: Callable[[Path], int] = _free,
    ) -> None:
        """Keep `at_least` bytes free, as `free` tells them; 0 watches nothing."""
        self._folder = folder
        self._at_least = at_least
        self._now = now
        self._free = free
        self._lock = Lock()
        self._looked: float | None = None
        self._written = 0
        self._is_low = False

    def check(self, growing: int = 0) -> None:
        """Raise NoRoomError while less than the reserve is free; `growing` bytes are coming.

        It recovers by itself: a later look that finds room lets the next caller pass.
        """
        if not self._at_least:
            return
        with self._lock:
            self._written += growing
            if self._is_due():
                self._look()
            low = self._is_low
        if low:
            raise NoRoomError(
                "storage-low",
                "The registry's storage is nearly full and takes no uploads for now.",
                "Nothing was published; try again later, or tell the operator to make room.",
                retry_after=RETRY_AFTER,
            )

    def _is_due(self) -> bool:
        if self._looked is None or self._written * 4 >= self._at_least:
            return True
        return not 0 <= self._now() - self._looked < LOOK_EVERY

    def _look(self) -> None:
        # The folder is made with the first upload; until then its parent stands for it.
        folder = next(one for one in (self._folder, *self._folder.parents) if one.exists())
        self._is_low = self._free(folder) < self._at_least
        self._looked, self._written = self._now(), 0
