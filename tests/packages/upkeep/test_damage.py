"""Damage is told once, whoever else has found it, and beside people who change the same project."""

import threading
import time

import pytest
from django.db import DatabaseError, connection, transaction

from strongroom.core.actors import OPERATOR
from strongroom.core.coordinates import ProjectId
from strongroom.core.events import Event, Kind
from strongroom.packages.catalog.listing import lock_project
from strongroom.packages.upkeep.damage import Fault, tell, withhold
from strongroom.packages.upkeep.named import Named, named
from strongroom.proof.ledger.events import newest_of, record
from tests.fakes.registry import Registry
from tests.packages.upkeep.conftest import digest_of

PROJECT = ProjectId("pypi", "example")
EVENTS = (Kind.FILE_DAMAGED, Kind.FILE_REPAIRED)


@pytest.fixture
def one(registry: Registry) -> Named:
    """Return a file that is served."""
    path = registry.publish("example", "1.0")
    return next(each for each in named() if each.sha256 == digest_of(path))


def recorded() -> list[Kind]:
    return [each.event.kind for each in reversed(newest_of(EVENTS, 100))]


def test_what_was_told_is_not_told_again(registry: Registry, one: Named) -> None:
    premises = registry.house.premises
    for fault in (Fault.ALTERED, Fault.MISSING, None, None, Fault.MISSING):
        tell(premises, one, fault)
    assert recorded() == [Kind.FILE_DAMAGED, Kind.FILE_REPAIRED, Kind.FILE_DAMAGED]


def test_that_a_file_is_whole_is_told_only_of_one_that_was_damaged(
    registry: Registry, one: Named
) -> None:
    tell(registry.house.premises, one, None)
    assert recorded() == []


def test_of_two_that_find_the_same_damage_both_take_it_down(registry: Registry, one: Named) -> None:
    for _ in range(2):
        withhold(registry.house.premises, one.sha256, Fault.ALTERED, [one])
    assert registry.house.shelf.pages.find(one.path) is None


@pytest.mark.postgresql
def test_nobody_who_changes_the_project_meanwhile_has_to_give_up(
    registry: Registry, one: Named
) -> None:
    failed: list[DatabaseError] = []

    def telling() -> None:
        try:
            tell(registry.house.premises, one, Fault.ALTERED)
        except DatabaseError as error:
            failed.append(error)
        connection.close()

    thread = threading.Thread(target=telling)
    with transaction.atomic():
        row = lock_project(PROJECT)
        thread.start()
        while not _somebody_waits():
            time.sleep(0.002)
        changed = Event(Kind.APPROVALS_CHANGED, OPERATOR.name, OPERATOR.credential, PROJECT)
        row.serial = record(changed, registry.clock).serial
        row.save(update_fields=["serial"])
    thread.join()
    assert failed == []
    assert recorded() == [Kind.FILE_DAMAGED]


def _somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return bool(cursor.fetchone()[0])
