"""The application that the server runs: the house's doors in their order, behind one front."""

import secrets
import time
from collections.abc import Mapping
from pathlib import Path
from wsgiref.types import WSGIApplication

from django.core.handlers.wsgi import WSGIHandler
from whitenoise import WhiteNoise  # type: ignore[import-untyped] # it has no stubs

from strongroom import web
from strongroom.api.health import live
from strongroom.ecosystems.pypi.wire.reads import PREFIXES, Reads
from strongroom.packages.shelf.serve import Answer, Readable
from strongroom.site.assembly import House
from strongroom.site.observed import Observed
from strongroom.site.wsgi import Bodies, Front, Hosts, ShelfDoor, Source
from strongroom.web.reads import read

UPLOADS = frozenset({"legacy", "upload"})
YEAR = 365 * 24 * 3600  # seconds; static addresses carry a digest of their content


def application(house: House) -> WSGIApplication:
    """Put the doors of a house in front of Django."""
    static = Path(web.__path__[0]) / "static"
    files = WhiteNoise(WSGIHandler(), root=static, prefix="static/", max_age=YEAR)
    doors = people_and_clients(house, house.shelf.pages)
    known = Hosts(files, house.configuration.hosts)
    front = Front(doors, Bodies(known, UPLOADS))
    placed = Source(front, house.configuration.trusted_proxies)
    metrics, downloads = house.metrics, house.downloads
    return Observed(placed, metrics, downloads, time.monotonic, lambda: secrets.token_hex(8))


def people_and_clients(house: House, pages: Readable) -> dict[str, ShelfDoor]:
    """Return the doors of a house that answer from its shelf, by the first segment of a path."""
    pypi = house.desk.ecosystems["pypi"]
    client_reads = Reads(pages, pypi).answer

    def people_reads(path: str, _query: str, headers: Mapping[str, str]) -> Answer | None:
        return read(pages, path, headers, pypi)

    doors: dict[str, ShelfDoor] = dict.fromkeys(PREFIXES, client_reads)
    return doors | {"": people_reads, "project": people_reads, "health": live}
