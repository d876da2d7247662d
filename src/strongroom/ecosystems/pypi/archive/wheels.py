"""Wheels: what the file name says, and that WHEEL, RECORD, entry points and folders agree with it.

The binary distribution format (PEP 427 and its living specification), read as PyPI reads it, and
stricter where an installer would be misled: RECORD and the tags in WHEEL must be true.
"""

import re
from collections.abc import Iterator
from configparser import ConfigParser, Error
from dataclasses import dataclass
from email.parser import BytesParser
from math import prod
from typing import BinaryIO

from packaging.tags import InvalidTag, Tag, parse_tag
from packaging.utils import InvalidWheelFilename, canonicalize_version, parse_wheel_filename

from strongroom.core.archives.limits import Limits
from strongroom.core.archives.zips import read_zip
from strongroom.core.errors import InvalidError
from strongroom.core.findings import Finding, Severity
from strongroom.ecosystems.pypi.archive.platforms import is_supported
from strongroom.ecosystems.pypi.archive.record import check_record
from strongroom.ecosystems.pypi.metadata.fields import LARGEST_METADATA, Metadata
from strongroom.ecosystems.pypi.metadata.fields import read as read_metadata
from strongroom.ecosystems.pypi.wording import ascii_line, quoted

KIND = "bdist_wheel"
LARGEST_TEXT = 131_072
MOST_TAGS = 500

_REBUILD = "Build the wheel again with a current build tool and upload it unchanged."
_SCHEMES = frozenset({"data", "headers", "platlib", "purelib", "scripts"})
_ENTRY_POINT = re.compile(r"[\w.-]+")
_OBJECT = re.compile(r"\w+(\.\w+)*(\s*:\s*\w+(\.\w+)*)?(\s*\[[^\]]*\])?")
_INDENTED_SECTION = re.compile(r"^[^\S\n]+\[", re.MULTILINE)
# What Python looks for when it starts: path files, PEP 829's start files, and two modules in any
# form that a module can have. `.data/data` reaches them too, below the name of the folder.
_AT_START = re.compile(r"[^/]+\.(pth|start)|(site|user)customize(\.[^/]+|/.+)")
_INSTALLED = re.compile(r".*/(?:site|dist)-packages/(.+)")
_BINARY = (".so", ".pyd", ".dll", ".dylib", ".exe")


@dataclass(frozen=True, slots=True)
class FileName:
    """The parts of a wheel's file name; `stem` is its first two, which name its folders."""

    key: str
    version: str
    stem: str
    python_tags: str
    tags: frozenset[Tag]


@dataclass(frozen=True, slots=True)
class Wheel:
    """A wheel that holds together: its metadata, METADATA byte by byte, its files and findings."""

    metadata: Metadata
    metadata_file: bytes
    python_tags: str
    files: tuple[tuple[str, int], ...]
    findings: tuple[Finding, ...]


def read_wheel(filename: str, file: BinaryIO) -> Wheel:
    """Return what a wheel says of itself, or refuse it with InvalidError."""
    named = parsed_name(filename)
    archive = read_zip(file, Limits())
    folder = f"{named.stem}.dist-info"
    files = {member.name: member.size for member in archive.members if not member.is_dir}
    _check_folders(files, named.stem)
    data = archive.read(f"{folder}/METADATA", LARGEST_METADATA)
    metadata = read_metadata(data)
    _check_identity(named, metadata)
    pure = _check_wheel_file(archive.read(f"{folder}/WHEEL", LARGEST_TEXT), named)
    _check_licences(metadata, folder, files)
    if f"{folder}/entry_points.txt" in files:
        _check_entry_points(archive.read(f"{folder}/entry_points.txt", LARGEST_TEXT))
    check_record(archive, folder)
    found = tuple(_findings(files, named, pure=pure))
    return Wheel(metadata, data, named.python_tags, tuple(files.items()), found)


def parsed_name(filename: str) -> FileName:
    """Return the parts of a wheel's file name, or refuse it (PEP 427, PEP 425)."""
    _check_tag_count(filename.removesuffix(".whl"))
    try:
        key, version, _, tags = parse_wheel_filename(filename)
    except InvalidWheelFilename as error:
        raise _refused("filename", f"{ascii_line(str(error))}.") from error
    name, version_part = filename.split("-")[:2]
    expected = key.replace("-", "_")
    if name != expected:
        sentence = f"The file name begins with {quoted(name)} instead of {quoted(expected)}."
        raise _refused("filename", sentence)
    for tag in sorted(tags, key=str):
        if not is_supported(tag.platform):
            raise InvalidError(
                "wheel-platform",
                f"The platform tag {quoted(tag.platform)} may not be published.",
                "Linux wheels need a manylinux or musllinux tag; auditwheel repair gives them one.",
            )
    python_tags = filename.removesuffix(".whl").split("-")[-3]
    return FileName(key, canonicalize_version(version), f"{name}-{version_part}", python_tags, tags)


def _check_tag_count(tag: str) -> None:
    # Each tag in the compressed form stands for the product of its three parts (PEP 425), which
    # grows with the cube of a line's length.
    if prod(part.count(".") + 1 for part in tag.split("-")[-3:]) > MOST_TAGS:
        raise _refused("tags", f"{quoted(tag)} stands for more than {MOST_TAGS} tags.")


def _check_folders(files: dict[str, int], stem: str) -> None:
    tops = {name.partition("/")[0] for name in files}
    infos = sorted(top for top in tops if top.endswith(".dist-info"))
    if infos != [f"{stem}.dist-info"]:
        shown = ", ".join(map(quoted, infos[:3])) or "none"
        sentence = f"The wheel must hold the one folder {quoted(f'{stem}.dist-info')}, not {shown}."
        raise _refused("folders", sentence)
    for needed in ("METADATA", "WHEEL", "RECORD"):
        if f"{stem}.dist-info/{needed}" not in files:
            raise _refused("incomplete", f"The wheel has no {stem}.dist-info/{needed}.")
    # Installers take any top folder of this suffix apart, and put its parts outside of the package.
    for name in files:
        top, _, rest = name.partition("/")
        scheme = rest.partition("/")[0]
        if top.endswith(".data") and (top != f"{stem}.data" or scheme not in _SCHEMES):
            raise _refused("folders", f"The wheel holds {quoted(name)}, which has no place in it.")


def _check_identity(named: FileName, metadata: Metadata) -> None:
    if metadata.name.key != named.key:
        raise InvalidError(
            "wheel-name-differs",
            f"The file is named for {quoted(named.key)}, its metadata for"
            f" {quoted(metadata.name.display)}.",
            _REBUILD,
        )
    if metadata.version.key != named.version:
        raise InvalidError(
            "wheel-version-differs",
            f"The file name says version {quoted(named.version)}, the metadata"
            f" {quoted(metadata.version.display)}.",
            _REBUILD,
        )


def _check_wheel_file(data: bytes, named: FileName) -> bool:
    message = BytesParser().parsebytes(data, headersonly=True)
    if not re.fullmatch(r"1\.\d+", str(message.get("Wheel-Version", ""))):
        raise _refused("version", "The file WHEEL does not say Wheel-Version 1.x.")
    pure = str(message.get("Root-Is-Purelib", "")).lower()
    if pure not in {"true", "false"}:
        raise _refused("purelib", "The file WHEEL does not say Root-Is-Purelib true or false.")
    tags: set[Tag] = set()
    for line in map(str, message.get_all("Tag") or []):
        _check_tag_count(line)
        try:
            tags |= parse_tag(line)
        except (InvalidTag, ValueError) as error:
            raise _refused("tags", f"{quoted(line)} in WHEEL is not a tag.") from error
    if tags != named.tags:
        different = min(map(str, tags ^ named.tags))
        sentence = f"The file name and WHEEL disagree about the tag {quoted(different)}."
        raise _refused("tags", sentence)
    return pure == "true"


def _check_licences(metadata: Metadata, folder: str, files: dict[str, int]) -> None:
    for path in metadata.license_files:
        if f"{folder}/licenses/{path}" not in files:
            sentence = f"The License-File {quoted(path)} is not in {folder}/licenses/."
            raise _refused("license-file", sentence)


def _check_entry_points(data: bytes) -> None:
    parser = ConfigParser(delimiters=("=",), interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]  # names keep their case
    try:
        text = data.decode("utf-8")
        if _INDENTED_SECTION.search(text):
            # The parser of Python takes it for a continued value, others for a section.
            raise _refused("entry-points", "The file entry_points.txt has an indented section.")
        parser.read_string(text)
    except (UnicodeDecodeError, Error) as error:
        raise _refused("entry-points", "The file entry_points.txt is malformed.") from error
    for group in ("console_scripts", "gui_scripts"):
        for name, target in parser[group].items() if group in parser else ():
            # An installer makes a file of this name in a folder of programs.
            if not _ENTRY_POINT.fullmatch(name) or name in {".", ".."}:
                sentence = f"The entry point {quoted(name)} is not a plain name."
                raise _refused("entry-points", sentence)
            if not _OBJECT.fullmatch(target.strip()):
                sentence = f"The entry point {quoted(name)} refers to {quoted(target)}."
                raise _refused("entry-points", sentence)


def _findings(files: dict[str, int], named: FileName, *, pure: bool) -> Iterator[Finding]:
    for name in files:
        top, _, rest = name.partition("/")
        in_data = top.endswith(".data")
        scheme, _, below = rest.partition("/")
        importable = below if in_data and scheme in {"purelib", "platlib"} else name
        installed = _INSTALLED.fullmatch(name) if in_data else None
        importable = installed[1] if installed else importable
        if _AT_START.fullmatch(importable):
            sentence = "Python runs this file at every start once the wheel is installed."
            yield _finding("wheel-runs-at-start", Severity.WARNING, sentence, name)
        if in_data and scheme == "data":
            sentence = "Installing the wheel writes this file outside of the package."
            yield _finding("wheel-writes-outside", Severity.NOTE, sentence, name)
        if pure and named.python_tags.startswith("py") and name.lower().endswith(_BINARY):
            sentence = "The wheel claims to be pure Python and holds machine code."
            yield _finding("wheel-binary-in-pure", Severity.NOTE, sentence, name)


def _finding(code: str, severity: Severity, sentence: str, place: str) -> Finding:
    return Finding("wheel", code, severity, sentence, place)


def _refused(what: str, sentence: str) -> InvalidError:
    return InvalidError(f"wheel-{what}", sentence, _REBUILD)
