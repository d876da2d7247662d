"""What a store says of a thing that stands in it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Standing:
    """A thing's name, its size in bytes, and when it was last written (seconds since epoch)."""

    name: str
    size: int
    written: float
