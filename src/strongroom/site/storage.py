"""Which stores a configuration names: those of blobs, and those of pages and published files.

Opening one asks nothing of it, so that a registry whose store is away can start and say so.
"""

from dataclasses import dataclass

from strongroom.site.configuration import Configuration
from strongroom.stores.blobs.disk import DiskBlobs
from strongroom.stores.blobs.protocol import Blobs
from strongroom.stores.pages.disk import DiskPages
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
    blobs = DiskBlobs(folder, Room(folder, configuration.min_free_bytes))
    return Storage(blobs, DiskPages(configuration.data / "public", blobs))
