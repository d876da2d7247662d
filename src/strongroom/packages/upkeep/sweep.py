"""The sweep: what stands in the stores and nothing names.

Four kinds: blobs that no row names (a crash or a lost race left them), incoming files whose upload
died, published files on the shelf that no row names, pages that no rendering gives.

Why nothing that is named can go:

1. The stores are walked before the rows are read. Whatever stood there because of a row has its row
   among those that are read, unless its release was removed meanwhile: then it is to go, and as
   names and bytes are never used again, no later row will name it. A file is put on the shelf
   after its row is committed.
2. A blob or shelf file is removed inside a transaction that has the turn `BLOBS`, which every
   transaction shares that gives a blob a name, and that first reads the rows that are new. An
   upload that committed before is seen; one that commits later sees in its own transaction that
   its blob is gone and keeps it again, and puts its file on the shelf after that.
3. A page may be put up between the look and the removal. So all projects with events since the
   sweep began are rendered once more at its end.
"""

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from django.db import transaction

from strongroom.core.events import Recorded
from strongroom.packages.catalog.desk import BLOBS
from strongroom.packages.catalog.listing import all_projects
from strongroom.packages.shelf.refresh import whole
from strongroom.packages.shelf.standing import DAMAGED
from strongroom.packages.upkeep.named import Census
from strongroom.packages.upkeep.premises import BACKUP, Premises
from strongroom.proof.ledger.events import last_serial, since
from strongroom.proof.ledger.turns import take_turn
from strongroom.stores.pages.rooms import closed

logger = logging.getLogger(__name__)

_AT_ONCE = 50  # removals in one transaction, which holds up all writers meanwhile
_EVENTS_AT_ONCE = 1000
FILES = "files/"
OWN = frozenset({".rendered"})


class Sort(StrEnum):
    """What kind of thing nothing names."""

    BLOB = "blob"
    INCOMING = "incoming"
    FILE = "file"
    PAGE = "page"


@dataclass(frozen=True, slots=True)
class Stray:
    """A file that nothing names: its sort, its name (a digest or a path), its size in bytes."""

    sort: Sort
    name: str
    size: int


def find(premises: Premises, older_than: float, *, pages: bool = True) -> tuple[Stray, ...]:
    """Name what nothing names and was last written before a moment (seconds since epoch).

    Without `pages` those are left out: to know which belong, all must be rendered.
    """
    # The disk first, the rows after it.
    blobs = tuple(_old_blobs(premises, older_than))
    folders = ("",) if pages else (FILES, closed(FILES))
    shelf = tuple(one for under in folders for one in _old_on_shelf(premises, older_than, under))
    census = Census()
    census.read()
    with transaction.atomic():
        take_turn(BLOBS)
        census.catch_up()
    standing = _all_pages(premises) if pages else frozenset()
    return (
        *(one for one in blobs if not census.names_blob(one.name)),
        *_incoming(premises, older_than),
        *(one for one in shelf if not _belongs(one, census, standing)),
    )


def remove(premises: Premises, strays: Iterable[Stray]) -> tuple[Stray, ...]:
    """Remove strays, but for those that are named by now; returns what was removed.

    Waits for a backup under way: what its rows name must stay until it has copied it.
    """
    with premises.alone.held(BACKUP):
        return _remove(premises, list(strays))


def sweep(premises: Premises, older_than: float) -> tuple[Stray, ...] | None:
    """Remove all strays but pages; None if a backup is under way, for which nobody is to wait."""
    with premises.alone.tried(BACKUP) as is_held:
        if not is_held:
            return None
        return _remove(premises, list(find(premises, older_than, pages=False)))


def _remove(premises: Premises, waiting: list[Stray]) -> tuple[Stray, ...]:
    began, census, gone = last_serial(), Census(), list[Stray]()
    census.read()
    while waiting:
        with transaction.atomic():
            take_turn(BLOBS)
            census.catch_up()
            now, waiting = waiting[:_AT_ONCE], waiting[_AT_ONCE:]
            gone.extend(one for one in now if _removed(premises, one, census))
    if any(one.sort is Sort.PAGE for one in gone):
        changed = {one.event.project for batch in _events(began) for one in batch}
        for project in sorted(project for project in changed if project is not None):
            premises.rebuild(project)
        premises.put_shared()
    logger.info("swept %d files that nothing named", len(gone))
    return tuple(gone)


def _old_blobs(premises: Premises, older_than: float) -> Iterator[Stray]:
    for one in premises.blobs.walk():
        if one.written < older_than:
            yield Stray(Sort.BLOB, one.name, one.size)


def _incoming(premises: Premises, older_than: float) -> Iterator[Stray]:
    for one in premises.blobs.abandoned(older_than):
        yield Stray(Sort.INCOMING, one.name, one.size)


def _old_on_shelf(premises: Premises, older_than: float, under: str) -> Iterator[Stray]:
    for one in premises.shelf.pages.walk(under.rstrip("/")):
        if one.name not in OWN and one.written < older_than:
            sort = Sort.FILE if one.name.startswith((FILES, closed(FILES))) else Sort.PAGE
            yield Stray(sort, one.name, one.size)


def _all_pages(premises: Premises) -> frozenset[str]:
    pages = {page.path for page in premises.shared()}
    for project in all_projects():
        ecosystem = premises.desk.ecosystem(project.ecosystem)
        _, must = whole(premises.shelf, project, ecosystem)
        pages.update(page.path for page in (*must.notes, *must.pages))
    return frozenset(pages)


def _belongs(one: Stray, census: Census, pages: frozenset[str]) -> bool:
    if one.sort is Sort.FILE:
        return census.names_path(one.name)
    # The compressed form of a page goes and stays with it; and a file may be called `.gz` itself.
    names = {one.name, one.name.removesuffix(".gz")}
    for note, room in ((f"{DAMAGED}/", ""), (closed(f"{DAMAGED}/"), closed(""))):
        if one.name.startswith(note):
            return any(census.names_path(room + name.removeprefix(note)) for name in names)
    return not names.isdisjoint(pages)


def _removed(premises: Premises, one: Stray, census: Census) -> bool:
    if one.sort is Sort.BLOB:
        if census.names_blob(one.name):
            return False
        premises.blobs.remove(one.name)
    elif one.sort is Sort.INCOMING:
        premises.blobs.discard(one.name)
    elif one.sort is Sort.FILE and census.names_path(one.name):
        return False
    else:
        premises.shelf.pages.discard(one.name)
    return True


def _events(after: int) -> Iterator[tuple[Recorded, ...]]:
    while batch := since(after, _EVENTS_AT_ONCE):
        yield batch
        after = batch[-1].serial
