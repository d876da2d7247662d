"""RECORD, the list of a wheel's files with their hashes, held against the bytes themselves.

The rules, by the specification of binary distributions: every file of the archive is listed exactly
once, by a path as in the archive, with a hash of sha256 or stronger, and its size; nothing else is
listed. RECORD itself has no hash; its signatures RECORD.jws and RECORD.p7s may be left out.
No installer checks these hashes, so this is the one place where a false one is noticed.
"""

import csv
import hashlib
from base64 import urlsafe_b64encode
from dataclasses import dataclass

from strongroom.core.archives.zips import ZipArchive
from strongroom.core.errors import InvalidError
from strongroom.ecosystems.pypi.wording import quoted

LARGEST_RECORD = 16_777_216

_STRONG = frozenset({"sha256", "sha384", "sha512"})
_REMEDY = "Build the wheel again and upload it unchanged; tools that edit a wheel rewrite RECORD."


@dataclass(frozen=True, slots=True)
class _Line:
    """What RECORD says of one file: the hash in URL-safe base64 without padding, the size."""

    algorithm: str
    digest: str
    size: str


def check_record(archive: ZipArchive, folder: str) -> None:
    """Refuse (InvalidError) a wheel whose RECORD is not exactly what the archive holds.

    Reads every byte of the archive, and so checks each member's size and checksum as well.
    """
    own = f"{folder}/RECORD"
    lines = _lines(archive.read(own, LARGEST_RECORD))
    lines.pop(own, None)
    unhashed = {own, f"{own}.jws", f"{own}.p7s"}
    for member, blocks in archive.each():
        if member.is_dir or member.name in unhashed:
            lines.pop(member.name, None)
            continue
        line = lines.pop(member.name, None)
        if line is None:
            raise _refused("missing", f"RECORD does not list the file {quoted(member.name)}.")
        _check_line(member.name, line, member.size)
        engine = hashlib.new(line.algorithm)
        for block in blocks:
            engine.update(block)
        if urlsafe_b64encode(engine.digest()).rstrip(b"=").decode() != line.digest:
            raise _refused("hash", f"RECORD has another hash than the file {quoted(member.name)}.")
    if lines:
        ghost = min(lines)
        raise _refused("ghost", f"RECORD lists {quoted(ghost)}, which is not in the wheel.")


def _lines(data: bytes) -> dict[str, _Line]:
    lines: dict[str, _Line] = {}
    try:
        rows = list(csv.reader(data.decode("utf-8").splitlines()))
    except (UnicodeDecodeError, csv.Error) as error:
        raise _refused("malformed", "RECORD is not a table in UTF-8.") from error
    for row in filter(None, rows):
        if len(row) != 3:  # noqa: PLR2004 - path, hash, size
            raise _refused("malformed", f"A line of RECORD has {len(row)} fields instead of 3.")
        # Wheels built on Windows by old tools list their paths with backslashes.
        path = row[0].replace("\\", "/")
        if path in lines:
            raise _refused("twice", f"RECORD lists {quoted(path)} twice.")
        algorithm, _, digest = row[1].partition("=")
        lines[path] = _Line(algorithm, digest.rstrip("="), row[2])
    return lines


def _check_line(name: str, line: _Line, size: int) -> None:
    if line.algorithm not in _STRONG:
        sentence = f"RECORD has no sha256 or stronger hash for {quoted(name)}."
        raise _refused("weak", sentence)
    # The size may be left out, as the hash says more; a wrong one is wrong.
    if line.size and line.size != str(size):
        raise _refused("size", f"RECORD has another size than the file {quoted(name)}.")


def _refused(what: str, sentence: str) -> InvalidError:
    return InvalidError(f"wheel-record-{what}", sentence, _REMEDY)
