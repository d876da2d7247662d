"""Comparing the files of two releases, archive by archive, read from the store.

Each file of the newer is held against that of the older which it takes the place of: of the same
kind and, where a release has several of a kind, for the same platforms.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from strongroom.core.ecosystem import Content, Ecosystem
from strongroom.core.errors import StrongroomError
from strongroom.packages.comparison.differences import (
    Change,
    FieldChange,
    of_contents,
    of_metadata,
)

LARGEST_READ = 64 * 1024 * 1024  # bytes of an archive that is opened while somebody waits
MOST_READ = 256 * 1024 * 1024  # bytes of all the archives of two releases
MOST_LINES = 12_000  # of all files together; nobody reads more on a page
MOST_UNPACKED = 256 * 1024 * 1024  # bytes


@dataclass(frozen=True, slots=True)
class Side:
    """A file of one of the two releases."""

    filename: str
    kind: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class FileDifference:
    """How a file differs from the one before it.

    `against` is the name of the older file, empty if there is none. `changes` is None where the
    files were not read, and `reason` then says why.
    """

    filename: str
    against: str
    size: int
    size_before: int | None
    changes: tuple[Change, ...] | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Release:
    """One of the two releases: its version, what it says of itself, its files."""

    version: str
    metadata: Mapping[str, object]
    files: Sequence[Side]


@dataclass(frozen=True, slots=True)
class Difference:
    """How a release differs from an older one, whose version is empty if there is none."""

    against: str
    fields: tuple[FieldChange, ...]
    files: tuple[FileDifference, ...]


def compare_releases(
    older: Release | None,
    newer: Release,
    ecosystem: Ecosystem,
    opened: Callable[[str], BinaryIO],
) -> Difference:
    """Compare two releases; `opened` returns the bytes of a SHA-256."""
    before = older or Release("", {}, ())
    return Difference(
        before.version,
        of_metadata(before.metadata, newer.metadata),
        compare_files(before.files, newer.files, ecosystem, opened),
    )


def compare_files(
    older: Sequence[Side],
    newer: Sequence[Side],
    ecosystem: Ecosystem,
    opened: Callable[[str], BinaryIO],
) -> tuple[FileDifference, ...]:
    """Compare each file of the newer release; `opened` returns the bytes of a SHA-256."""
    differences: list[FileDifference] = []
    left, lines = MOST_READ, MOST_LINES
    for one in newer:
        before = predecessor(older, one)
        left -= one.size + (before.size if before else 0)
        changes, reason = None, _too_much(before, one, left)
        if not reason:
            try:
                old = _contents(before, ecosystem, opened) if before else ()
                changes = of_contents(old, _contents(one, ecosystem, opened), lines)
                lines -= sum(len(each.lines or ()) for each in changes)
            except StrongroomError as error:
                reason = error.sentence
        against, size = (before.filename, before.size) if before else ("", None)
        differences.append(FileDifference(one.filename, against, one.size, size, changes, reason))
    return tuple(differences)


def predecessor(older: Sequence[Side], newer: Side) -> Side | None:
    """Return the file whose place another takes: the one of its kind named most like it."""
    tail = _tail(newer.filename)
    alike = [one for one in older if one.kind == newer.kind]
    return max(alike, key=lambda one: (_tail(one.filename) == tail, one.filename), default=None)


def _tail(filename: str) -> str:
    # What follows name and version; in every ecosystem that has several files of one kind, the
    # platform comes last.
    return "-".join(filename.split("-")[2:])


def _too_much(before: Side | None, after: Side, left: int) -> str:
    """Say why two files are not opened while somebody waits, or nothing if they are."""
    if max(after.size, before.size if before else 0) > LARGEST_READ:
        return f"Files of more than {LARGEST_READ // 1024**2} MiB are not opened for this."
    return "" if left >= 0 else "The files before it were too many to open this one too."


def _contents(
    side: Side, ecosystem: Ecosystem, opened: Callable[[str], BinaryIO]
) -> tuple[Content, ...]:
    with opened(side.sha256) as archive:
        return tuple(ecosystem.contents(side.filename, archive, MOST_UNPACKED))
