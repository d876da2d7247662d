"""The lines that differ between two texts. Pure.

What strangers wrote must not cost a reader's time: comparing lines takes time with the product of
their numbers, so it is bounded, and a text beyond the bound is told by its size alone.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

MOST_LINES = 3_000  # of one text
MOST_STEPS = 1_500_000  # pairs of lines that may have to be looked at
LONGEST_LINE = 500  # characters; what is longer is minified, and is cut
CONTEXT = 3  # lines around a change


class Sort(StrEnum):
    """What a line of a comparison is."""

    REMOVED = "removed"
    ADDED = "added"
    KEPT = "kept"
    GAP = "gap"  # lines that are the same on both sides were left out here


@dataclass(frozen=True, slots=True)
class Line:
    """A line with its number on each side, 0 on that where it is not."""

    sort: Sort
    before: int
    after: int
    text: str


def compare(before: str, after: str) -> tuple[Line, ...] | None:
    """Return the lines that differ, with a few around them; None if that would take too long."""
    old, new = before.splitlines(), after.splitlines()
    first, last = _common(old, new)
    if max(len(old), len(new)) > MOST_LINES:
        return None
    if (len(old) - first - last) * (len(new) - first - last) > MOST_STEPS:
        return None
    lines = [_kept(at, at, old) for at in range(first)]
    lines += _changed(old, new, first, last)
    lines += [_kept(len(old) - at, len(new) - at, old) for at in range(last, 0, -1)]
    return tuple(_folded(lines))


def all_added(text: str) -> tuple[Line, ...] | None:
    """Return a text as lines that are all new; None if there are too many to read."""
    lines = text.splitlines()
    if len(lines) > MOST_LINES:
        return None
    return tuple(
        Line(Sort.ADDED, 0, number, _cut(line)) for number, line in enumerate(lines, start=1)
    )


def _common(old: Sequence[str], new: Sequence[str]) -> tuple[int, int]:
    """Return how many lines are the same at the beginning, and how many more at the end."""
    shorter = min(len(old), len(new))
    first = next((at for at in range(shorter) if old[at] != new[at]), shorter)
    rest = shorter - first
    last = next((at for at in range(rest) if old[-1 - at] != new[-1 - at]), rest)
    return first, last


def _changed(old: Sequence[str], new: Sequence[str], first: int, last: int) -> Iterator[Line]:
    middle = SequenceMatcher(None, old[first : len(old) - last], new[first : len(new) - last])
    for code, a1, a2, b1, b2 in middle.get_opcodes():
        if code == "equal":
            for at in range(a2 - a1):
                yield _kept(first + a1 + at, first + b1 + at, old)
            continue
        for at in range(first + a1, first + a2):
            yield Line(Sort.REMOVED, at + 1, 0, _cut(old[at]))
        for at in range(first + b1, first + b2):
            yield Line(Sort.ADDED, 0, at + 1, _cut(new[at]))


def _kept(before: int, after: int, old: Sequence[str]) -> Line:
    return Line(Sort.KEPT, before + 1, after + 1, _cut(old[before]))


def _folded(lines: Sequence[Line]) -> Iterator[Line]:
    """Leave out what is far from any change, and say where."""
    near: set[int] = set()
    for at, line in enumerate(lines):
        if line.sort is not Sort.KEPT:
            near.update(range(at - CONTEXT, at + CONTEXT + 1))
    in_gap = False
    for at, line in enumerate(lines):
        if at in near:
            yield line
        elif not in_gap:
            yield Line(Sort.GAP, 0, 0, "")
        in_gap = at not in near


def _cut(line: str) -> str:
    return line if len(line) <= LONGEST_LINE else f"{line[:LONGEST_LINE]}…"
