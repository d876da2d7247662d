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
from strongroom.ecosystems.pypi.wire.reads import PREFIXES
from strongroom.packages.shelf.serve import Answer, Readable
from strongroom.site.assembly import House
from strongroom.site.observed import Observed
from strongroom.site.readers import readers
from strongroom.site.settings import SESSION_COOKIE_NAME
from strongroom.site.wsgi import Bodies, Front, Hosts, ShelfDoor, Source

UPLOADS = frozenset({"legacy", "upload"})
NOT_FOUND = 404
YEAR = 365 * 24 * 3600  # seconds; static addresses carry a digest of their content


def application(house: House) -> WSGIApplication:
    """Put the doors of a house in front of Django."""
    static = Path(web.__path__[0]) / "static"
    files = WhiteNoise(WSGIHandler(), root=static, prefix="static/", max_age=YEAR)
    doors = people_and_clients(house, house.shelf.pages.open)
    known = Hosts(files, house.configuration.hosts)
    front = Front(doors, Bodies(known, UPLOADS))
    placed = Source(front, house.configuration.trusted_proxies)
    metrics, downloads = house.metrics, house.downloads
    return Observed(placed, metrics, downloads, time.monotonic, lambda: secrets.token_hex(8))


def people_and_clients(house: House, pages: Readable) -> dict[str, ShelfDoor]:
    """Return the doors of a house that answer from its shelf, by the first segment of a path."""
    doors = readers(pages, house.desk.ecosystems["pypi"])
    handing_on = {room: _handing_on(doors[room]) for room in PREFIXES}
    return doors | handing_on | {"health": live}


def _handing_on(door: ShelfDoor) -> ShelfDoor:
    """Return a door that lets the next one answer who says who they are and asks for a name."""

    def answer(path: str, query: str, headers: Mapping[str, str]) -> Answer | None:
        found = door(path, query, headers)
        if found is not None and found.status == NOT_FOUND and _says_who(headers):
            return None
        return found

    return answer


def _says_who(headers: Mapping[str, str]) -> bool:
    return "authorization" in headers or SESSION_COOKIE_NAME in headers.get("cookie", "")
