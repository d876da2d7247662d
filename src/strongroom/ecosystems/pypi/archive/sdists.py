"""Sdists: a gzipped tar file with one top folder, named as PEP 625 says, and PKG-INFO in it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from packaging.utils import InvalidSdistFilename, canonicalize_version, parse_sdist_filename

from strongroom.core.archives.limits import Limits
from strongroom.core.archives.tars import read_tar_gz
from strongroom.core.errors import InvalidError
from strongroom.core.findings import Finding, Severity
from strongroom.ecosystems.pypi.metadata.fields import LARGEST_METADATA, Metadata
from strongroom.ecosystems.pypi.metadata.fields import read as read_metadata
from strongroom.ecosystems.pypi.wording import ascii_line, quoted

KIND = "sdist"
PYTHON_TAGS = "source"
SUFFIX = ".tar.gz"

_REBUILD = "Build the sdist again with a current build tool and upload it unchanged."
_BUILDABLE = ("pyproject.toml", "setup.py")


@dataclass(frozen=True, slots=True)
class Sdist:
    """An sdist that holds together: its metadata, its files below the top folder, findings."""

    metadata: Metadata
    files: tuple[tuple[str, int], ...]
    findings: tuple[Finding, ...]


def read_sdist(filename: str, file: BinaryIO) -> Sdist:
    """Return what an sdist says of itself, or refuse it with InvalidError."""
    parsed_name(filename)
    top = filename.removesuffix(SUFFIX)
    files: dict[str, int] = {}
    found: list[bytes] = []
    for member, blocks in read_tar_gz(file, Limits()).each():
        folder, _, below = member.name.partition("/")
        if folder != top or not (below or member.is_dir):
            sentence = f"The sdist holds {quoted(member.name)} outside of {quoted(top)}."
            raise _refused("folders", sentence)
        if not member.is_dir:
            files[below] = member.size
        if below == "PKG-INFO" and not member.is_dir and not member.target:
            found.append(_bounded(blocks))
    if not found:
        raise _refused("incomplete", f"The sdist has no file {top}/PKG-INFO.")
    metadata = read_metadata(found[0])
    _check_name(filename, metadata)
    _check_licences(metadata, files)
    return Sdist(metadata, tuple(files.items()), tuple(_findings(files)))


def parsed_name(filename: str) -> tuple[str, str]:
    """Return the keys of project and version in an sdist's file name, or refuse it (PEP 625)."""
    try:
        key, version = parse_sdist_filename(filename)
    except InvalidSdistFilename as error:
        raise _refused("filename", f"{ascii_line(str(error))}.") from error
    return key, canonicalize_version(version)


def _bounded(blocks: Iterator[bytes]) -> bytes:
    taken = bytearray()
    for block in blocks:
        taken += block
        # One byte too many is kept, so that the reader of metadata refuses it in its own words.
        if len(taken) > LARGEST_METADATA:
            break
    return bytes(taken)


def _check_name(filename: str, metadata: Metadata) -> None:
    expected = f"{metadata.name.key.replace('-', '_')}-{metadata.version.display}{SUFFIX}"
    if filename != expected:
        raise InvalidError(
            "sdist-filename",
            f"The sdist is named {quoted(filename)}, its metadata asks for {quoted(expected)}.",
            "Build it with a tool that follows PEP 625, such as setuptools 69.3 or later.",
        )


def _check_licences(metadata: Metadata, files: dict[str, int]) -> None:
    for path in metadata.license_files:
        if path not in files:
            raise _refused("license-file", f"The License-File {quoted(path)} is not in the sdist.")


def _findings(files: dict[str, int]) -> Iterator[Finding]:
    if not any(name in files for name in _BUILDABLE):
        sentence = "The sdist has neither pyproject.toml nor setup.py, so nothing can build it."
        yield Finding(KIND, "sdist-cannot-be-built", Severity.WARNING, sentence)


def _refused(what: str, sentence: str) -> InvalidError:
    return InvalidError(f"sdist-{what}", sentence, _REBUILD)
