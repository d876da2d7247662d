"""Handing events to hooks: each once, to those that may hear of it."""

import pytest
from django.db import transaction

from strongroom.core.actors import OPERATOR
from strongroom.core.coordinates import ProjectId
from strongroom.core.events import PUBLIC
from strongroom.packages.catalog.changes import yank
from strongroom.packages.hooks import matching
from strongroom.packages.hooks.changes import remove
from strongroom.packages.models import Delivery, Heard, Project
from strongroom.proof.ledger.events import last_serial
from tests.packages.hooks.conftest import PARCEL, Tower


def handed(tower: Tower) -> list[int | None]:
    """Hand all on; returns the serials of all deliveries."""
    while matching.match(tower.herald):
        pass
    return list(Delivery.objects.order_by("pk").values_list("serial", flat=True))


def test_an_event_is_handed_to_each_hook_once_however_often_that_is_asked(tower: Tower) -> None:
    for place in (PARCEL, PARCEL, None):
        tower.hook(place, by=OPERATOR)
    tower.publish("2.0")
    assert len(handed(tower)) == 3
    assert len(handed(tower)) == 3
    Heard.objects.update(serial=0)
    with pytest.raises(Exception, match=r"(?i)unique"), transaction.atomic():
        matching.match(tower.herald)


def test_a_hook_hears_of_its_own_project_and_kinds_alone(tower: Tower) -> None:
    tower.hook(PARCEL, "release-yanked")
    tower.bench.publish(tower.alice, "twine", "1.0")
    yank(tower.bench.desk, tower.alice, tower.bench.target("twine", "1.0"), "")
    tower.publish("2.0")
    assert handed(tower) == []
    yank(tower.bench.desk, tower.alice, tower.bench.target("parcel", "2.0"), "")
    assert handed(tower) == [last_serial()]


def test_a_project_of_the_same_name_elsewhere_is_another(tower: Tower) -> None:
    tower.hook()
    hook = tower.hook().hook
    hook.ecosystem = "pypi"
    hook.save()
    tower.publish("2.0")
    assert len(handed(tower)) == 1
    assert ProjectId("pypi", "parcel") != PARCEL


def test_what_came_before_a_hook_is_not_for_it(tower: Tower) -> None:
    tower.publish("2.0")
    tower.hook()
    assert not matching.is_behind() or handed(tower) == []
    tower.publish("3.0")
    assert matching.is_behind()
    assert len(handed(tower)) == 1
    assert not matching.is_behind()


def test_without_hooks_there_is_nothing_to_do(tower: Tower) -> None:
    tower.publish("2.0")
    assert not matching.is_behind()
    assert matching.match(tower.herald) == 0
    hook = tower.hook().hook
    tower.publish("3.0")
    remove(tower.herald, tower.alice, PARCEL, hook.handle)
    assert not matching.is_behind()


def test_what_is_not_public_is_told_to_no_hook(tower: Tower) -> None:
    tower.hook(None, *map(str, PUBLIC), by=OPERATOR)
    tower.bench.person("mallory")  # user-created
    tower.hook(PARCEL)  # hook-created
    assert handed(tower) == []


def test_of_a_private_project_its_own_hooks_alone_hear(tower: Tower) -> None:
    own, registrys = tower.hook().hook, tower.hook(None, by=OPERATOR).hook
    Project.objects.update(private=True)
    tower.publish("2.0")
    handed(tower)
    assert [one.hook_id for one in Delivery.objects.all()] == [own.pk]
    Project.objects.update(private=False)
    tower.publish("3.0")
    handed(tower)
    assert registrys.deliveries.count() == 1


def test_a_transaction_that_fails_hands_nothing_on(tower: Tower) -> None:
    tower.hook()
    tower.publish("2.0")
    with transaction.atomic():
        matching.match(tower.herald)
        transaction.set_rollback(True)
    assert Delivery.objects.count() == 0
    assert len(handed(tower)) == 1


def test_events_are_handed_on_in_parts(tower: Tower) -> None:
    tower.hook()
    for version in ("2.0", "3.0", "4.0"):
        tower.publish(version)
    while matching.match(tower.herald, 1):
        pass
    assert Delivery.objects.count() == 3
