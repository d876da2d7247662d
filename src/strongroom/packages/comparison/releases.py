"""Comparing the files of two releases, archive by archive, read from the store.

Each file of the newer is held against that of the older which it takes the place of: of the same
kind and, where a release has several of a kind, for the same platforms.

Somebody waits for it, and what is in the archives was chosen by somebody else. So all that is read,
kept and shown for one comparison is counted together: first the digests of all files, then the
texts of those that differ. What is beyond the bounds is not compared, and is said not to be.
"""

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import BinaryIO

from strongroom.core.ecosystem import Content, Ecosystem, Most
from strongroom.core.errors import StrongroomError
from strongroom.packages.comparison.differences import (
    Change,
    FieldChange,
    How,
    length,
    of_contents,
    of_metadata,
    with_lines,
)

MEBIBYTE = 1024 * 1024
LARGEST_READ = 64 * MEBIBYTE  # bytes of one archive
LARGEST_UNPACKED = 256 * MEBIBYTE
MOST_FILES = 20_000  # in one archive
MOST_READ = 256 * MEBIBYTE  # bytes of all archives
MOST_UNPACKED = 1024 * MEBIBYTE  # each time that they are read
MOST_MEMBERS = 100_000
MOST_CHANGES = 10_000  # of all archives; a page of more could not be shown
MOST_SHOWN = 1_000_000  # characters of lines and around them, 12,000 lines of code as a rule
MOST_TEXT = 8 * MEBIBYTE  # bytes that are kept at once to compare their lines
LONGEST_TEXT = 256 * 1024  # bytes; longer ones are made by programs, and nobody reads their changes


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
    """One of the two releases: its version, what it or each of its files says, its files."""

    version: str
    metadata: Sequence[Mapping[str, object]]
    files: Sequence[Side]


@dataclass(frozen=True, slots=True)
class Difference:
    """How a release differs from an older one, whose version is empty if there is none.

    `missing` names the files of the older one in the place of which there is none.
    """

    against: str
    fields: tuple[FieldChange, ...]
    files: tuple[FileDifference, ...]
    missing: tuple[str, ...] = ()


@dataclass(slots=True)
class _Room:
    """What is left of the bounds."""

    packed: int
    unpacked: int
    members: int
    changes: int
    shown: int


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads archives, by the digest of their bytes, as long as there is room."""

    ecosystem: Ecosystem
    opened: Callable[[str], BinaryIO]
    room: _Room

    def read(self, side: Side | None, texts: AbstractSet[str]) -> dict[str, Content]:
        """Return the files of an archive by their paths; of no archive, none."""
        if side is None:
            return {}
        room = self.room
        most = Most(min(LARGEST_UNPACKED, room.unpacked), min(MOST_FILES, room.members))
        # Taken whole until it is known how much it was: to fail has its price too.
        room.unpacked -= most.unpacked
        room.members -= most.members
        with self.opened(side.sha256) as archive:
            found = tuple(self.ecosystem.contents(side.filename, archive, most, texts))
        room.unpacked += most.unpacked - sum(each.size for each in found)
        room.members += most.members - len(found)
        return {each.path: each for each in found}

    def texts(self, side: Side | None, paths: AbstractSet[str]) -> dict[str, str | None]:
        """Return the texts of some files of an archive."""
        return {path: one.text for path, one in self.read(side, paths).items()} if paths else {}


def compare_releases(
    older: Release | None,
    newer: Release,
    ecosystem: Ecosystem,
    opened: Callable[[str], BinaryIO],
) -> Difference:
    """Compare two releases; `opened` returns the bytes of a SHA-256."""
    before = older or Release("", (), ())
    said = before.metadata[0] if before.metadata else {}
    files = compare_files(before.files, newer.files, ecosystem, opened)
    replaced = {one.against for one in files}
    missing = tuple(one.filename for one in before.files if one.filename not in replaced)
    return Difference(before.version, of_metadata(said, newer.metadata), files, missing)


def compare_files(
    older: Sequence[Side],
    newer: Sequence[Side],
    ecosystem: Ecosystem,
    opened: Callable[[str], BinaryIO],
) -> tuple[FileDifference, ...]:
    """Compare each file of the newer release; `opened` returns the bytes of a SHA-256."""
    room = _Room(MOST_READ, MOST_UNPACKED, MOST_MEMBERS, MOST_CHANGES, MOST_SHOWN)
    reader = _Reader(ecosystem, opened, room)
    differences = []
    for one in newer:
        before = predecessor(older, one)
        try:
            found = _compared(before, one, reader)
        except StrongroomError as error:
            found = error.sentence
        changes, reason = (None, found) if isinstance(found, str) else (found, "")
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


def _compared(before: Side | None, after: Side, reader: _Reader) -> tuple[Change, ...] | str:
    """Return what differs, or the reason why it is not compared."""
    room = reader.room
    room.packed -= after.size + (before.size if before else 0)
    if max(after.size, before.size if before else 0) > LARGEST_READ:
        return f"Files of more than {LARGEST_READ // MEBIBYTE} MiB are not opened for this."
    if room.packed < 0 or not (room.unpacked and room.members):
        return "The files before it were too many to open this one too."
    old, new = reader.read(before, frozenset()), reader.read(after, frozenset())
    changes = of_contents(old, new)
    if len(changes) > room.changes:
        return "It differs in more files than a page shows."
    room.changes -= len(changes)
    added, changed = _readable(changes)
    before_texts, after_texts = reader.texts(before, changed), reader.texts(after, added | changed)
    told = with_lines(changes, before_texts, after_texts, room.shown)
    room.shown -= sum(map(length, told))
    return told


def _readable(changes: Sequence[Change]) -> tuple[frozenset[str], frozenset[str]]:
    """Choose the paths, of new files and of changed ones, whose texts are read."""
    chosen: dict[How, set[str]] = {How.ADDED: set(), How.CHANGED: set()}
    room = MOST_TEXT
    for change in changes:
        sizes = (change.before or 0, change.after or 0)
        if change.how in chosen and max(sizes) <= LONGEST_TEXT and sum(sizes) <= room:
            room -= sum(sizes)
            chosen[change.how].add(change.path)
    return frozenset(chosen[How.ADDED]), frozenset(chosen[How.CHANGED])
