"""Which names members may have, alone and together, so that every system unpacks the same files.

Zip and tar share these rules. A name is a relative path of plain segments in UTF-8. Names that one
file system tells apart and another does not (case, Unicode normalisation, Windows devices) are
refused, as an installer there would write one member over another.
"""

import re
import unicodedata
from collections.abc import Iterable
from itertools import pairwise, takewhile

from strongroom.core.archives.limits import Limits
from strongroom.core.archives.members import Member
from strongroom.core.archives.refusals import Code, refused, shown

# Microsoft, "Naming Files, Paths, and Namespaces": reserved with any extension. The superscript
# digits count as digits there.
_DEVICE = re.compile(
    r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9\u00b9\u00b2\u00b3]) *(\..*)?"
)


def decoded(raw: bytes) -> str:
    """Return a name's text, or refuse bytes that are not UTF-8."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        sentence = f"The member name {shown(raw)} is not UTF-8."
        raise refused(Code.PATH_ENCODING, sentence) from None


def check_path(path: str, limits: Limits) -> None:
    """Refuse a name that is not a short, relative, portable path."""
    if len(path.encode()) > limits.max_path:
        sentence = f"The member name {shown(path)} is longer than {limits.max_path} bytes."
        raise refused(Code.PATH_TOO_LONG, sentence)
    _check_characters(path)
    segments = path.split("/")
    if len(segments) > limits.max_depth:
        sentence = f"The member {shown(path)} lies deeper than {limits.max_depth} folders."
        raise refused(Code.PATH_TOO_DEEP, sentence)
    for segment in segments:
        _check_segment(segment, path)


def _check_characters(path: str) -> None:
    if path.startswith("/"):
        raise refused(Code.PATH_ABSOLUTE, f"The member name {shown(path)} is absolute.")
    if "\\" in path:
        sentence = f"The member name {shown(path)} contains a backslash."
        raise refused(Code.PATH_BACKSLASH, sentence)
    if ":" in path:  # a drive letter, or an alternate data stream of NTFS
        raise refused(Code.PATH_COLON, f"The member name {shown(path)} contains a colon.")
    # Control characters, line separators, text direction marks (CVE-2021-42574), and code points
    # not assigned yet, whose case nobody knows.
    if not path.isprintable():
        sentence = f"The member name {shown(path)} contains an unprintable character."
        raise refused(Code.PATH_CHARACTERS, sentence)


def _check_segment(segment: str, path: str) -> None:
    if segment == "..":
        raise refused(Code.PATH_CLIMBS, f"The member {shown(path)} climbs out of its folder.")
    if segment in {"", "."}:
        sentence = f"The member name {shown(path)} has an empty or a dot segment."
        raise refused(Code.PATH_SEGMENT, sentence)
    if segment[-1] in ". " or _DEVICE.fullmatch(segment.lower()):
        sentence = f"The member name {shown(path)} cannot exist on Windows."
        raise refused(Code.PATH_WINDOWS, sentence)


def folded(path: str) -> str:
    """Return the form in which two names are equal on some file system (Unicode 3.13, D145)."""
    if path.isascii():
        return path.lower()
    decomposed = unicodedata.normalize("NFD", path).casefold()
    return unicodedata.normalize("NFD", decomposed)


def check_together(members: Iterable[Member]) -> None:
    """Refuse members of the same name, of names that collide, and files that are also folders.

    Sorted by folded segments, names that share a folder stand side by side, so looking at
    neighbours is enough: no table of all folders, and no quadratic time.
    """
    # No name holds a NUL, so in its place `/` sorts before all else, as segment by segment.
    ordered = sorted(members, key=lambda member: folded(member.name).replace("/", "\0"))
    for left, right in pairwise(ordered):
        _check_pair(left, right)


def _check_pair(left: Member, right: Member) -> None:
    if left.name == right.name and left.is_dir == right.is_dir:
        sentence = f"The member {shown(left.name)} is in the archive twice."
        raise refused(Code.DUPLICATE, sentence)
    ours, theirs = left.name.split("/"), right.name.split("/")
    pairs = list(zip(ours, theirs, strict=False))
    alike = list(takewhile(lambda pair: folded(pair[0]) == folded(pair[1]), pairs))
    if any(one != other for one, other in alike):
        sentence = (
            f"The names {shown(left.name)} and {shown(right.name)} differ only in case or form."
        )
        raise refused(Code.COLLISION, sentence)
    if len(alike) == len(ours) and not (left.is_dir and len(theirs) > len(ours)):
        sentence = f"The member {shown(left.name)} is both a file and a folder."
        raise refused(Code.FILE_AND_FOLDER, sentence)
