"""Folders and names that last: what is fsynced here is there after a power cut.

And the one place that says of a failed write what the client is told.
"""

import errno
import os
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import ExitStack
from functools import cache
from pathlib import Path

from strongroom.core.errors import NoRoomError, UnavailableError

AT_ONCE = 8  # fsyncs of one process
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def no_room(error: OSError) -> UnavailableError:
    """Say of a failed write what the client should do; the operator finds the cause in the log."""
    kind, code, sentence = (
        (NoRoomError, "storage-full", "The registry's storage is full.")
        if error.errno in _FULL
        else (UnavailableError, "storage-failed", "The registry's storage did not answer.")
    )
    return kind(code, sentence, "Nothing was published; try again later.", retry_after=60)


def fsync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def fsync_files(descriptors: Iterable[int]) -> None:
    """Make the bytes of open files durable; raises OSError once none is under way any more.

    All at once: the file system then writes its journal one time for many.
    """
    waiting = [_threads().submit(os.fsync, one) for one in descriptors]
    wait(waiting)
    for one in waiting:
        one.result()


def fsync_folders(folders: Iterable[Path]) -> None:
    """Make the names in folders durable, likewise."""
    with ExitStack() as opened:
        descriptors = []
        for folder in dict.fromkeys(folders):
            descriptors.append(os.open(folder, os.O_RDONLY | os.O_DIRECTORY))
            opened.callback(os.close, descriptors[-1])
        fsync_files(descriptors)


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(AT_ONCE, "fsync")


# A fork has none of its parent's threads, and would wait for them for ever.
os.register_at_fork(after_in_child=_threads.cache_clear)


def make_folder(folder: Path) -> None:
    """Make a folder and its parents, and make their names durable from the top down."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    fsync_folder(folder.parent)
