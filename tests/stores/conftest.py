"""Each kind of store, empty."""

from pathlib import Path

import pytest

from strongroom.stores.blobs.disk import DiskBlobs
from strongroom.stores.blobs.protocol import Blobs
from strongroom.stores.pages.protocol import Pages
from tests.fakes.folders import disk_pages


@pytest.fixture
def blobs(tmp_path: Path) -> Blobs:
    """Return an empty store of blobs."""
    return DiskBlobs(tmp_path / "blobs")


@pytest.fixture
def pages(tmp_path: Path) -> Pages:
    """Return an empty place of pages, which links to `blobs`."""
    return disk_pages(tmp_path / "public")
