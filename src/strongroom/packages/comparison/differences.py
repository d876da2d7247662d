"""How one release differs from another: its metadata, its files, and what is in them. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from strongroom.core.ecosystem import Content
from strongroom.packages.comparison.texts import Line, all_added, compare


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
    before: Mapping[str, object], after: Mapping[str, object]
) -> tuple[FieldChange, ...]:
    """Return the fields that differ, in the order of their names."""
    changes = []
    for field in sorted({*before, *after}):
        old, new = _values(before.get(field)), _values(after.get(field))
        removed = tuple(value for value in old if value not in set(new))
        added = tuple(value for value in new if value not in set(old))
        if removed or added:
            changes.append(FieldChange(field, removed, added))
    return tuple(changes)


def of_contents(
    before: Iterable[Content], after: Iterable[Content], most_lines: int
) -> tuple[Change, ...]:
    """Return the files of two archives that differ, in the order of their paths.

    A change that has more lines than are left of `most_lines` comes without them.
    """
    old = {each.path: each for each in before}
    new = {each.path: each for each in after}
    gone = {each.sha256: path for path, each in old.items() if path not in new}
    changes: list[Change] = []
    room = most_lines
    for change in _changes(old, new, gone):
        lines = change.lines if change.lines is None or len(change.lines) <= room else None
        room -= len(lines or ())
        changes.append(_with_lines(change, lines))
    return tuple(changes)


def _changes(
    old: Mapping[str, Content], new: Mapping[str, Content], gone: Mapping[str, str]
) -> Iterator[Change]:
    moved = {gone[each.sha256] for path, each in new.items() if _is_moved(path, each, old, gone)}
    for path in sorted({*old, *new}):
        was, now = old.get(path), new.get(path)
        if was is not None and now is not None:
            if was.sha256 != now.sha256:
                lines = _compared(was.text, now.text)
                yield Change(How.CHANGED, path, was.size, now.size, lines=lines)
        elif now is not None:
            if _is_moved(path, now, old, gone):
                yield Change(How.MOVED, path, now.size, now.size, gone[now.sha256])
            else:
                lines = None if now.text is None else all_added(now.text)
                yield Change(How.ADDED, path, None, now.size, lines=lines)
        elif was is not None and path not in moved:
            yield Change(How.REMOVED, path, was.size, None)


def _is_moved(path: str, now: Content, old: Mapping[str, Content], gone: Mapping[str, str]) -> bool:
    # Empty files are all alike; that one came from another tells nothing.
    return path not in old and now.sha256 in gone and now.size > 0


def _compared(was: str | None, now: str | None) -> tuple[Line, ...] | None:
    return None if was is None or now is None else compare(was, now)


def _with_lines(change: Change, lines: tuple[Line, ...] | None) -> Change:
    return Change(change.how, change.path, change.before, change.after, change.moved_from, lines)


def _values(value: object) -> tuple[str, ...]:
    if value is None or value in ("", [], {}):
        return ()
    if isinstance(value, Mapping):
        return tuple(f"{key}: {each}" for key, each in value.items())
    if isinstance(value, list | tuple):
        return tuple(map(str, value))
    return (str(value),)
