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
from strongroom.stores.pages.disk import CLOSED_MODE, DiskPages
from strongroom.stores.pages.objects import ObjectPages
from strongroom.stores.pages.rooms import CLOSED, Rooms
from strongroom.stores.room import Room

RENDERED = ".rendered"
"""The page that tells for which version, address and name the others were rendered."""


@dataclass(frozen=True, slots=True)
class Storage:
    """The stores of a registry."""

    blobs: Blobs
    pages: Rooms


def storage(configuration: Configuration) -> Storage:
    """Open the stores of a configuration."""
    folder = configuration.data / "blobs"
    room = Room(folder, configuration.min_free_bytes)
    address = parse(configuration.objects)
    if address is None:
        kept = DiskBlobs(folder, room)
        data = configuration.data
        closed = DiskPages(data / CLOSED, kept, CLOSED_MODE)
        return Storage(kept, Rooms(DiskPages(data / "public", kept), closed))
    bucket = Bucket(address, configuration.objects_redirect)
    blobs = ObjectBlobs(bucket, folder / "incoming", room)
    redirects = bool(configuration.objects_redirect)
    # Nobody is sent to the bucket for what is private: its addresses could be handed on.
    closed_pages = ObjectPages(bucket, blobs, redirects=False, folder=CLOSED)
    return Storage(blobs, Rooms(ObjectPages(bucket, blobs, redirects=redirects), closed_pages))
