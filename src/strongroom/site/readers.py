"""The doors that answer reads from a place of pages: the same over the open one and the closed."""

from collections.abc import Mapping

from strongroom.core.ecosystem import Ecosystem
from strongroom.ecosystems.pypi.wire.reads import PREFIXES, Reads
from strongroom.packages.shelf.serve import Answer, Readable
from strongroom.site.wsgi import ShelfDoor
from strongroom.web.reads import read


def readers(pages: Readable, pypi: Ecosystem) -> dict[str, ShelfDoor]:
    """Return the doors for clients and for people, by the first segment of a path."""
    clients = Reads(pages, pypi).answer

    def people(path: str, _query: str, headers: Mapping[str, str]) -> Answer | None:
        return read(pages, path, headers, pypi)

    doors: dict[str, ShelfDoor] = dict.fromkeys(PREFIXES, clients)
    return doors | {"": people, "project": people}
