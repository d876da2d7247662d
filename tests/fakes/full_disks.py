"""A disk that is full from some byte of a file on: the kernel's own limit on the size of files.

It needs no privilege and no mount, and is the real error path down to the system call (EFBIG).
"""

import resource
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def full_disk(at: int) -> Iterator[None]:
    """Let no file of this process grow beyond `at` bytes while the context lasts."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (at, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
