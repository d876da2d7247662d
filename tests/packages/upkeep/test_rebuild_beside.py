"""Checking and rebuilding beside a registry that goes on publishing."""

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from django.db import connection

from strongroom.packages.catalog.desk import Desk
from strongroom.packages.publishing.pipeline import publish
from strongroom.packages.publishing.steps import Upload
from strongroom.packages.upkeep.rebuild import How, check, rebuild
from tests.fakes.distributions import wheel, wheel_filename
from tests.fakes.folders import blob_place
from tests.fakes.people import sure
from tests.fakes.registry import Registry
from tests.packages.upkeep.conftest import digest_of
from tests.packages.upkeep.filled import Filled, checked, fill, found, rebuilt, silent
from tests.packages.upkeep.test_scrub import scrubbed


@pytest.fixture
def filled(registry: Registry) -> Filled:
    """Return a registry in which something of every kind stands."""
    return fill(registry)


def test_a_check_beside_a_registry_that_publishes_finds_nothing_wrong(filled: Filled) -> None:
    stop, failed = threading.Event(), list[BaseException]()

    def publish() -> None:
        try:
            for number in range(3, 300):
                filled.registry.publish("example", f"{number}.0")
                filled.registry.publish(f"new{number}", "1.0")
                if stop.wait(0.05):
                    break
        except BaseException as error:
            failed.append(error)
            raise
        finally:
            connection.close()

    thread = threading.Thread(target=publish)
    thread.start()
    try:
        premises = filled.registry.house.premises
        reports = [found(check(premises, silent, lambda: time.sleep(2))) for _ in range(2)]
        rebuilt(filled.registry)
    finally:
        stop.set()
        thread.join()
    assert not failed
    assert reports == [set(), set()]
    assert found(checked(filled.registry)) == set()


def test_what_a_scrub_takes_down_meanwhile_goes_on_saying_why(
    filled: Filled, flip: Callable[[Path], None]
) -> None:
    registry = filled.registry
    place = blob_place(registry.house.configuration.data, digest_of(filled.file))

    def scrubs(done: int, _total: int) -> None:
        if done == 1:  # of the project whose file it is
            flip(place)
            scrubbed(registry)

    rebuild(registry.house.premises, scrubs)
    assert registry.get(filled.file).status_code == 403
    assert found(checked(registry)) == set()


def test_what_never_rests_is_said_to_be_unjudged(filled: Filled) -> None:
    registry, numbers = filled.registry, iter(range(3, 99))
    silenced = replace(registry.house.desk, react=lambda _: None)

    def busy() -> None:
        for name in ("example", "lost"):
            publish_silently(registry, silenced, name, f"{next(numbers)}.0")

    busy()
    report = check(registry.house.premises, silent, busy)
    assert found(report) == {("pages of all projects together", How.BEHIND)}
    assert set(report.unjudged) == {
        "pages of pypi:example",
        "pages of pypi:lost",
    }


def publish_silently(registry: Registry, desk: Desk, name: str, version: str) -> None:
    """Publish so that nobody puts up the pages."""
    with desk.blobs.receive() as incoming:
        incoming.write(wheel(name, version))
        actor = sure(registry.owner)
        publish(Upload(actor, "pypi", wheel_filename(name, version), {}, incoming), desk)
