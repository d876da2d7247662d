"""One at a time, by name: locks that hold between threads and between processes of one machine.

Where several machines share a database, the site puts locks of that database in their place; they
keep the same promise (`Locks`).

A lock is an advisory lock on a file of the data folder, so that a killed process frees it.
Lock files stay; their number is bounded by hashing names into slots, and two names that share a
slot merely wait for each other. So whoever holds a lock must not ask for another: by a shared slot
it would wait for itself.
"""

import fcntl
import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Protocol

SLOTS = 1024


Still = Callable[[], None]
"""Raises if a lock was lost: what is about to be written may be older than what stands by now."""


class Locks(Protocol):
    """Named locks."""

    def held(self, name: str) -> AbstractContextManager[Still]:
        """Wait until `name` is free, hold it, and free it whatever happens.

        Yields what to ask before each act that nobody without the lock may do.
        """

    def tried(self, name: str) -> AbstractContextManager[bool]:
        """Hold `name` if it is free, and say whether it was; waits for nobody."""


class FolderLocks:
    """Named locks that live as files in one folder."""

    def __init__(self, folder: Path) -> None:
        """Keep the lock files in `folder`, made when first needed."""
        self._folder = folder

    @contextmanager
    def held(self, name: str) -> Iterator[Still]:
        """Wait until `name` is free, hold it, and free it whatever happens."""
        with self._opened(name) as descriptor:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield _always

    @contextmanager
    def tried(self, name: str) -> Iterator[bool]:
        """Hold `name` if it is free, and say whether it was."""
        with self._opened(name) as descriptor:
            yield _locked(descriptor)

    @contextmanager
    def _opened(self, name: str) -> Iterator[int]:
        slot = int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "big") % SLOTS
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        # A descriptor of its own for each holder: flock then works between threads too.
        descriptor = os.open(self._folder / f"{slot:04}.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            yield descriptor
        finally:
            os.close(descriptor)


def _always() -> None:
    """Say nothing: as long as its holder lives, nobody takes a lock of a file away."""


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
