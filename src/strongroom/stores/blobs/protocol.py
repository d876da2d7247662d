"""What a store of content-addressed bytes promises, whatever it stands on.

1. Bytes are received into a nameless place first; nobody can read them there by a digest.
2. `keep` makes them durable and readable under their digest, and returns only after that.
3. What is kept never changes. Keeping the same bytes again is the same one blob.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import BinaryIO, Protocol

from strongroom.core.digests import Digests


class Incoming(Protocol):
    """Bytes on their way in: hashed and counted as they are written."""

    @property
    def size(self) -> int:
        """Return how many bytes have come so far."""
        ...

    def write(self, block: bytes) -> None:
        """Take the next block; raises UnavailableError when the disk cannot take it."""
        ...

    def digests(self) -> Digests:
        """Return the digests of what has come so far."""
        ...

    def opened(self) -> BinaryIO:
        """Return a seekable stream over the bytes; the caller closes it."""
        ...

    def keep(self) -> None:
        """Make the bytes durable under their digest."""
        ...


class Blobs(Protocol):
    """A store of content-addressed bytes."""

    def receive(self) -> AbstractContextManager[Incoming]:
        """Open a place for incoming bytes; what was not kept is gone when the context ends."""
        ...

    def open(self, sha256: str) -> BinaryIO:
        """Return a stream over a blob; raises NotFoundError if there is none."""
        ...

    def holds(self, sha256: str) -> bool:
        """Say whether there is a blob of a digest."""
        ...

    def location(self, sha256: str) -> Path:
        """Return the local file that holds a blob."""
        ...

    def digests(self) -> Iterator[str]:
        """Name every blob that is kept."""
        ...
