"""How much an archive may unpack to, and the budget that a reader spends as it reads.

Bombs are stopped by counting the bytes that really come out, never by what a header claims.
"""

from dataclasses import dataclass

from strongroom.core.archives.refusals import Code, refused

MEBIBYTE = 1024 * 1024
GIBIBYTE = 1024 * MEBIBYTE


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that one archive may hold; the defaults pass the largest common wheels.

    A CPU build of torch, for scale, has 12,248 members of together 666 MiB, the largest 414 MiB,
    paths of up to 171 bytes and 14 folders deep.
    """

    max_members: int = 50_000  # files, folders and links together
    max_unpacked: int = 4 * GIBIBYTE  # bytes of all members; for tar, of the whole stream
    max_member: int = 2 * GIBIBYTE  # bytes of one member
    max_ratio: int = 50  # unpacked bytes for each packed byte, once above `ratio_floor`
    ratio_floor: int = 64 * MEBIBYTE  # unpacked bytes below which no ratio is suspicious
    max_path: int = 512  # bytes of one member's name in UTF-8
    max_depth: int = 32  # segments of one member's name
    max_names: int = 8 * MEBIBYTE  # bytes of all names; bounds the memory that an index takes


class Budget:
    """Counts what one archive has used of its limits and refuses what goes beyond them."""

    def __init__(self, limits: Limits, packed: int) -> None:
        """Start with nothing used; `packed` is the size of the whole archive file in bytes."""
        self._limits = limits
        self._packed = packed
        self._members = 0
        self._names = 0
        self._unpacked = 0

    def member(self, name: bytes, size: int) -> None:
        """Count one member by the bytes of its name, and refuse it if it is too large by itself."""
        self._members += 1
        self._names += len(name)
        if self._members > self._limits.max_members:
            sentence = f"The archive holds more than {self._limits.max_members} members."
            raise refused(Code.TOO_MANY_MEMBERS, sentence)
        if self._names > self._limits.max_names:
            sentence = f"The names in the archive take more than {self._limits.max_names} bytes."
            raise refused(Code.NAMES_TOO_LONG, sentence)
        if size > self._limits.max_member:
            sentence = f"A member unpacks to more than {self._limits.max_member} bytes."
            raise refused(Code.MEMBER_TOO_LARGE, sentence)

    def unpacked(self, count: int) -> None:
        """Count bytes that have come out, or that will be held to come out exactly."""
        self._unpacked += count
        if self._unpacked > self._limits.max_unpacked:
            sentence = f"The archive unpacks to more than {self._limits.max_unpacked} bytes."
            raise refused(Code.TOO_LARGE, sentence)
        allowed = max(self._limits.ratio_floor, self._packed * self._limits.max_ratio)
        if self._unpacked > allowed:
            sentence = f"The archive unpacks to more than {self._limits.max_ratio} times its size."
            raise refused(Code.RATIO, sentence)
