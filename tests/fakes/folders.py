"""Stores in folders, and where their bytes stand: what a test of the disk itself must know."""

from pathlib import Path

from strongroom.stores.blobs.disk import DiskBlobs
from strongroom.stores.pages.disk import DiskPages


def disk_pages(folder: Path) -> DiskPages:
    """Return pages in a folder, with the blobs beside it."""
    return DiskPages(folder, DiskBlobs(folder.parent / "blobs"))


def blob_place(data: Path, sha256: str) -> Path:
    """Return where a data folder has the bytes of a digest."""
    return data / "blobs" / "sha256" / sha256[:2] / sha256[2:4] / sha256


def page_place(data: Path, path: str) -> Path:
    """Return where a data folder has a page or a published file."""
    return data / "public" / path


def kept(data: Path) -> list[str]:
    """Name the digests of a data folder, in order."""
    return [one.name for one in DiskBlobs(data / "blobs").walk()]
