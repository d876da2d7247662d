"""Making a registry ready: what both `init` and `serve` do before anything else, and may repeat.

1. The database is brought up to this version, by one process at a time.
2. Pages that another version, address or name of the registry has rendered are rendered anew.
3. Pages that a crash left behind their events are caught up with.
4. While there is no account, there is one link by which the first administrator claims it.
"""

import json
import logging
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path

from django.db import connections

from strongroom.core.actors import OPERATOR
from strongroom.core.clock import Clock
from strongroom.core.errors import ForbiddenError
from strongroom.packages.upkeep.reading import Progress
from strongroom.packages.upkeep.rebuild import Report, rebuild
from strongroom.people.accounts.links import create_link, peek
from strongroom.people.accounts.users import unclaimed
from strongroom.site import schema
from strongroom.site.apart import apart
from strongroom.site.assembly import House, preparing
from strongroom.site.configuration import Configuration
from strongroom.site.storage import RENDERED

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Prepared:
    """What was done: migrations applied, projects rendered anew, the claim link if there is one."""

    migrations: tuple[str, ...]
    rendered: int
    claim: str | None


def prepare(house: House, secret: Callable[[], str]) -> Prepared:
    """Make a registry ready; whatever is so already stays as it is."""
    data = house.configuration.data
    try:
        with preparing(house.configuration):
            migrations = schema.migrate()
            rendered = 0 if _rendered_as_now(house) else _renewed(house)
            _catch_up(house)
            claim = _claim(data / "run" / "claim", house.clock, secret)
    finally:
        # The server forks after this, and a connection must never cross a fork.
        connections.close_all()
    link = f"{house.configuration.url}/claim/{claim}" if claim else None
    return Prepared(migrations, rendered, link)


def prepare_apart(house: House, secret: Callable[[], str]) -> Prepared:
    """Make a registry ready in a child process; the server forks from this one after it."""
    told = apart(lambda: asdict(prepare(house, secret)))
    return Prepared(tuple(told["migrations"]), told["rendered"], told["claim"])


def render(house: House, progress: Progress, *, tidy: bool = True) -> Report:
    """Rebuild every derived byte, and remember for which version, address and name.

    Without `tidy` what is left over on the shelf stays.
    """
    pages = house.shelf.pages
    pages.remove(RENDERED)
    report = rebuild(house.premises, progress, tidy=tidy)
    pages.put(RENDERED, _renderer(house.configuration))
    return report


def _renewed(house: House) -> int:
    # While versions are exchanged one after the other, the one before still serves its pages.
    return render(house, _silent, tidy=False).projects


def _silent(done: int, total: int) -> None:
    """Tell nobody of the progress."""


def _renderer(configuration: Configuration) -> bytes:
    """Return all that pages depend on besides what they show."""
    told = [version("strongroom"), configuration.url, configuration.site_name]
    return json.dumps(told).encode()


def _rendered_as_now(house: House) -> bool:
    return house.shelf.pages.shows(RENDERED, _renderer(house.configuration))


def _catch_up(house: House) -> None:
    # A project that cannot be rendered must not keep all others from being served; the server
    # tries it again and says so in its log.
    try:
        while house.reactions.catch_up():
            pass
    except Exception:
        logger.exception("could not catch up with all events; the server will try again")


def _claim(place: Path, clock: Clock, secret: Callable[[], str]) -> str | None:
    """Return the secret of the claim link: the one given out before, as long as it works.

    It lies in the data folder until it is used, beside the keys, whose reader needs no link.
    """
    if not unclaimed():
        place.unlink(missing_ok=True)
        return None
    with suppress(FileNotFoundError, ForbiddenError):
        held = place.read_text(encoding="utf-8")
        peek(held, clock)
        return held
    made = create_link(None, OPERATOR, clock, secret)
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    place.unlink(missing_ok=True)
    with os.fdopen(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(made)
    return made
