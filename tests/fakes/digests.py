"""Digests of bytes that are in memory, as those of an upload are."""

from strongroom.core.digests import Digests, Hasher


def digests_of(data: bytes) -> Digests:
    """Return the digests of bytes."""
    hasher = Hasher()
    hasher.update(data)
    return hasher.digests()
