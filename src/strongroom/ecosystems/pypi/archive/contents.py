"""The files within a wheel or an sdist, so that two of them can be compared.

An sdist's top folder is left out of the paths, and of a wheel's metadata folders the name and
version: they change with every release, and the files in them are the same ones.
"""

import hashlib
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from typing import BinaryIO

from strongroom.core.archives.limits import Limits
from strongroom.core.archives.members import Member
from strongroom.core.archives.tars import read_tar_gz
from strongroom.core.archives.zips import read_zip
from strongroom.core.ecosystem import Content, Most
from strongroom.ecosystems.pypi.archive import sdists

_FOLDERS = (".dist-info", ".data")


def contents(
    filename: str, file: BinaryIO, most: Most, texts: AbstractSet[str]
) -> Iterator[Content]:
    """Yield the files of a distribution, with the text of those whose path is in `texts`.

    Raises InvalidError.
    """
    limits = Limits(most.members, max_unpacked=most.unpacked, max_member=most.unpacked)
    sdist = filename.endswith(sdists.SUFFIX)
    archive = read_tar_gz(file, limits) if sdist else read_zip(file, limits)
    for member, blocks in archive.each():
        if not member.is_dir:
            path = member.name.partition("/")[2] if sdist else _in_wheel(member.name)
            yield _content(path, member, blocks, wanted=path in texts)


def _in_wheel(name: str) -> str:
    top, slash, below = name.partition("/")
    for suffix in _FOLDERS:
        if top.endswith(suffix):
            return f"*{suffix}{slash}{below}"
    return name


def _content(path: str, member: Member, blocks: Iterator[bytes], *, wanted: bool) -> Content:
    digest, kept = hashlib.sha256(), bytearray()
    if member.target:
        # No file's content has the digest of a link; what a path leads to can change by one.
        digest.update(b"\0link")
        blocks = iter([f"A link to {member.target.partition('/')[2]}".encode()])
    for block in blocks:
        digest.update(block)
        if wanted:
            kept += block
    return Content(path, member.size, digest.hexdigest(), _text(kept) if wanted else None)


def _text(raw: bytes | bytearray) -> str | None:
    if b"\0" in raw:
        return None
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return None
