"""The lines that differ between two texts. Pure.

What strangers wrote must not cost a reader's time: lines are matched in time that grows with their
number alone, and a text of too many lines is told by its size.
"""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

MOST_LINES = 3_000  # of one text
LONGEST_LINE = 500  # characters; what is longer is minified, and is cut
CONTEXT = 3  # lines around a change
DEPTH = 8  # how often the lines between two that match are looked at again
# What ends a line to a compiler. Whatever else breaks a line somewhere is shown as what it is: else
# code that moves out of a comment behind such a character would seem to be the same lines.
_LINE_END = re.compile(r"\r\n?|\n")


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
    """Return the lines that differ, with a few around them; None if there are too many lines."""
    old, new = _lines(before), _lines(after)
    if max(len(old), len(new)) > MOST_LINES:
        return None
    return tuple(_folded(list(_told(old, new))))


def all_added(text: str) -> tuple[Line, ...] | None:
    """Return a text as lines that are all new; None if there are too many to read."""
    lines = _lines(text)
    if len(lines) > MOST_LINES:
        return None
    return tuple(
        Line(Sort.ADDED, 0, number, _cut(line)) for number, line in enumerate(lines, start=1)
    )


def _lines(text: str) -> Sequence[str]:
    lines = _LINE_END.split(text)
    return lines if lines[-1] else lines[:-1]


def _told(old: Sequence[str], new: Sequence[str]) -> Iterator[Line]:
    first, second = 0, 0
    for at, there in (*matches(old, new), (len(old), len(new))):
        for gone in range(first, at):
            yield Line(Sort.REMOVED, gone + 1, 0, _cut(old[gone]))
        for fresh in range(second, there):
            yield Line(Sort.ADDED, 0, fresh + 1, _cut(new[fresh]))
        if at < len(old):
            yield Line(Sort.KEPT, at + 1, there + 1, _cut(old[at]))
        first, second = at + 1, there + 1


def matches(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Yield which lines of two texts are the same ones, by their places, in their order."""
    return _matches(old, new, range(len(old)), range(len(new)), DEPTH)


def _matches(
    old: Sequence[str], new: Sequence[str], mine: range, theirs: range, depth: int
) -> Iterator[tuple[int, int]]:
    """Yield which lines of two stretches are the same ones, in their order.

    Those at both ends, those between that stand once on each side, and so again between them
    (Bram Cohen's patience diff). A line is looked at `depth` times at most; to find the longest
    matches, as `difflib` does, costs the cube of numbers that a stranger can choose.
    """
    first, last = _common(old, new, mine, theirs)
    yield from zip(mine[:first], theirs[:first], strict=True)
    inner, other = mine[first : len(mine) - last], theirs[first : len(theirs) - last]
    anchors = _anchors(old, new, inner, other) if depth else []
    at, there = inner.start, other.start
    for end, its_end in (*anchors, (inner.stop, other.stop)) if anchors else ():
        yield from _matches(old, new, range(at, end), range(there, its_end), depth - 1)
        if end < inner.stop:
            yield end, its_end
        at, there = end + 1, its_end + 1
    yield from zip(mine[len(mine) - last :], theirs[len(theirs) - last :], strict=True)


def _common(old: Sequence[str], new: Sequence[str], mine: range, theirs: range) -> tuple[int, int]:
    """Return how many lines are the same at the beginning, and how many more at the end."""
    shorter = min(len(mine), len(theirs))
    differs = (at for at in range(shorter) if old[mine[at]] != new[theirs[at]])
    first = next(differs, shorter)
    rest = shorter - first
    differs = (at for at in range(rest) if old[mine[-1 - at]] != new[theirs[-1 - at]])
    return first, next(differs, rest)


def _anchors(
    old: Sequence[str], new: Sequence[str], mine: range, theirs: range
) -> list[tuple[int, int]]:
    """Return which lines stand once on each side, as many as stand in the same order on both."""
    once, there = _once(old, mine), _once(new, theirs)
    ends: list[int] = []  # by length, the least place on the other side that ends a chain of it
    chains: list[_Chain] = []
    for line, at in once.items():
        if (place := there.get(line)) is not None:
            length = bisect_left(ends, place)
            ends[length : length + 1] = [place]
            before = chains[length - 1] if length else None
            chains[length : length + 1] = [_Chain(at, place, before)]
    found = []
    chain = chains[-1] if chains else None
    while chain is not None:
        found.append((chain.at, chain.there))
        chain = chain.before
    return found[::-1]


@dataclass(frozen=True, slots=True)
class _Chain:
    """Two lines that match, and those that match before them."""

    at: int
    there: int
    before: "_Chain | None"


def _once(lines: Sequence[str], where: range) -> dict[str, int]:
    counts = Counter(lines[at] for at in where)
    return {lines[at]: at for at in where if counts[lines[at]] == 1}


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
