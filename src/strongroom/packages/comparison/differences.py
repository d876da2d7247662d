"""How one release differs from another: its metadata, its files, and what is in them. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from strongroom.core.ecosystem import Content
from strongroom.packages.comparison.texts import Line, all_added, compare

AROUND_A_LINE = 50  # characters; a page of many short lines is as long as one of few long ones

Texts = Mapping[str, str | None]


class How(StrEnum):
    """What became of something."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    MOVED = "moved"


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field of the metadata with the values that are gone and those that are new."""

    field: str
    removed: tuple[str, ...]
    added: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """A file within an archive that is not as it was; sizes in bytes, None where it is not.

    `lines` is None where the content is no text, or too long to be read.
    """

    how: How
    path: str
    before: int | None
    after: int | None
    moved_from: str = ""
    lines: tuple[Line, ...] | None = None


def of_metadata(
    before: Mapping[str, object], after: Iterable[Mapping[str, object]]
) -> tuple[FieldChange, ...]:
    """Return the fields that differ, in the order of their names.

    What any file of the new release says is new: an installer reads that of the file it takes.
    """
    said = list(after)
    changes = []
    for field in sorted({*before, *(field for one in said for field in one)}):
        old = dict.fromkeys(_values(before.get(field)))
        new = dict.fromkeys(value for one in said for value in _values(one.get(field)))
        removed = tuple(value for value in old if value not in new)
        added = tuple(value for value in new if value not in old)
        if removed or added:
            changes.append(FieldChange(field, removed, added))
    return tuple(changes)


def of_contents(old: Mapping[str, Content], new: Mapping[str, Content]) -> tuple[Change, ...]:
    """Return the files of two archives that differ, by path and in that order, without lines."""
    gone = {each.sha256: path for path, each in old.items() if path not in new}
    return tuple(_changes(old, new, gone))


def with_lines(
    changes: Iterable[Change], before: Texts, after: Texts, room: int
) -> tuple[Change, ...]:
    """Return changes with the lines that differ, from the texts of both sides by path.

    A change whose lines take more than is left of `room`, by `length`, comes without them.
    """
    told: list[Change] = []
    for change in changes:
        lines = _lines(change, before.get(change.path), after.get(change.path))
        with_them = replace(change, lines=lines)
        fits = length(with_them) <= room
        room -= length(with_them) if fits else 0
        told.append(with_them if fits else change)
    return tuple(told)


def length(change: Change) -> int:
    """Return how long the lines of a change are on a page: characters, and what is around each."""
    return sum(len(line.text) + AROUND_A_LINE for line in change.lines or ())


def _changes(
    old: Mapping[str, Content], new: Mapping[str, Content], gone: Mapping[str, str]
) -> Iterator[Change]:
    moved = {gone[each.sha256] for path, each in new.items() if _is_moved(path, each, old, gone)}
    for path in sorted({*old, *new}):
        was, now = old.get(path), new.get(path)
        if was is not None and now is not None:
            if was.sha256 != now.sha256:
                yield Change(How.CHANGED, path, was.size, now.size)
        elif now is not None:
            if _is_moved(path, now, old, gone):
                yield Change(How.MOVED, path, now.size, now.size, gone[now.sha256])
            else:
                yield Change(How.ADDED, path, None, now.size)
        elif was is not None and path not in moved:
            yield Change(How.REMOVED, path, was.size, None)


def _is_moved(path: str, now: Content, old: Mapping[str, Content], gone: Mapping[str, str]) -> bool:
    # Empty files are all alike; that one came from another tells nothing.
    return path not in old and now.sha256 in gone and now.size > 0


def _lines(change: Change, was: str | None, now: str | None) -> tuple[Line, ...] | None:
    if now is None:
        return None
    if change.how is How.ADDED:
        return all_added(now)
    return None if was is None else compare(was, now)


def _values(value: object) -> tuple[str, ...]:
    if value is None or value in ("", [], {}):
        return ()
    if isinstance(value, Mapping):
        return tuple(f"{key}: {each}" for key, each in value.items())
    if isinstance(value, list | tuple):
        return tuple(map(str, value))
    return (str(value),)
