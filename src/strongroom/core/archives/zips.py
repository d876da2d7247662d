"""Reads a zip file strictly: local headers and central directory in step, bounded, streaming.

    archive = read_zip(file, Limits())
    for member, blocks in archive.each():
        ...

The rules, after the attacks of 2025 on installers that read one zip file in two ways:

1. The file is members, then the central directory, then the end record, then nothing: no byte
   before, between or after. Members stand in the order of the directory.
2. Each local header says what its directory entry says. Sizes stand in front of the data.
3. Stored or deflated, not encrypted, no comments, no second names, one disk.
4. Regular files and folders only, under the names that `paths` allows.
5. What comes out has the stated size and checksum, and the packed bytes are used up exactly.

Rules 1 to 4 hold when `read_zip` returns; rule 5 for a member when its blocks are exhausted.
"""

import stat
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import BinaryIO

from strongroom.core.archives import zip_records as records
from strongroom.core.archives.inflate import DEFLATE, exactly, inflated, size_of, span
from strongroom.core.archives.kinds import looks_like_tar
from strongroom.core.archives.limits import Budget, Limits
from strongroom.core.archives.members import Member
from strongroom.core.archives.paths import check_path, check_together, decoded
from strongroom.core.archives.refusals import Code, refused, shown
from strongroom.core.errors import InvalidError

_UNIX = 16  # external attributes: the Unix mode stands in the upper half
_DOS_FOLDER = 0x10


@dataclass(frozen=True, slots=True)
class _Entry:
    """A member, its header, and where in the file its local header and its data start."""

    member: Member
    header: records.Header
    offset: int
    start: int = 0

    @property
    def end(self) -> int:
        return self.start + self.header.packed


class ZipArchive:
    """A zip file whose structure has been checked; owns no more than a view of the open file."""

    def __init__(self, file: BinaryIO, entries: tuple[_Entry, ...]) -> None:
        """Take the open file and the entries found in it, in order."""
        self._file = file
        self._entries = {entry.member.name: entry for entry in entries}
        self.members = tuple(entry.member for entry in entries)

    def each(self) -> Iterator[tuple[Member, Iterator[bytes]]]:
        """Yield every member with its blocks; blocks left unread are read and checked too.

        A block has been counted, but its checksum is only known after the member's last one.
        """
        for entry in self._entries.values():
            blocks = self._blocks(entry)
            yield entry.member, blocks
            for _ in blocks:
                pass

    def read(self, name: str, at_most: int) -> bytes:
        """Return one file's checked content, or refuse more than `at_most` bytes of it."""
        entry = self._entries.get(name)
        if entry is None or entry.member.is_dir:
            raise refused(Code.NO_SUCH_MEMBER, f"The archive has no file {shown(name)}.")
        if entry.member.size > at_most:
            sentence = f"The member {shown(name)} is larger than {at_most} bytes."
            raise refused(Code.MEMBER_TOO_LARGE, sentence)
        return b"".join(self._blocks(entry))

    def _blocks(self, entry: _Entry) -> Iterator[bytes]:
        packed = span(self._file, entry.start, entry.end)
        stored = entry.header.method == records.STORED
        return _verified(packed if stored else inflated(packed, DEFLATE), entry)


def read_zip(file: BinaryIO, limits: Limits) -> ZipArchive:
    """Check the structure of a seekable zip file and return its members, or refuse it."""
    size = size_of(file)
    directory = _find_directory(file, size)
    if looks_like_tar(file):
        raise refused(Code.TWO_KINDS, "The zip file can be opened as a tar file as well.")
    listed = list(_read_directory(file, directory, limits, Budget(limits, size)))
    check_together(entry.member for entry in listed)
    return ZipArchive(file, tuple(_in_step(file, listed, directory.start)))


def _find_directory(file: BinaryIO, size: int) -> records.Directory:
    at = size - records.END.size
    record = exactly(file, at, records.END.size) if at >= 0 else b""
    if not record.startswith(records.END_MARK):
        raise _without_end(file, size)
    found = records.parse_end(record, at)
    if found is not None:
        before = at - records.LOCATOR64.size
        if before >= 0 and exactly(file, before, 4) == records.LOCATOR64_MARK:
            raise refused(Code.ZIP64, "A zip64 locator stands where the directory should end.")
        return found
    locator_at = at - records.LOCATOR64.size
    end64_at = locator_at - records.END64.size
    if end64_at < 0:
        raise refused(Code.ZIP64, "The zip file lacks its zip64 end record.")
    locator = exactly(file, locator_at, records.LOCATOR64.size)
    end64 = exactly(file, end64_at, records.END64.size)
    return records.parse_end64(locator, end64, record, end64_at)


def _without_end(file: BinaryIO, size: int) -> InvalidError:
    start = max(0, size - records.END.size - records.LONGEST_COMMENT)
    tail = exactly(file, start, size - start)
    at = tail.rfind(records.END_MARK)
    record = tail[at : at + records.END.size]
    if at < 0 or len(record) < records.END.size:
        return refused(Code.NOT_ZIP, "The file is not a zip file, or its end is missing.")
    comment = records.END.unpack(record)[-1]
    if comment and at + len(record) + comment == len(tail):
        return refused(Code.COMMENT, "The zip file carries a comment.")
    return refused(Code.TRAILING_BYTES, "Other bytes follow the end of the zip file.")


def _read_directory(
    file: BinaryIO, directory: records.Directory, limits: Limits, budget: Budget
) -> Iterator[_Entry]:
    at, end = directory.start, directory.start + directory.length
    for _ in range(directory.count):
        length = records.central_length(exactly(file, at, records.CENTRAL.size))
        if at + length > end:
            raise refused(Code.MEMBER_COUNT, "The zip file lists fewer members than it counts.")
        listed = records.parse_central(exactly(file, at, length))
        at += length
        records.check_flags(listed.header)
        budget.member(listed.header.name, listed.header.size)
        budget.unpacked(listed.header.size)
        yield _Entry(_member(listed, limits), listed.header, listed.offset)
    if at != end:
        raise refused(Code.MEMBER_COUNT, "The zip file lists more members than it counts.")


def _member(listed: records.Listed, limits: Limits) -> Member:
    raw, size = listed.header.name, listed.header.size
    name = decoded(raw)
    check_path(name.removesuffix("/"), limits)
    mode = listed.attributes >> _UNIX
    kind = stat.S_IFMT(mode)
    if kind == stat.S_IFLNK:
        raise refused(Code.LINK, f"The member {shown(name)} is a symbolic link.")
    if kind not in {0, stat.S_IFREG, stat.S_IFDIR}:
        raise refused(Code.SPECIAL_FILE, f"The member {shown(name)} is no regular file.")
    named_folder = name.endswith("/")
    marked_folder = kind == stat.S_IFDIR or bool(listed.attributes & _DOS_FOLDER)
    if (marked_folder and not named_folder) or (named_folder and kind == stat.S_IFREG):
        raise refused(Code.FILE_AND_FOLDER, f"The member {shown(name)} is both file and folder.")
    if named_folder and size:
        raise refused(Code.FOLDER_CONTENT, f"The folder {shown(name)} has content of its own.")
    return Member(name.removesuffix("/"), size, is_dir=named_folder, mode=stat.S_IMODE(mode))


def _in_step(file: BinaryIO, listed: list[_Entry], end: int) -> Iterator[_Entry]:
    at = 0
    for entry in listed:
        if entry.offset != at:
            sentence = f"The member {shown(entry.member.name)} does not follow the one before it."
            raise refused(Code.LAYOUT, sentence)
        length = records.local_length(exactly(file, at, records.LOCAL.size))
        records.check_alike(records.parse_local(exactly(file, at, length)), entry.header)
        placed = replace(entry, start=at + length)
        at = placed.end
        yield placed
    if at != end:
        raise refused(Code.LAYOUT, "Bytes that belong to no member stand in the zip file.")


def _verified(blocks: Iterator[bytes], entry: _Entry) -> Iterator[bytes]:
    left, crc = entry.header.size, 0
    for block in blocks:
        left -= len(block)
        if left < 0:
            break  # a bomb stops here, at most one block beyond what it claims
        crc = zlib.crc32(block, crc)
        yield block
    if left:
        sentence = f"The member {shown(entry.member.name)} is not as long as its header says."
        raise refused(Code.SIZE, sentence)
    if crc != entry.header.crc:
        sentence = f"The member {shown(entry.member.name)} does not match its checksum."
        raise refused(Code.CHECKSUM, sentence)
