"""Builds small, correct wheels and sdists: the same bytes for the same arguments, on any day.

    wheel("example", "1.0", files={"example.py": b"x = 1\n"})
    sdist("example", "1.0", metadata=Metadata(requires_dist=("click>=8",)))

The names of the files are `wheel_filename` and `sdist_filename`. `wheel_members` and
`sdist_members` give the members before they are packed, for tests that spoil them.
"""

import base64
import gzip
import hashlib
import io
import re
import tarfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product

EPOCH = (2020, 1, 1, 0, 0, 0)
PURE = "py3-none-any"


@dataclass(frozen=True, slots=True)
class Metadata:
    """What core metadata says besides name and version; `headers` are any further lines."""

    summary: str = "A distribution made for a test"
    description: str = ""
    description_type: str = ""
    requires_dist: tuple[str, ...] = ()
    requires_python: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    metadata_version: str = "2.4"

    def render(self, name: str, version: str) -> bytes:
        """Return the METADATA or PKG-INFO document, as UTF-8."""
        lines = [
            ("Metadata-Version", self.metadata_version),
            ("Name", name),
            ("Version", version),
            ("Summary", self.summary),
            ("Description-Content-Type", self.description_type),
            ("Requires-Python", self.requires_python),
            *(("Requires-Dist", requirement) for requirement in self.requires_dist),
            *self.headers,
        ]
        head = "".join(f"{key}: {value}\n" for key, value in lines if value)
        return f"{head}\n{self.description}".encode()


def escaped(name: str) -> str:
    """Return a project's name as file names spell it (PEP 427, PEP 625)."""
    return re.sub(r"[-_.]+", "_", name).lower()


def dist_info(name: str, version: str) -> str:
    """Return the name of a wheel's metadata folder."""
    return f"{escaped(name)}-{version}.dist-info"


def wheel_filename(name: str, version: str, tag: str = PURE) -> str:
    """Return the file name that belongs to `wheel(name, version, tag=tag)`."""
    return f"{escaped(name)}-{version}-{tag}.whl"


def sdist_filename(name: str, version: str) -> str:
    """Return the file name that belongs to `sdist(name, version)`."""
    return f"{escaped(name)}-{version}.tar.gz"


def record(members: Mapping[str, bytes], path: str) -> bytes:
    """Return a RECORD that lists the members and itself, which stands at `path`."""
    lines = []
    for name, body in members.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(body).digest()).rstrip(b"=").decode()
        lines.append(f"{name},sha256={digest},{len(body)}\n")
    return "".join([*lines, f"{path},,\n"]).encode()


def wheel_members(
    name: str,
    version: str,
    *,
    files: Mapping[str, bytes] | None = None,
    metadata: Metadata | None = None,
    tag: str = PURE,
) -> dict[str, bytes]:
    """Return a wheel's members in order, RECORD last; without `files` it holds one module."""
    folder = dist_info(name, version)
    tags = map("-".join, product(*(part.split(".") for part in tag.split("-"))))
    pure = "true" if tag.endswith("-none-any") else "false"
    lines = ["Wheel-Version: 1.0", "Generator: tests", f"Root-Is-Purelib: {pure}"]
    members = dict(files if files is not None else {f"{escaped(name)}.py": b"VALUE = 1\n"})
    members[f"{folder}/METADATA"] = (metadata or Metadata()).render(name, version)
    members[f"{folder}/WHEEL"] = "\n".join([*lines, *(f"Tag: {t}" for t in tags), ""]).encode()
    members[f"{folder}/RECORD"] = record(members, f"{folder}/RECORD")
    return members


def zipped(members: Mapping[str, bytes]) -> bytes:
    """Pack members as a zip file, deflated, every one dated alike."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for path, body in members.items():
            info = zipfile.ZipInfo(path, EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o100644 << 16
            archive.writestr(info, body)
    return target.getvalue()


def wheel(
    name: str,
    version: str,
    *,
    files: Mapping[str, bytes] | None = None,
    metadata: Metadata | None = None,
    tag: str = PURE,
) -> bytes:
    """Return a wheel, with `files` added to the metadata folder that it makes itself."""
    return zipped(wheel_members(name, version, files=files, metadata=metadata, tag=tag))


def sdist_members(
    name: str,
    version: str,
    *,
    files: Mapping[str, bytes] | None = None,
    metadata: Metadata | None = None,
) -> dict[str, bytes]:
    """Return an sdist's members in order; the paths of `files` are below its one top folder.

    Without `files` it holds one module. It can be built where setuptools is installed.
    """
    module = escaped(name)
    project = f'[project]\nname = "{name}"\nversion = "{version}"\n'
    build = '[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n'
    setuptools = f'[tool.setuptools]\npy-modules = ["{module}"]\n'
    members = {
        "PKG-INFO": (metadata or Metadata()).render(name, version),
        "pyproject.toml": f"{build}\n{project}\n{setuptools}".encode(),
        **(files if files is not None else {f"{module}.py": b"VALUE = 1\n"}),
    }
    return {f"{module}-{version}/{path}": body for path, body in members.items()}


def tarred(members: Mapping[str, bytes]) -> bytes:
    """Pack members as a gzipped POSIX tar file, every one dated alike."""
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for path, body in members.items():
            info = tarfile.TarInfo(path)
            info.size, info.mode, info.mtime = len(body), 0o644, 1_577_836_800
            archive.addfile(info, io.BytesIO(body))
    return gzip.compress(target.getvalue(), mtime=0)


def sdist(
    name: str,
    version: str,
    *,
    files: Mapping[str, bytes] | None = None,
    metadata: Metadata | None = None,
) -> bytes:
    """Return an sdist, with `files` added to the PKG-INFO that it makes itself."""
    return tarred(sdist_members(name, version, files=files, metadata=metadata))
