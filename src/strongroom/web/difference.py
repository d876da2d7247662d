"""How a release differs from the last one, as a page shows it to those who must decide about it.

What asks for attention comes first: what runs when somebody installs or imports, new dependencies,
machine code. It is told by names alone and decides nothing; a person does.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from strongroom.packages.comparison.differences import Change, FieldChange, How
from strongroom.packages.comparison.releases import Difference, FileDifference

_MUCH = 2.0  # times as large as before
_BINARY = (".so", ".pyd", ".dll", ".dylib", ".exe", ".node", ".jar")
_RUNS = {
    "setup.py": "runs when the sdist is built",
    "pyproject.toml": "says what runs when the sdist is built",
    "*.dist-info/entry_points.txt": "says which programs and plug-ins are installed",
}
_NEEDS = "requires_dist"
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
        tuple(field for field in difference.fields if field.field not in _LONG),
        tuple(_file(each) for each in difference.files),
    )


def _file(difference: FileDifference) -> ShownFile:
    changes = difference.changes or ()
    return ShownFile(difference, _counts(changes), changes)


def _counts(changes: Sequence[Change]) -> str:
    told = ((how, sum(each.how is how for each in changes)) for how in How)
    return ", ".join(f"{count} {how}" for how, count in told if count) or "nothing changed"


def _notable(difference: Difference) -> Iterator[str]:
    for field in difference.fields:
        if field.field == _NEEDS and difference.against:
            for added in field.added:
                yield f"New or changed dependency: {added}"
    for file in difference.files:
        yield from _notable_in(file)


def _notable_in(file: FileDifference) -> Iterator[str]:
    if file.size_before and file.size > _MUCH * file.size_before:
        yield f"{file.filename} is {file.size / file.size_before:.1f} times as large as before"
    for change in file.changes or ():
        if change.how is How.REMOVED or (change.how is How.ADDED and not file.against):
            continue
        if change.path in _RUNS:
            yield f"{change.path} was {change.how}; it {_RUNS[change.path]}"
        elif change.path.lower().endswith(_BINARY):
            yield f"Machine code was {change.how}: {change.path}"
        elif change.path.endswith(".pth"):
            yield f"{change.path} was {change.how}; Python runs it at every start"
