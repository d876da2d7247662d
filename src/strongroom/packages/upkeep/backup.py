"""Making a backup of a registry that goes on serving and publishing.

1. The rows first, all of one moment (`rows.py`): whatever was acknowledged before is in them. Then
   every blob that they name. Blobs are kept before the rows that name them and are never changed,
   and no sweep runs meanwhile, so all of them are there.
2. Each byte is hashed while it is copied, and a blob is put under its digest only if it is right.
3. What is not finished is no backup: the manifest is written last, and put in place of the former
   one by a rename. Killed at any moment, the folder holds the former backup, whole, or none.
4. Blobs that an earlier backup put there are used again.
"""

import logging
import os
import secrets
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from django.db import connections
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Max

from strongroom.core.errors import ConfigurationError, NotFoundError
from strongroom.packages.models import File, Stage, StagedFile
from strongroom.packages.upkeep import manifest as manifests
from strongroom.packages.upkeep import rows
from strongroom.packages.upkeep.manifest import KEYS, ROWS, SETTINGS, Manifest
from strongroom.packages.upkeep.premises import BACKUP
from strongroom.packages.upkeep.reading import BLOCK, UNPACED, Progress, sha256_on_disk
from strongroom.proof.models import EventRow
from strongroom.stores.blobs.disk import DiskBlobs
from strongroom.stores.blobs.protocol import Blobs
from strongroom.stores.folders import fsync_folder
from strongroom.stores.locks import Locks

logger = logging.getLogger(__name__)

MARK = "strongroom-backup"
PARTIAL = ".partial"
# What a file system or a start that was cut short may have put into an empty folder.
_NOTHING = frozenset({"lost+found", f".{MARK}"})


@dataclass(frozen=True, slots=True)
class Source:
    """A registry to copy: its folder and blobs, its own name, the program's version.

    `alone` are the locks under which no sweep runs (`Premises.alone`).
    """

    data: Path
    blobs: Blobs
    alone: Locks
    registry: str
    program: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """How a backup is to be made: with keys, and whether blobs already there are hashed again."""

    keys: bool = True
    verify: bool = False


@dataclass(frozen=True, slots=True)
class Made:
    """A finished backup: its manifest and that one's digest, blobs copied and used again."""

    manifest: Manifest
    digest: str
    copied: int
    reused: int
    copied_bytes: int


def backup(source: Source, to: Path, wanted: Wanted, at: datetime, progress: Progress) -> Made:
    """Make a backup of a registry in a folder, or bring the one there up to date."""
    with source.alone.held(BACKUP):
        _enter(source, to)
        partial = to / PARTIAL
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(mode=0o700)
        taken = _take_rows(partial / ROWS)
        names = [
            *(f"{ROWS}/{name}" for name in taken.counts),
            *_copy_files(source.data, partial, keys=wanted.keys),
        ]
        pool = _Pool(source.blobs, DiskBlobs(to / "blobs"), wanted)
        total = sum(taken.counts[rows.name_of(model)] for model in (File, StagedFile))
        for done, blobs in enumerate(_named(partial / ROWS), start=1):
            for sha256, size in blobs.items():
                pool.fetch(sha256, size)
            progress(done, total)
        made = Manifest(
            program=source.program,
            made_at=at.isoformat(),
            registry=source.registry,
            serial=taken.serial,
            migrations=taken.migrations,
            state=f"state-{at:%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}",
            files={name: sha256_on_disk(partial / name, UNPACED) for name in names},
            rows=taken.counts,
            blobs=pool.sizes,
            absent=tuple(sorted(pool.absent)),
        )
        return Made(made, _finish(to, made), pool.copied, pool.reused, pool.copied_bytes)


@dataclass(frozen=True, slots=True)
class _Taken:
    """Rows of one moment: how many, by file; the newest serial; the shape they have."""

    counts: dict[str, int]
    serial: int
    migrations: tuple[str, ...]


def _take_rows(to: Path) -> _Taken:
    with rows.moment() as using:
        serial = EventRow.objects.using(using).aggregate(newest=Max("serial"))["newest"] or 0
        applied = MigrationRecorder(connections[using]).applied_migrations()
        counts = rows.dump(using, to)
    for name in counts:
        _sync(to / name)
    fsync_folder(to)
    return _Taken(counts, serial, tuple(sorted(f"{app}.{name}" for app, name in applied)))


def _sync(place: Path) -> None:
    place.chmod(0o600)
    with place.open("rb") as file:
        os.fsync(file.fileno())


class _Pool:
    """The blobs of a backup, filled from those of a registry."""

    def __init__(self, source: Blobs, pool: DiskBlobs, wanted: Wanted) -> None:
        self._source = source
        self._pool = pool
        self._verify = wanted.verify
        self.sizes: dict[str, int] = {}
        self.absent: set[str] = set()
        self.copied = self.reused = self.copied_bytes = 0

    def fetch(self, sha256: str, size: int | None) -> None:
        """Have a blob in the pool; `size` is None where the rows do not say it."""
        if sha256 in self.sizes or sha256 in self.absent:
            return
        if self._has(sha256, size):
            self.reused += 1
        elif self._copied(sha256):
            self.copied += 1
        else:
            self.absent.add(sha256)
            return
        self.sizes[sha256] = self._pool.location(sha256).stat().st_size

    def _has(self, sha256: str, size: int | None) -> bool:
        place = self._pool.location(sha256)
        try:
            there = place.stat().st_size
            if size in {None, there} and not (
                self._verify and sha256_on_disk(place, UNPACED) != sha256
            ):
                return True
        except FileNotFoundError:
            return False
        except OSError:
            pass  # a medium that fails; what stands there is replaced
        self._pool.remove(sha256)
        return False

    def _copied(self, sha256: str) -> bool:
        try:
            file = self._source.open(sha256)
        except NotFoundError:
            return False
        with file, self._pool.receive() as incoming:
            while block := _read(file):
                incoming.write(block)
            if incoming.digests().sha256 != sha256:
                return False
            incoming.keep()
            self.copied_bytes += incoming.size
            return True


def _read(file: BinaryIO) -> bytes:
    """Read a block; a disk that does not give it gives no blob, and the rest is backed up."""
    try:
        return file.read(BLOCK)
    except OSError:
        logger.exception("a blob cannot be read to its end")
        return b""


def _enter(source: Source, to: Path) -> None:
    """Make the folder of backups ours, or see that it is; refuses any other folder with content."""
    if to.resolve().is_relative_to(source.data.resolve()):
        raise ConfigurationError(
            "backup-inside",
            f"{to} lies inside the data folder.",
            "Name a folder elsewhere, best on another disk.",
        )
    to.mkdir(mode=0o700, parents=True, exist_ok=True)
    mark, ours = to / MARK, f"{manifests.FORMAT} {source.registry}\n"
    if not mark.exists():
        if {path.name for path in to.iterdir()} - _NOTHING:
            raise ConfigurationError(
                "backup-foreign",
                f"{to} holds something that is not a backup.",
                "Name an empty folder, or one that `strongroom backup` has made.",
            )
        _write(mark, ours.encode())
    if mark.read_text(encoding="utf-8") != ours:
        raise ConfigurationError(
            "backup-of-another",
            f"{to} holds backups of another registry, or of this one with other keys.",
            "Give each registry a folder of its own.",
        )


def _copy_files(data: Path, to: Path, *, keys: bool) -> Iterator[str]:
    names = [SETTINGS] if (data / SETTINGS).is_file() else []
    if keys:
        folder = data / KEYS
        names += [
            path.relative_to(data).as_posix()
            for path in sorted(folder.rglob("*"))
            if path.is_file() and not path.name.startswith(".")
        ]
    for name in names:
        place = to / name
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write((data / name).read_bytes())
            file.flush()
            os.fsync(file.fileno())
        fsync_folder(place.parent)
        yield name


def _named(taken: Path) -> Iterator[dict[str, int | None]]:
    """Name the blobs of each row that names any, with sizes where the row says them."""
    stages = rows.read(taken / rows.name_of(Stage))
    live = {row["id"] for row in stages if row["ended_at"] is None}
    for model in (File, StagedFile):
        for row in rows.read(taken / rows.name_of(model)):
            beside = dict.fromkeys(row["sidecars"].values())
            dead = model is StagedFile and (row["stage_id"] not in live or not row["sha256"])
            yield {} if dead else {**beside, row["sha256"]: row["size"]}


def _finish(to: Path, made: Manifest) -> str:
    """Put a finished backup in place of the former one; returns its manifest's digest."""
    fsync_folder(to / PARTIAL)
    (to / PARTIAL).rename(to / made.state)
    fsync_folder(to)
    raw = manifests.encode(made)
    _write(to / manifests.FILE, raw)
    for former in to.glob("state-*"):
        if former.name != made.state:
            shutil.rmtree(former, ignore_errors=True)
    return manifests.digest(raw)


def _write(place: Path, content: bytes) -> None:
    """Put a file in place of the former one, whole or not at all."""
    aside = place.with_name(f".{place.name}")
    with aside.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    aside.rename(place)
    fsync_folder(place.parent)
