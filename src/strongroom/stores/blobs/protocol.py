"""What a store of content-addressed bytes promises, whatever it stands on.

1. Bytes are received into a nameless place first; nobody can read them there by a digest.
2. `keep` makes them durable and readable under their digest, and returns only after that.
3. What is kept never changes. Keeping the same bytes again is the same one blob.

A store that does not answer raises UnavailableError, and never says that a blob is missing. What it
cannot read of a blob that it has is OSError.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import BinaryIO, Protocol

from strongroom.core.digests import Digests
from strongroom.stores.standing import Standing


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
        """Return a seekable stream over a blob as the store has it now, past what caches remember.

        Raises NotFoundError if there is none. The caller closes it.
        """
        ...

    def holds(self, sha256: str) -> bool:
        """Say whether there is a blob of a digest; its bytes are not looked at."""
        ...

    def walk(self) -> Iterator[Standing]:
        """Name every blob that is kept, by its digest and in order."""
        ...

    def set_aside(self, sha256: str) -> str:
        """Move what stands under a digest out of every reader's way, and say where it is now.

        Empty where nothing stood: somebody else was faster.
        """
        ...

    def remove(self, sha256: str) -> None:
        """Remove a blob that nothing names; what is not there is no error."""
        ...

    def abandoned(self, older_than: float) -> tuple[Standing, ...]:
        """Name incoming bytes of this machine last written before a moment (since epoch)."""
        ...

    def discard(self, name: str) -> None:
        """Remove abandoned incoming bytes."""
        ...
