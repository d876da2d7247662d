"""Reads a gzipped tar file strictly, in one pass, bounded, streaming.

    for member, blocks in read_tar_gz(file, Limits()).each():
        ...

The rules:

1. One gzip stream takes up the whole file. In it, members, then two blocks of zeros, then only
   zeros; the space after each member's content is zero too.
2. Regular files, folders, and symbolic links to a regular file of the same archive (some popular
   sdists hold those). No hard links, devices, sparse files; a link to a folder, to a link, to
   nothing or to the outside is refused, so no path can lead through a link.
3. Extended headers may lengthen a name; they may not change what another reader sees.
4. Names as `paths` allows.

What the rules say of members together (duplicates, collisions, links) and of the end of the file
is only known at the end: act on a member's content once `each` is exhausted.
"""

import posixpath
from collections.abc import Iterator, Sequence
from typing import BinaryIO

from strongroom.core.archives import tar_headers as headers
from strongroom.core.archives.inflate import BLOCK, GZIP, exactly, inflated, size_of, span
from strongroom.core.archives.kinds import TAR_BLOCK, looks_like_zip
from strongroom.core.archives.limits import Budget, Limits
from strongroom.core.archives.members import Member
from strongroom.core.archives.paths import check_path, check_together, decoded
from strongroom.core.archives.refusals import Code, refused, shown

_GZIP_MAGIC = b"\x1f\x8b\x08"
_ZEROS = bytes(TAR_BLOCK)
_LONGEST_HEADER = BLOCK  # bytes of one extended header; real ones take a few hundred
_PERMISSIONS = 0o7777


class TarArchive:
    """A gzipped tar file of which only the first bytes have been looked at."""

    def __init__(self, file: BinaryIO, limits: Limits) -> None:
        """Take the open file; nothing of the tar inside has been read."""
        self._file = file
        self._limits = limits

    def each(self) -> Iterator[tuple[Member, Iterator[bytes]]]:
        """Yield every member with its blocks, from the start; blocks left unread are skipped."""
        size = size_of(self._file)
        budget = Budget(self._limits, size)
        stream = _Stream(inflated(span(self._file, 0, size), GZIP), budget)
        members: list[Member] = []
        while (member := _next_member(stream, self._limits, budget)) is not None:
            members.append(member)
            end = stream.position + member.size
            yield member, _content(stream, end)
            for _ in _content(stream, end):
                pass
            _expect_zeros(stream.exactly(headers.padding(member.size)))
        _check_end(stream)
        check_together(members)
        _check_links(members)


def read_tar_gz(file: BinaryIO, limits: Limits) -> TarArchive:
    """Return a reader of a seekable gzipped tar file, or refuse a file of another kind."""
    if size_of(file) < len(_GZIP_MAGIC) or exactly(file, 0, len(_GZIP_MAGIC)) != _GZIP_MAGIC:
        raise refused(Code.NOT_TAR_GZ, "The file is not a gzipped tar file.")
    if looks_like_zip(file):
        raise refused(Code.TWO_KINDS, "The tar file can be opened as a zip file as well.")
    return TarArchive(file, limits)


class _Stream:
    """Unpacked bytes in order, handed out in the amounts that are asked for."""

    def __init__(self, blocks: Iterator[bytes], budget: Budget) -> None:
        self._blocks = blocks
        self._budget = budget
        self._ready = b""
        self._at = 0
        self.position = 0

    def up_to(self, count: int) -> bytes:
        """Return `count` bytes (at most BLOCK), fewer only where the stream ends."""
        while len(self._ready) - self._at < count:
            block = next(self._blocks, b"")
            if not block:
                break
            self._budget.unpacked(len(block))
            self._ready = self._ready[self._at :] + block
            self._at = 0
        taken = self._ready[self._at : self._at + count]
        self._at += len(taken)
        self.position += len(taken)
        return taken

    def exactly(self, count: int) -> bytes:
        """Return `count` bytes (at most BLOCK), or refuse a stream that ends before."""
        taken = self.up_to(count)
        if len(taken) != count:
            raise refused(Code.TRUNCATED, "The tar file ends before its content does.")
        return taken


def _content(stream: _Stream, end: int) -> Iterator[bytes]:
    while stream.position < end:
        yield stream.exactly(min(BLOCK, end - stream.position))


def _expect_zeros(data: bytes) -> None:
    if data.strip(b"\0"):
        raise refused(Code.PADDING, "Bytes that belong to no member stand in the tar file.")


def _check_end(stream: _Stream) -> None:
    """Expect, after the first block of zeros, a second one, and then only zeros."""
    _expect_zeros(stream.exactly(TAR_BLOCK))
    while data := stream.up_to(BLOCK):
        _expect_zeros(data)


def _next_member(stream: _Stream, limits: Limits, budget: Budget) -> Member | None:
    pax: dict[str, bytes] = {}
    gnu_name: bytes | None = None
    while True:
        block = stream.exactly(TAR_BLOCK)
        if block == _ZEROS and not pax and gnu_name is None:
            return None
        header = headers.parse_header(block)
        if header.kind == headers.PAX_GLOBAL:
            headers.parse_pax(_extension(stream, header), for_all=True)
        elif header.kind == headers.PAX and not pax:
            pax = headers.parse_pax(_extension(stream, header), for_all=False)
        elif header.kind == headers.GNU_LONG_NAME and gnu_name is None:
            gnu_name = _extension(stream, header).removesuffix(b"\0")
        else:
            raw = headers.full_name(header, pax, gnu_name)
            headers.check_size(header, pax)
            budget.member(raw, header.size)
            return _member(header, raw, limits)


def _extension(stream: _Stream, header: headers.Header) -> bytes:
    if header.size > _LONGEST_HEADER:
        raise refused(Code.PAX, "An extended header of the tar file is too long.")
    data = stream.exactly(header.size)
    _expect_zeros(stream.exactly(headers.padding(header.size)))
    return data


def _member(header: headers.Header, raw: bytes, limits: Limits) -> Member:
    is_dir = header.kind == headers.FOLDER
    name = decoded(raw.removesuffix(b"/") if is_dir else raw)
    check_path(name, limits)
    target = ""
    if header.kind == headers.SYMLINK:
        target = _resolved(name, decoded(header.link))
    elif header.kind == headers.HARD_LINK:
        raise refused(Code.LINK, f"The member {shown(name)} is a hard link.")
    elif header.kind == headers.GNU_SPARSE:
        raise refused(Code.SPARSE, f"The member {shown(name)} is a sparse file.")
    elif header.kind not in {headers.FILE, headers.OLD_FILE, headers.FOLDER}:
        raise refused(Code.SPECIAL_FILE, f"The member {shown(name)} is no regular file.")
    if header.size and (is_dir or target):
        raise refused(Code.FOLDER_CONTENT, f"The member {shown(name)} cannot have content.")
    return Member(name, header.size, is_dir, header.mode & _PERMISSIONS, target)


def _resolved(name: str, target: str) -> str:
    """Return the name of the member that a link means; whether it exists is seen at the end."""
    path = posixpath.normpath(posixpath.join(posixpath.dirname(name), target))
    if not target or target.startswith("/") or "\\" in target or path.split("/")[0] in {".", ".."}:
        raise refused(Code.LINK, f"The link {shown(name)} points out of the archive.")
    return path


def _check_links(members: Sequence[Member]) -> None:
    files = {member.name for member in members if not (member.is_dir or member.target)}
    for member in members:
        if member.target and member.target not in files:
            sentence = f"The link {shown(member.name)} does not point to a file of the archive."
            raise refused(Code.LINK, sentence)
