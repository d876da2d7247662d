"""What `devpi-export` writes: a folder with `dataindex.json` and every file that devpi-server held.

Read from devpi-server 6.20, whose exports say `"dumpversion": "2"`. Of each index:

    indexes."USER/INDEX".indexconfig.type       "stage", or "mirror": a cache of another index
    indexes."USER/INDEX".files[].type           "releasefile"; "doczip", "toxresult" stay behind
    indexes."USER/INDEX".files[].projectname, version, relpath
    indexes."USER/INDEX".files[].entrymapping   hashes.sha256, or hash_spec alone; last_modified
    indexes."USER/INDEX".files[].log[]          what ("upload", "push"), when [Y, M, D, h, m, s]
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path, PurePosixPath
from typing import Any, TypeAlias

from strongroom.core.errors import InvalidError, NotFoundError, StrongroomError
from strongroom.upstream.sources import trees
from strongroom.upstream.sources.found import SHA256, Found, Offer, moment, nothing, release_of

Values: TypeAlias = Mapping[str, Any]
DATA = "dataindex.json"
VERSION = "2"
_RELEASE_FILE = "releasefile"


def export(path: Path, wanted: Sequence[str]) -> Offer:
    """Find the files of an export: of the indexes that are wanted, or of its only one.

    Several are taken together only if they are named: what was staged in one and released in
    another would otherwise become public by its import.
    """
    root = trees.folder(path)
    indexes = _indexes(root)
    stages = {
        name: index
        for name, index in indexes.items()
        if _values(index.get("indexconfig")).get("type") != "mirror" and _files(index)
    }
    chosen = _chosen(indexes, stages, wanted)
    others = [
        one for name in chosen for one in _files(indexes[name]) if one.get("type") != _RELEASE_FILE
    ]
    left = [name for name in sorted(stages) if name not in chosen]
    notes = [f"{len(others)} documentation archives and test results were left."] if others else []
    notes += [f"The indexes {', '.join(left)} were not asked for."] if left else []
    return Offer(
        files=tuple(found for name in chosen for found in _found(root, indexes[name])),
        notes=tuple(notes),
    )


def _indexes(root: Path) -> Mapping[str, Values]:
    try:
        read = json.loads((root / DATA).read_bytes())
    except (OSError, ValueError, RecursionError):
        raise _unreadable(f"there is no {DATA} in it that can be read") from None
    if not isinstance(read, dict) or str(read.get("dumpversion")) != VERSION:
        raise _unreadable(f"its dumpversion is not {VERSION}")
    return {name: _values(index) for name, index in _values(read.get("indexes")).items()}


def _chosen(
    indexes: Mapping[str, Values], stages: Mapping[str, Values], wanted: Sequence[str]
) -> Sequence[str]:
    for name in wanted:
        if name not in indexes:
            raise NotFoundError(
                "no-such-index",
                f"The export has no index {name[:100]!a}.",
                f"It has {', '.join(sorted(indexes))[:500]}.",
            )
    if wanted:
        return wanted
    if len(stages) > 1:
        raise InvalidError(
            "import-index-ambiguous",
            f"The export has {len(stages)} indexes with files: {', '.join(sorted(stages))[:500]}.",
            "Say with --index which of them to import.",
        )
    return list(stages)


def _found(root: Path, index: Values) -> Iterator[Found]:
    for one in _files(index):
        if one.get("type") == _RELEASE_FILE:
            yield _file(root, one)


def _file(root: Path, told: Values) -> Found:
    relative = str(told.get("relpath"))
    filename = PurePosixPath(relative).name
    claims = {
        field: [text]
        for field, text in (
            ("name", told.get("projectname")),
            ("version", told.get("version")),
            (SHA256, _sha256(_values(told.get("entrymapping")))),
        )
        if isinstance(text, str) and text
    }
    try:
        real = trees.inside(root, relative)
    except StrongroomError as refusal:
        return Found(filename, relative, nothing, claims=claims, refusal=refusal)
    return Found(
        filename=filename,
        place=relative,
        blocks=trees.blocks(real),
        claims=claims,
        moment=_uploaded(told),
        size=real.stat().st_size,
        release=release_of(filename),
    )


def _uploaded(told: Values) -> datetime | None:
    """Return when a file first came to devpi: a push to another index keeps that entry."""
    for entry in _list(told.get("log")):
        with suppress(KeyError, TypeError, ValueError, OverflowError):
            year, month, day, hour, minute, second = entry["when"]
            return moment(datetime(year, month, day, hour, minute, second, tzinfo=UTC))
    last = str(_values(told.get("entrymapping")).get("last_modified"))
    with suppress(TypeError, ValueError, OverflowError):
        return moment(parsedate_to_datetime(last))
    return None


def _sha256(entry: Values) -> str | None:
    digest = _values(entry.get("hashes")).get("sha256")
    kind, _, older = str(entry.get("hash_spec")).partition("=")
    return digest if isinstance(digest, str) else older if kind == "sha256" else None


def _files(index: Values) -> list[Values]:
    return _list(index.get("files"))


def _values(value: object) -> Values:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Values]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _unreadable(told: str) -> InvalidError:
    return InvalidError(
        "import-not-an-export",
        f"This is not an export of devpi that can be read: {told}.",
        "Make one with the devpi-export of devpi-server 6.",
    )
