"""What a source found: files with what it says of them, and remarks on what it cannot give."""

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from packaging.utils import (
    InvalidName,
    InvalidSdistFilename,
    InvalidWheelFilename,
    parse_sdist_filename,
    parse_wheel_filename,
)
from packaging.version import InvalidVersion

from strongroom.core.errors import StrongroomError

SHA256 = "sha256_digest"
BLOCK = 1024 * 1024

# Older than Python itself no distribution is; such a moment is a broken clock's or a joke.
_EARLIEST = datetime(1991, 2, 20, tzinfo=UTC)

# What Python's build tools have made over the years. The pipeline says of each kind that it does
# not take that it does not; anything else beside them (signatures, notes) is only counted.
_KINDS = (
    *(".whl", ".tar.gz", ".zip", ".tgz", ".tar.bz2", ".tar.xz", ".tar.z", ".tar"),
    *(".egg", ".exe", ".msi", ".rpm", ".deb", ".dmg"),
)

Blocks = Callable[[], Generator[bytes, None, None]]
"""Opens the bytes of a file; raises StrongroomError. Whoever does not read to the end closes it."""


def nothing() -> Generator[bytes, None, None]:
    """Yield no bytes: those of a file that is refused before it is read."""
    yield from ()


@dataclass(frozen=True, slots=True)
class Found:
    """A file that a source offers. `place` is where it is, for people.

    `claims` are fields of an upload form, with which the bytes must agree; `yanked` is None or the
    reason; `release` is the project's key and version as the file's name says them; `refusal` is
    set where the source already knows that the file cannot be taken.
    """

    filename: str
    place: str
    blocks: Blocks = field(repr=False)
    claims: Mapping[str, Sequence[str]] = field(default_factory=dict)
    moment: datetime | None = None
    size: int | None = None
    yanked: str | None = None
    release: tuple[str, str] | None = None
    refusal: StrongroomError | None = None

    @property
    def sha256(self) -> str | None:
        """Return the digest that the source claims."""
        return next(iter(self.claims.get(SHA256, ())), None)


@dataclass(frozen=True, slots=True)
class Offer:
    """All that a source has, and remarks on what of it cannot come along."""

    files: tuple[Found, ...]
    notes: tuple[str, ...] = ()


def moment(told: datetime | None) -> datetime | None:
    """Return a moment in UTC; None for one that cannot be true."""
    if told is None or told.tzinfo is None or told.year < _EARLIEST.year:
        return None
    return max(told.astimezone(UTC), _EARLIEST)


def release_of(filename: str) -> tuple[str, str] | None:
    """Return the project's key and version that a file's name says; None if it says none."""
    try:
        if filename.endswith(".whl"):
            name, version, _build, _tags = parse_wheel_filename(filename)
        else:
            name, version = parse_sdist_filename(filename)
    except (InvalidSdistFilename, InvalidWheelFilename, InvalidVersion, InvalidName):
        return None
    return str(name), str(version)


def is_distribution(filename: str) -> bool:
    """Say whether a file is one that a build tool could have made to be published."""
    return filename.lower().endswith(_KINDS)


def left(count: int, where: str) -> tuple[str, ...]:
    """Return the remark that so many files are no distributions, if there are some."""
    return (f"{count} files of {where} are no distributions and were left.",) if count else ()
