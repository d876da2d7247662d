"""Streaming digests: what a file is known by, computed once while its bytes pass."""

import hashlib
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Digests:
    """The digests that index pages and clients use, as lower-case hexadecimal."""

    sha256: str
    blake2b_256: str
    md5: str


class Hasher:
    """Feeds each block of a stream to every digest and counts its bytes."""

    def __init__(self) -> None:
        """Start with no bytes."""
        self.size = 0
        self._sha256 = hashlib.sha256()
        self._blake2b = hashlib.blake2b(digest_size=32)
        self._md5 = hashlib.md5(usedforsecurity=False)

    def update(self, block: bytes) -> None:
        """Take the next block of the stream."""
        self.size += len(block)
        self._sha256.update(block)
        self._blake2b.update(block)
        self._md5.update(block)

    def digests(self) -> Digests:
        """Return the digests of all the blocks so far."""
        return Digests(
            sha256=self._sha256.hexdigest(),
            blake2b_256=self._blake2b.hexdigest(),
            md5=self._md5.hexdigest(),
        )
