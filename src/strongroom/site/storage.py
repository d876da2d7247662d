"""Which stores a configuration names: those of blobs, and those of pages and published files.

Opening one asks nothing of it, so that a registry whose store is away can start and say so.
"""

from dataclasses import dataclass

from strongroom.site.configuration import Configuration
from strongroom.stores.blobs.disk import DiskBlobs
from strongroom.stores.blobs.objects import ObjectBlobs
from strongroom.stores.blobs.protocol import Blobs
from strongroom.stores.buckets.address import parse
from strongroom.stores.buckets.bucket import Bucket
from strongroom.stores.pages.disk import DiskPages
from strongroom.stores.pages.objects import ObjectPages
from strongroom.stores.pages.protocol import Pages
from strongroom.stores.room import Room

RENDERED = ".rendered"
"""The page that tells for which version, address and name the others were rendered."""


@dataclass(frozen=True, slots=True)
class Storage:
    """The stores of a registry."""

    blobs: Blobs
    pages: Pages


def storage(configuration: Configuration) -> Storage:
    """Open the stores of a configuration."""
    folder = configuration.data / "blobs"
    room = Room(folder, configuration.min_free_bytes)
    address = parse(configuration.objects)
    if address is None:
        kept = DiskBlobs(folder, room)
        return Storage(kept, DiskPages(configuration.data / "public", kept))
    bucket = Bucket(address, configuration.objects_redirect)
    blobs = ObjectBlobs(bucket, folder / "incoming", room)
    redirects = bool(configuration.objects_redirect)
    return Storage(blobs, ObjectPages(bucket, blobs, redirects=redirects))
