"""Folders and names that last: what is fsynced here is there after a power cut.

And the one place that says of a failed write what the client is told.
"""

import errno
import os
from pathlib import Path

from strongroom.core.errors import NoRoomError, UnavailableError

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


def make_folder(folder: Path) -> None:
    """Make a folder and its parents, and make their names durable from the top down."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    fsync_folder(folder.parent)
