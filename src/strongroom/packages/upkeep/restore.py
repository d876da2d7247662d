"""Putting a backup back into an empty folder: nothing of it is used before its digest is right.

This module knows no rows and wakes no framework: until it is done there is no registry to wake.

1. The manifest is checked, and refused if a newer version of the program made it.
2. Rows, keys and settings are copied into `DATA/.restoring`, blobs into the store of blobs, each
   file and blob hashed as it is copied. Then keys and settings are moved up.
3. The rows are put into the database (`rows.py`), and only then `finish` takes `.restoring` away.
   While it stands no registry starts over the folder; a restore that was cut short begins anew.
"""

import hashlib
import os
import shutil
import tomllib
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path

from strongroom.core.errors import ConfigurationError, InvalidError
from strongroom.packages.upkeep import manifest as manifests
from strongroom.packages.upkeep.manifest import KEYS, ROWS, SETTINGS, Manifest, damaged
from strongroom.packages.upkeep.reading import BLOCK, Progress, regular
from strongroom.stores.blobs.disk import DiskBlobs
from strongroom.stores.blobs.protocol import Blobs
from strongroom.stores.folders import fsync_folder

UNFINISHED = ".restoring"
SETTINGS_ASIDE = f"{SETTINGS}.restored"
PLACES = frozenset({"database", "objects", "objects_redirect", "run_folder"})
_NOTHING = frozenset({"lost+found"})
Opens = Callable[[Path], object]
"""Opens a folder of keys, or raises ConfigurationError."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a backup is put back to: the data folder, and the store of blobs."""

    data: Path
    blobs: Blobs


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
    origin: Origin, manifest: Manifest, place: Place, opens: Opens, progress: Progress
) -> Path:
    """Copy all of a backup but its rows to where it belongs; returns the folder of the rows.

    The data folder must be empty or not exist. Raises ConfigurationError and leaves it empty if
    anything of the backup is not right.
    """
    _enter(place.data)
    staging = place.data / UNFINISHED
    staging.mkdir(mode=0o700)
    fsync_folder(place.data)
    try:
        _copy_files(origin, manifest, staging)
        opens(staging / KEYS)
        pool = DiskBlobs(origin.folder / "blobs")
        for done, sha256 in enumerate(manifest.blobs, start=1):
            _copy_blob(pool.location(sha256), place.blobs, sha256)
            progress(done, len(manifest.blobs))
    except BaseException:
        _empty(place.data)
        raise
    for name, to in ((KEYS, KEYS), (SETTINGS, _settings_to(staging / SETTINGS))):
        if (staging / name).exists():
            (staging / name).rename(place.data / to)
            fsync_folder(place.data)
    return staging / ROWS


def finish(data: Path) -> None:
    """Let a registry start over what was put back."""
    shutil.rmtree(data / UNFINISHED)
    fsync_folder(data)


def _settings_to(settings: Path) -> str:
    """Return the name under which settings are put back.

    Those that say where rows or blobs are kept are true of the place that was backed up, and might
    have the registry that was just restored write into the one that it was restored from.
    """
    try:
        told = tomllib.loads(settings.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return SETTINGS
    except ValueError:
        return SETTINGS_ASIDE
    return SETTINGS_ASIDE if PLACES & set(told) else SETTINGS


def _enter(data: Path) -> None:
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    data.chmod(0o700)
    there = {path.name for path in data.iterdir()} - _NOTHING
    if UNFINISHED in there:
        # A restore begins in an empty folder only, so that all of this is its own.
        _empty(data)
    elif there:
        raise ConfigurationError(
            "data-folder-not-empty",
            f"{data} is not empty.",
            "Name an empty folder, or one that does not exist: nothing is ever overwritten.",
        )


def _empty(data: Path) -> None:
    # What says that the rest is ours goes last.
    for place in sorted(data.iterdir(), key=lambda one: one.name == UNFINISHED):
        if place.name not in _NOTHING:
            shutil.rmtree(place) if place.is_dir() else place.unlink()


def _copy_files(origin: Origin, manifest: Manifest, staging: Path) -> None:
    for name, sha256 in manifest.files.items():
        if origin.keys is None or not name.startswith(f"{KEYS}/"):
            _copy_file(origin.folder / manifest.state / name, staging / name, sha256)
    if origin.keys is not None:
        for place in sorted(path for path in origin.keys.rglob("*") if path.is_file()):
            _copy_file(place, staging / KEYS / place.relative_to(origin.keys), None)


def _copy_blob(place: Path, blobs: Blobs, sha256: str) -> None:
    try:
        with regular(place) as file, blobs.receive() as incoming:
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
        source = regular(place)
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
