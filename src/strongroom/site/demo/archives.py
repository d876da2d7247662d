"""Builds the demo's wheels and source distributions: small, correct, the same on any day."""

import base64
import gzip
import hashlib
import io
import tarfile
import zipfile
from collections.abc import Mapping

EPOCH = (2020, 1, 1, 0, 0, 0)
EPOCH_SECONDS = 1_577_836_800  # the same moment, in seconds since 1970


def wheel(stem: str, metadata: bytes, files: Mapping[str, bytes]) -> bytes:
    """Return a pure wheel (PEP 427); `stem` is its name and version as file names spell them."""
    folder = f"{stem}.dist-info"
    about = "Wheel-Version: 1.0\nGenerator: strongroom-demo\nRoot-Is-Purelib: true\n"
    members = {
        **files,
        f"{folder}/METADATA": metadata,
        f"{folder}/WHEEL": f"{about}Tag: py3-none-any\n".encode(),
    }
    lines = [f"{path},sha256={_digest(body)},{len(body)}\n" for path, body in members.items()]
    members[f"{folder}/RECORD"] = "".join([*lines, f"{folder}/RECORD,,\n"]).encode()
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for path, body in members.items():
            info = zipfile.ZipInfo(path, EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o100644 << 16
            archive.writestr(info, body)
    return target.getvalue()


def sdist(stem: str, metadata: bytes, files: Mapping[str, bytes]) -> bytes:
    """Return a source distribution (PEP 625) whose one top folder is `stem`."""
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for path, body in {"PKG-INFO": metadata, **files}.items():
            info = tarfile.TarInfo(f"{stem}/{path}")
            info.size, info.mode, info.mtime = len(body), 0o644, EPOCH_SECONDS
            archive.addfile(info, io.BytesIO(body))
    return gzip.compress(target.getvalue(), mtime=0)


def _digest(body: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(body).digest()).rstrip(b"=").decode()
