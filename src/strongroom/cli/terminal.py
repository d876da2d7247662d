"""What commands print: tables for people, JSON for programs, and never a control character.

Names, reasons and labels come from strangers. An escape sequence in one of them could rewrite
what the operator's terminal shows, and a line break could forge a line of a table.
"""

import json
import sys
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def clean(text: object) -> str:
    """Return a text on one line, with what a terminal would obey or hide replaced."""
    return "".join(
        "\N{REPLACEMENT CHARACTER}" if unicodedata.category(character) in _UNSEEN else character
        for character in str(text)
    )


def say(line: str = "") -> None:
    """Print a line; whatever of it is foreign was passed through `clean`."""
    print(line)


def note(line: str) -> None:
    """Tell the person something beside the output, on standard error."""
    print(line, file=sys.stderr)


def as_json(value: object) -> None:
    """Print a JSON document; it is ASCII, so that nothing in it can reach the terminal."""
    print(json.dumps(value, indent=2, default=_plain))


def table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print columns that are as wide as their widest cell."""
    lines = [list(heads), *([_cell(value) for value in row] for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(heads))]
    for line in lines:
        print("  ".join(map(str.ljust, line, widths)).rstrip())


def facts(pairs: Mapping[str, object]) -> None:
    """Print names and values, one pair a line."""
    width = max(map(len, pairs), default=0)
    for name, value in pairs.items():
        print(f"{name.ljust(width)}  {_cell(value)}".rstrip())


def _cell(value: object) -> str:
    if value is None or value == "":
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, list | tuple):
        return clean(", ".join(map(str, value))) or "-"
    return clean(value)


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else str(value)
