"""Each kind of store, empty."""

from pathlib import Path

import pytest

from strongroom.stores.blobs.disk import DiskBlobs
from strongroom.stores.blobs.objects import ObjectBlobs
from strongroom.stores.blobs.protocol import Blobs
from strongroom.stores.buckets.address import parse
from strongroom.stores.buckets.bucket import Bucket
from strongroom.stores.pages.disk import DiskPages
from strongroom.stores.pages.objects import ObjectPages
from strongroom.stores.pages.protocol import Pages

DISK = "disk"
KINDS = [DISK, pytest.param("objects", marks=pytest.mark.objects)]


def open_bucket(address: str) -> Bucket:
    """Return the bucket that a setting names."""
    read = parse(address)
    assert read is not None
    return Bucket(read)


@pytest.fixture(params=KINDS)
def blobs(request: pytest.FixtureRequest, tmp_path: Path) -> Blobs:
    """Return an empty store of blobs, of each kind."""
    if request.param == DISK:
        return DiskBlobs(tmp_path / "blobs")
    return ObjectBlobs(open_bucket(request.getfixturevalue("bucket")), tmp_path / "incoming")


@pytest.fixture
def pages(blobs: Blobs, tmp_path: Path) -> Pages:
    """Return an empty place of pages beside those blobs."""
    if isinstance(blobs, DiskBlobs):
        return DiskPages(tmp_path / "public", blobs)
    assert isinstance(blobs, ObjectBlobs)
    return ObjectPages(blobs._bucket, blobs, redirects=False)
