"""What the archive tests share: reading bytes whole, and the code of a refusal."""

import io
from collections.abc import Callable

import pytest

from strongroom.core.archives.limits import Limits
from strongroom.core.archives.tars import read_tar_gz
from strongroom.core.archives.zips import ZipArchive, read_zip
from strongroom.core.errors import InvalidError

Contents = list[tuple[str, bytes]]


def opened(data: bytes, limits: Limits | None = None) -> ZipArchive:
    """Return the zip archive in the bytes."""
    return read_zip(io.BytesIO(data), limits or Limits())


def unzipped(data: bytes, limits: Limits | None = None) -> Contents:
    """Return every member of a zip file with its content."""
    return [(member.name, b"".join(blocks)) for member, blocks in opened(data, limits).each()]


def untarred(data: bytes, limits: Limits | None = None) -> Contents:
    """Return every member of a gzipped tar file with its content."""
    archive = read_tar_gz(io.BytesIO(data), limits or Limits())
    return [(member.name, b"".join(blocks)) for member, blocks in archive.each()]


def contents(filename: str, data: bytes) -> Contents:
    """Return every member of a wheel or an sdist with its content."""
    return unzipped(data) if filename.endswith(".whl") else untarred(data)


def code_of(act: Callable[[], object]) -> str:
    """Return the code of the refusal that the act ends in."""
    with pytest.raises(InvalidError) as caught:
        act()
    return caught.value.code


def skimmed(filename: str, data: bytes) -> int:
    """Return how many bytes a wheel or an sdist unpacks to, keeping none of them."""
    file = io.BytesIO(data)
    wheel = filename.endswith(".whl")
    archive = read_zip(file, Limits()) if wheel else read_tar_gz(file, Limits())
    return sum(len(block) for _, blocks in archive.each() for block in blocks)
