"""What other servers leave on disk: an export of devpi-server 6.20.3, a folder of pypiserver 2.4.2.

The export has the shape that devpi-export wrote here for wheels uploaded with twine and pushed from
one index to another; the many empty fields of metadata are left out.
"""

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from typing import Any

from tests.fakes.distributions import sdist, sdist_filename, wheel, wheel_filename

LONG_AGO = datetime(2019, 3, 1, 12, 30, 15, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Exported:
    """A file of an export: whose, when it was uploaded, its bytes."""

    project: str
    version: str
    filename: str
    body: bytes
    at: datetime = LONG_AGO


def exported(project: str, version: str, at: datetime = LONG_AGO) -> Exported:
    """Return a wheel for an export."""
    return Exported(project, version, wheel_filename(project, version), wheel(project, version), at)


def devpi_export(folder: Path, indexes: Mapping[str, Sequence[Exported]]) -> Path:
    """Write an export and return its folder."""
    described = {name: _index(folder, name, files) for name, files in indexes.items()}
    written(folder, {"indexes": described})
    return folder


def written(folder: Path, data: Mapping[str, Any]) -> None:
    """Write `dataindex.json`."""
    users = {"root": {"username": "root", "pwhash": "x"}}
    head = {"users": users, "dumpversion": "2", "devpi_server": "6.20.3"}
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "dataindex.json").write_text(json.dumps({**head, **data}, indent=2))


def _index(folder: Path, name: str, files: Sequence[Exported]) -> dict[str, Any]:
    return {
        "indexconfig": {"type": "stage", "bases": [], "volatile": True, "acl_upload": ["alice"]},
        "projects": {one.project: {one.version: {"name": one.project}} for one in files},
        "files": [_file(folder, name, one) for one in files],
    }


def _file(folder: Path, index: str, one: Exported) -> dict[str, Any]:
    path = folder / index / one.project / one.version / one.filename
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(one.body)
    sha256 = hashlib.sha256(one.body).hexdigest()
    when = list(one.at.timetuple()[:6])
    return {
        "version": one.version,
        "entrymapping": {
            "last_modified": format_datetime(one.at, usegmt=True),
            "hash_spec": f"sha256={sha256}",
            "hashes": {"sha256": sha256},
            "project": one.project,
            "version": one.version,
        },
        "log": [{"what": "upload", "who": "alice", "when": when, "dst": index}],
        "type": "releasefile",
        "projectname": one.project,
        "relpath": str(path.relative_to(folder)),
    }


def dated(path: Path, body: bytes, at: datetime = LONG_AGO) -> Path:
    """Write a file as of a moment."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(body)
    os.utime(path, (at.timestamp(), at.timestamp()))
    return path


def tree(folder: Path) -> Path:
    """Write what pypiserver serves as parcel 1.0 and 1.1, and what it does not; return the folder.

    The real one listed these three files and the signature, and not the hidden ones.
    """
    dated(folder / wheel_filename("parcel", "1.0"), wheel("parcel", "1.0"))
    dated(folder / sdist_filename("parcel", "1.0"), sdist("parcel", "1.0"))
    dated(folder / "nested" / "deep" / sdist_filename("parcel", "1.1"), sdist("parcel", "1.1"))
    dated(folder / ".hidden" / sdist_filename("parcel", "1.2"), sdist("parcel", "1.2"))
    dated(folder / f".{sdist_filename('parcel', '1.3')}", sdist("parcel", "1.3"))
    dated(folder / f"{sdist_filename('parcel', '1.0')}.asc", b"signature")
    return folder
