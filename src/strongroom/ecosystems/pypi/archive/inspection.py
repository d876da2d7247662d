"""What a file is, by its bytes: a wheel or an sdist, of which project, which version, saying what.

Identity is read out of the archive. The file name and the upload form must agree with it in all
that they say, or the file is refused. Eggs, installers and zipped sdists are refused, as PyPI and
the tools no longer use them.
"""

from collections.abc import Mapping, Sequence
from typing import BinaryIO

from strongroom.core.ecosystem import Manifest
from strongroom.core.errors import InvalidError
from strongroom.ecosystems.pypi.archive import sdists, wheels
from strongroom.ecosystems.pypi.archive.claims import check_claims
from strongroom.ecosystems.pypi.metadata.fields import SIDECAR
from strongroom.ecosystems.pypi.wording import quoted

MOST_MEMBERS = 5_000
MOST_FINDINGS = 100
# 255 bytes are what file systems hold; the name with its sidecar's suffix must fit as well.
LONGEST_FILENAME = 240


def inspect(filename: str, file: BinaryIO, claims: Mapping[str, Sequence[str]]) -> Manifest:
    """Return what a distribution says of itself, or refuse it with InvalidError.

    `file` is seekable and read more than once. `claims` are the fields of PyPI's upload form, each
    with all its values; none at all is allowed.
    """
    _check_filename(filename)
    if filename.endswith(sdists.SUFFIX):
        sdist = sdists.read_sdist(filename, file)
        check_claims(claims, sdist.metadata, sdists.KIND, sdists.PYTHON_TAGS)
        return _manifest(filename, sdists.KIND, sdist)
    if filename.endswith(".whl"):
        wheel = wheels.read_wheel(filename, file)
        check_claims(claims, wheel.metadata, wheels.KIND, wheel.python_tags)
        return _manifest(filename, wheels.KIND, wheel)
    raise _neither(filename)


def named(filename: str) -> tuple[str, str]:
    """Return the keys of the project and version that a file name says, or refuse it."""
    _check_filename(filename)
    if filename.endswith(".whl"):
        wheel = wheels.parsed_name(filename)
        return wheel.key, wheel.version
    if not filename.endswith(sdists.SUFFIX):
        raise _neither(filename)
    return sdists.parsed_name(filename)


def _neither(filename: str) -> InvalidError:
    return InvalidError(
        "file-kind",
        f"{quoted(filename)} is neither a wheel (.whl) nor an sdist (.tar.gz).",
        "Upload wheels and gzipped sdists only.",
    )


def _check_filename(filename: str) -> None:
    if len(filename) > LONGEST_FILENAME:
        raise InvalidError(
            "filename-too-long",
            f"The file name {quoted(filename)} is longer than {LONGEST_FILENAME} characters.",
            "Shorten the project's name or version.",
        )
    if not filename.isascii() or not filename.isprintable() or {" ", "/", "\\"} & set(filename):
        raise InvalidError(
            "filename-invalid",
            f"The file name {quoted(filename)} holds a character that no file name may have.",
            "Upload the file under the name that the build tool gave it.",
        )


def _manifest(filename: str, kind: str, read: sdists.Sdist | wheels.Wheel) -> Manifest:
    metadata = read.metadata
    return Manifest(
        name=metadata.name,
        version=metadata.version,
        filename=filename,
        kind=kind,
        summary=metadata.summary,
        metadata=metadata.fields,
        file_metadata={"requires_python": metadata.fields.get("requires_python")},
        description=metadata.description,
        description_type=metadata.description_type,
        keywords=metadata.keywords,
        # PEP 658: only what a wheel says is what an installer will find once it is installed.
        sidecars={SIDECAR: read.metadata_file} if isinstance(read, wheels.Wheel) else {},
        members=tuple(name for name, _ in read.files[:MOST_MEMBERS]),
        findings=read.findings[:MOST_FINDINGS],
    )
