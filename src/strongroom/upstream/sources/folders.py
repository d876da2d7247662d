"""Folders of distributions: one folder (`dist/`), or a tree as pypiserver serves it.

pypiserver (2.4) serves every distribution below its folder, at any depth, and nothing whose name or
folder begins with a dot. It keeps nothing beside the files, so the moment of upload is when a file
was last written.
"""

import os
from collections.abc import Iterator
from pathlib import Path

from strongroom.core.errors import StrongroomError
from strongroom.upstream.sources import trees
from strongroom.upstream.sources.found import (
    Found,
    Offer,
    is_distribution,
    left,
    moment,
    nothing,
    release_of,
)


def flat(path: Path) -> Offer:
    """Find the distributions that lie in a folder itself."""
    root = trees.folder(path)
    return _offer(root, sorted(entry.name for entry in root.iterdir() if not entry.is_dir()))


def pypiserver(path: Path) -> Offer:
    """Find the distributions that pypiserver serves out of a folder."""
    root = trees.folder(path)
    return _offer(root, sorted(_served(root)))


def _served(root: Path) -> Iterator[str]:
    for here, folders, files in os.walk(root):
        folders[:] = [name for name in folders if not name.startswith(".")]
        yield from (
            str((Path(here) / name).relative_to(root)) for name in files if not name.startswith(".")
        )


def _offer(root: Path, names: list[str]) -> Offer:
    taken = [name for name in names if is_distribution(name)]
    return Offer(
        files=tuple(_found(root, name) for name in taken),
        notes=left(len(names) - len(taken), "the folder"),
    )


def _found(root: Path, relative: str) -> Found:
    filename = Path(relative).name
    try:
        real = trees.inside(root, relative)
        status = real.stat()
    except StrongroomError as refusal:
        return Found(filename, relative, nothing, refusal=refusal)
    return Found(
        filename=filename,
        place=relative,
        blocks=trees.blocks(real),
        moment=moment(trees.modified(real)),
        size=status.st_size,
        release=release_of(filename),
    )
