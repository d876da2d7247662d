"""How values are worded on pages: sizes, moments, digests, and characters that cannot be seen.

The filters are built into every template of this door. Moments are absolute, because most pages
are rendered once and read for years.
"""

import re
import unicodedata
from datetime import UTC, datetime

from django import template
from django.utils.safestring import SafeString

register = template.Library()

KIB = 1024
_UNITS = ("KiB", "MiB", "GiB")
# Not by strftime, which takes ten times as long: a page may tell of thousands of releases.
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
SHORT = 12  # hexadecimal digits: 48 bits tell the files of one page apart

# Joined emoji are written with it (UTS #51, 2.2); anywhere else it hides.
_JOINER = "\u200d"
# Letters and marks by category that nevertheless leave no ink.
_BLANKS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
_UNSEEN_CATEGORIES = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})
_VARIATIONS = range(0xE0100, 0xE01F0)  # a text of any length can hide in a run of these


@register.filter
def size(count: int) -> str:
    """Word a number of bytes in units of 1024: `18.4 KiB`."""
    if count < KIB:
        return f"{count} B"
    power = min((count.bit_length() - 1) // 10, len(_UNITS))
    return f"{count / KIB**power:.1f} {_UNITS[power - 1]}"


@register.filter
def moment(at: datetime) -> SafeString:
    """Word a moment to the minute, in UTC, with the exact one for machines."""
    at = at.astimezone(UTC)
    return _time(at, f"{at.day} {MONTHS[at.month - 1]} {at.year}, {at:%H:%M} UTC")


@register.filter
def day(at: datetime) -> SafeString:
    """Word the day of a moment, in UTC."""
    at = at.astimezone(UTC)
    return _time(at, f"{at.day} {MONTHS[at.month - 1]} {at.year}")


@register.filter
def short(digest: str) -> str:
    """Shorten a digest to what tells files of one page apart."""
    return f"{digest[:SHORT]}…" if len(digest) > SHORT else digest


@register.filter
def visible(text: object) -> str:
    """Write characters that cannot be seen, or that turn text around, as `[U+202E]`.

    What a stranger wrote is shown through this wherever it is one line (CVE-2021-42574).
    """
    shown = str(text)
    if shown.isascii() and shown.isprintable():
        return shown
    # Of each character once: what a stranger wrote may be long.
    unseen = "".join(filter(_is_unseen, set(shown)))
    return re.sub(f"[{re.escape(unseen)}]", _marked, shown) if unseen else shown


@register.filter
def code(text: str) -> str:
    """Do the same with a line of code, in which tabs are what they are everywhere."""
    return "\t".join(map(visible, text.split("\t")))


def marker(character: str) -> str:
    """Return what is shown in the place of an unseen character."""
    return f"[U+{ord(character):04X}]"


def _marked(found: re.Match[str]) -> str:
    character, at = found[0], found.start()
    before = found.string[at - 1] if at else ""
    if character == _JOINER and before and unicodedata.category(before) in {"So", "Sk", "Mn"}:
        return character
    return marker(character)


def _is_unseen(character: str) -> bool:
    return (
        unicodedata.category(character) in _UNSEEN_CATEGORIES
        or character in _BLANKS
        or ord(character) in _VARIATIONS
    )


def _time(at: datetime, words: str) -> SafeString:
    return SafeString(f'<time datetime="{at.isoformat()[:19]}Z">{words}</time>')
