"""A backup's manifest: every file of it with its digest, so that one digest stands for the whole.

BACKUP/
  strongroom-backup            whose folder this is
  manifest.json                names all that follows, with digests; its rename is the commit
  state-.../                   rows/, strongroom.toml, keys/
  blobs/sha256/ab/cd/DIGEST    every blob that these rows, or earlier ones, name
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from strongroom.core.errors import ConfigurationError
from strongroom.packages.upkeep.reading import regular

FORMAT = "strongroom-backup-2"
FILE = "manifest.json"
ROWS = "rows"
SETTINGS = "strongroom.toml"
KEYS = "keys"
LARGEST = 4 * 1024**3  # bytes of a manifest; some fifty million blobs
_STATE = re.compile(r"state-[A-Za-z0-9-]{1,64}")
_PART = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,200}")
_TABLE = re.compile(r"[a-z]{1,40}\.[a-z]{1,40}\.jsonl")
_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds. `files` are relative to the state's folder; values are digests.

    `rows` says how many rows there are in each file of `rows/`. `blobs` maps each digest to its
    size in bytes. `absent` are blobs that the rows name and that could not be had when the backup
    was made. `registry` is the same for all backups of one.
    """

    program: str
    made_at: str
    registry: str
    serial: int
    migrations: tuple[str, ...]
    state: str
    files: Mapping[str, str]
    rows: Mapping[str, int]
    blobs: Mapping[str, int]
    absent: tuple[str, ...]

    @property
    def has_keys(self) -> bool:
        """Say whether the keys are in the backup."""
        return any(name.startswith(f"{KEYS}/") for name in self.files)


def encode(manifest: Manifest) -> bytes:
    """Return a manifest's bytes: the same for the same manifest."""
    text = json.dumps({"format": FORMAT, **asdict(manifest)}, sort_keys=True, indent=1)
    return text.encode() + b"\n"


def digest(raw: bytes) -> str:
    """Return the digest of a manifest's bytes, which stands for the whole backup."""
    return hashlib.sha256(raw).hexdigest()


def read(folder: Path) -> bytes:
    """Return the bytes of a backup's manifest; refuses what is no complete backup."""
    try:
        with regular(folder / FILE) as file:
            raw = file.read(LARGEST + 1)
    except (FileNotFoundError, NotADirectoryError):
        raise ConfigurationError(
            "backup-incomplete",
            f"There is no complete backup in {folder}.",
            "Name a folder that `strongroom backup` has finished.",
        ) from None
    except OSError as error:
        raise damaged(f"its manifest cannot be read ({error.strerror})") from error
    if len(raw) > LARGEST:
        raise damaged("its manifest is longer than any")
    return raw


def decode(raw: bytes) -> Manifest:
    """Read a manifest; raises ConfigurationError where it is damaged or cannot be trusted."""
    try:
        told = json.loads(raw)
        if told.pop("format") != FORMAT:
            raise damaged("its manifest has a format that this version does not know")
        manifest = Manifest(
            **{**told, "migrations": tuple(told["migrations"]), "absent": tuple(told["absent"])}
        )
        safe = _is_safe(manifest)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise damaged("its manifest cannot be read") from None
    if not safe:
        raise damaged("its manifest names what no backup holds")
    return manifest


def damaged(why: str) -> ConfigurationError:
    """Say that a backup is not what was once made."""
    return ConfigurationError(
        "backup-damaged", f"The backup is damaged: {why}.", "Restore another one."
    )


def _is_safe(manifest: Manifest) -> bool:
    """Say whether every name stays inside the backup: it may come from a stranger's hands."""
    names = [part for name in manifest.files for part in name.split("/")]
    digests = [*manifest.files.values(), *manifest.blobs, *manifest.absent]
    return (
        {name.split("/")[0] for name in manifest.files} <= {ROWS, SETTINGS, KEYS}
        and {f"{ROWS}/{name}" for name in manifest.rows}
        == {name for name in manifest.files if name.startswith(f"{ROWS}/")}
        and len(manifest.rows) > 0
        and all(map(_TABLE.fullmatch, manifest.rows))
        and _STATE.fullmatch(manifest.state) is not None
        and all(map(_PART.fullmatch, names))
        and all(map(_DIGEST.fullmatch, digests))
        and all(
            isinstance(count, int) for count in (*manifest.blobs.values(), *manifest.rows.values())
        )
    )
