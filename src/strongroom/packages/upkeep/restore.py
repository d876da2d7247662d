"""Putting a backup back into an empty folder: nothing of it is used before its digest is right.

This module knows no rows and wakes no framework: until it is done there is no registry to wake.

1. The manifest is checked, and refused if a newer version of the program made it.
2. Everything is copied into `DATA/.restoring`, each file and blob hashed as it is copied.
3. Only when all of it is there are the parts moved up, the database last. While `.restoring`
   stands no registry starts over the folder; a restore that was cut short begins from nothing.
"""

import hashlib
import os
import shutil
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path

from strongroom.core.errors import ConfigurationError, InvalidError
from strongroom.packages.upkeep import manifest as manifests
from strongroom.packages.upkeep.manifest import DATABASE, KEYS, SETTINGS, Manifest, damaged
from strongroom.packages.upkeep.reading import BLOCK, Progress
from strongroom.stores.blobs.disk import DiskBlobs
from strongroom.stores.folders import fsync_folder

UNFINISHED = ".restoring"
_NOTHING = frozenset({"lost+found"})
Opens = Callable[[Path], object]
"""Opens a folder of keys, or raises ConfigurationError."""


@dataclass(frozen=True, slots=True)
class Origin:
    """What to put back: a backup, the digest its manifest must have, keys that lie elsewhere."""

    folder: Path
    digest: str | None = None
    keys: Path | None = None


def trusted(origin: Origin, known: AbstractSet[str]) -> Manifest:
    """Read the manifest of a backup; refuses one that is altered, or of a newer version.

    `known` are the migrations of this version. Those of libraries are not ours to judge.
    """
    raw = manifests.read(origin.folder)
    if origin.digest is not None and manifests.digest(raw) != origin.digest.lower():
        raise InvalidError(
            "backup-digest-differs",
            "This backup's manifest does not have the digest that was asked for.",
            "It is another backup, or it was altered.",
        )
    manifest = manifests.decode(raw)
    apps = {name.partition(".")[0] for name in known}
    newer = [
        name for name in manifest.migrations if name not in known and name.partition(".")[0] in apps
    ]
    if newer:
        raise ConfigurationError(
            "backup-newer",
            f"The backup was made by a newer version of this program: {manifest.program}.",
            "Restore it with that version.",
        )
    if not manifest.has_keys and origin.keys is None:
        raise ConfigurationError(
            "backup-without-keys",
            "The backup was made without the keys.",
            "Name the folder that holds them with --keys.",
        )
    return manifest


def put_back(
    origin: Origin, manifest: Manifest, data: Path, opens: Opens, progress: Progress
) -> None:
    """Make `data` the data folder that was backed up; it must be empty or not exist.

    Raises ConfigurationError and leaves the folder empty if anything of the backup is not right.
    """
    _enter(data)
    staging = data / UNFINISHED
    staging.mkdir(mode=0o700)
    fsync_folder(data)
    try:
        _copy(origin, manifest, staging, progress)
        opens(staging / KEYS)
    except BaseException:
        shutil.rmtree(staging)
        raise
    for name in ("blobs", KEYS, SETTINGS, DATABASE):
        if (staging / name).exists():
            (staging / name).rename(data / name)
            fsync_folder(data)
    staging.rmdir()
    fsync_folder(data)


def _enter(data: Path) -> None:
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    data.chmod(0o700)
    there = {path.name for path in data.iterdir()} - _NOTHING
    if UNFINISHED in there and DATABASE not in there:
        # A restore begins in an empty folder only, so that all of this is its own.
        for name in there:
            place = data / name
            shutil.rmtree(place) if place.is_dir() else place.unlink()
    elif there:
        raise ConfigurationError(
            "data-folder-not-empty",
            f"{data} is not empty.",
            "Name an empty folder, or one that does not exist: nothing is ever overwritten.",
        )


def _copy(origin: Origin, manifest: Manifest, staging: Path, progress: Progress) -> None:
    pool, blobs = DiskBlobs(origin.folder / "blobs"), DiskBlobs(staging / "blobs")
    (staging / "blobs").mkdir(mode=0o700)
    for done, sha256 in enumerate(manifest.blobs, start=1):
        _copy_blob(pool.location(sha256), blobs, sha256)
        progress(done, len(manifest.blobs))
    for name, sha256 in manifest.files.items():
        if origin.keys is None or not name.startswith(f"{KEYS}/"):
            _copy_file(origin.folder / manifest.state / name, staging / name, sha256)
    if origin.keys is not None:
        for place in sorted(path for path in origin.keys.rglob("*") if path.is_file()):
            _copy_file(place, staging / KEYS / place.relative_to(origin.keys), None)


def _copy_blob(place: Path, blobs: DiskBlobs, sha256: str) -> None:
    try:
        with place.open("rb") as file, blobs.receive() as incoming:
            while block := file.read(BLOCK):
                incoming.write(block)
            if incoming.digests().sha256 == sha256:
                incoming.keep()
                return
    except OSError as error:
        raise damaged(f"blob {sha256} cannot be read ({error.strerror})") from error
    raise damaged(f"blob {sha256} has other bytes")


def _copy_file(place: Path, to: Path, sha256: str | None) -> None:
    hasher = hashlib.sha256()
    to.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        source = place.open("rb")
    except OSError as error:
        raise damaged(f"{place.name} cannot be read ({error.strerror})") from error
    descriptor = os.open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with source, os.fdopen(descriptor, "wb") as copy:
        while block := source.read(BLOCK):
            hasher.update(block)
            copy.write(block)
        copy.flush()
        os.fsync(copy.fileno())
    fsync_folder(to.parent)
    if sha256 is not None and hasher.hexdigest() != sha256:
        raise damaged(f"{place.name} has other bytes")
