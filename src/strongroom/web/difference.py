"""How a release differs from the last one, as a page shows it to those who must decide about it.

What asks for attention comes first: what runs when somebody installs or imports, new dependencies,
machine code, and whatever the page does not show. It is told by names alone and decides nothing; a
person does.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from strongroom.packages.comparison.differences import Change, FieldChange, How
from strongroom.packages.comparison.releases import Difference, FileDifference
from strongroom.packages.comparison.texts import LONGEST_LINE, Sort

_MUCH = 2.0  # times as large as before
_BINARY = (".so", ".pyd", ".dll", ".dylib", ".exe", ".node", ".jar")
_RUNS = {
    "setup.py": "runs when the sdist is built",
    "pyproject.toml": "says what runs when the sdist is built",
    "*.dist-info/entry_points.txt": "says which programs and plug-ins are installed",
}
_AT_START = re.compile(r"(.*/)?([^/]+\.(pth|start)|(site|user)customize\.[^/]+)")
_CODE = ".py"
_NEEDS = "requires_dist"
_FEW = 100  # values of a field, names in a note; whoever wrote more hides something, or lists
_LONG = {"description", "keywords"}  # shown on the project's page as they are


@dataclass(frozen=True, slots=True)
class ShownFile:
    """A file of the release: its difference, and how many of its contents are new, gone, other."""

    difference: FileDifference
    counts: str
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """What the page shows: what asks for attention, fields that differ, files."""

    against: str
    notable: tuple[str, ...]
    fields: tuple[FieldChange, ...]
    files: tuple[ShownFile, ...]


def shown(difference: Difference) -> Shown:
    """Sort a difference for its readers."""
    return Shown(
        difference.against,
        tuple(dict.fromkeys(_notable(difference))),
        tuple(
            FieldChange(one.field, _few(one.removed), _few(one.added))
            for one in difference.fields
            if one.field not in _LONG
        ),
        tuple(_file(each) for each in difference.files),
    )


def _few(values: Sequence[str]) -> tuple[str, ...]:
    more = (f"and {len(values) - _FEW} more",) if len(values) > _FEW else ()
    return (*values[:_FEW], *more)


def _file(difference: FileDifference) -> ShownFile:
    changes = difference.changes or ()
    return ShownFile(difference, _counts(changes), changes)


def _counts(changes: Sequence[Change]) -> str:
    told = ((how, sum(each.how is how for each in changes)) for how in How)
    return ", ".join(f"{count} {how}" for how, count in told if count) or "nothing changed"


def _notable(difference: Difference) -> Iterator[str]:
    for field in difference.fields:
        if field.field == _NEEDS and difference.against:
            for added in _few(field.added):
                yield f"New or changed dependency: {added}"
    for file in difference.files:
        if file.changes is None:
            yield f"{file.filename} was not compared: {file.reason}"
        elif difference.against and not file.against:
            yield f"{file.filename} is of a kind that {difference.against} had no file of"
        yield from _notable_in(file)
    for name in _few(difference.missing):
        yield f"Nothing takes the place of {name}"


def _notable_in(file: FileDifference) -> Iterator[str]:
    if file.size_before and file.size > _MUCH * file.size_before:
        yield f"{file.filename} is {file.size / file.size_before:.1f} times as large as before"
    changes = [
        one
        for one in file.changes or ()
        if one.how is not How.REMOVED and (one.how is not How.ADDED or file.against)
    ]
    # Each sort by itself: nothing of one is lost among very much of another.
    for sort in (_running, _starting, _machine, _unshown):
        yield from _few([note for one in changes for note in sort(one)])


def _running(change: Change) -> Iterator[str]:
    if change.path in _RUNS:
        yield f"{change.path} was {change.how}; it {_RUNS[change.path]}"


def _starting(change: Change) -> Iterator[str]:
    if _AT_START.fullmatch(change.path):
        yield f"{change.path} was {change.how}; Python runs it at every start"


def _machine(change: Change) -> Iterator[str]:
    if change.path.lower().endswith(_BINARY):
        yield f"Machine code was {change.how}: {change.path}"


def _unshown(change: Change) -> Iterator[str]:
    """Say what of the code that changed is not on the page: there somebody could hide it."""
    if not change.path.endswith(_CODE) or change.how is How.MOVED:
        return
    if change.lines is None:
        yield f"{change.path} was {change.how}, and is not shown"
    elif any(one.sort is Sort.ADDED and len(one.text) > LONGEST_LINE for one in change.lines):
        yield f"{change.path} has new lines of more than {LONGEST_LINE} characters, which are cut"
