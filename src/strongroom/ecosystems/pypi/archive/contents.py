"""The files within a wheel or an sdist, so that two of them can be compared.

An sdist's top folder is left out of the paths, and of a wheel's metadata folders the name and
version: they change with every release, and the files in them are the same ones.
"""

import hashlib
from collections.abc import Iterator
from typing import BinaryIO

from strongroom.core.archives.limits import Limits
from strongroom.core.archives.tars import read_tar_gz
from strongroom.core.archives.zips import read_zip
from strongroom.core.ecosystem import Content
from strongroom.ecosystems.pypi.archive import sdists

LONGEST_TEXT = 256 * 1024  # bytes; longer ones are made by programs, and nobody reads their changes
_FOLDERS = (".dist-info", ".data")


def contents(filename: str, file: BinaryIO, at_most: int) -> Iterator[Content]:
    """Yield the files of a distribution, links left out; raises InvalidError."""
    limits = Limits(max_unpacked=at_most, max_member=at_most)
    sdist = filename.endswith(sdists.SUFFIX)
    archive = read_tar_gz(file, limits) if sdist else read_zip(file, limits)
    for member, blocks in archive.each():
        if not (member.is_dir or member.target):
            path = member.name.partition("/")[2] if sdist else _in_wheel(member.name)
            yield _content(path, member.size, blocks)


def _in_wheel(name: str) -> str:
    top, slash, below = name.partition("/")
    for suffix in _FOLDERS:
        if top.endswith(suffix):
            return f"*{suffix}{slash}{below}"
    return name


def _content(path: str, size: int, blocks: Iterator[bytes]) -> Content:
    digest, kept = hashlib.sha256(), bytearray()
    for block in blocks:
        digest.update(block)
        if size <= LONGEST_TEXT:
            kept += block
    return Content(path, size, digest.hexdigest(), _text(kept) if size <= LONGEST_TEXT else None)


def _text(raw: bytes | bytearray) -> str | None:
    if b"\0" in raw:
        return None
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return None
