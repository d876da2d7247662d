"""A registry on a disk that is nearly full: no uploads, but reads, sign-ins and quarantines."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import Settings

from strongroom.core.actors import OPERATOR
from strongroom.people.accounts.links import create_link
from strongroom.stores.blobs.disk import DiskBlobs
from strongroom.stores.room import Room
from tests.fakes.distributions import wheel, wheel_filename
from tests.fakes.registry import Registry, form, open_registry

MORE_THAN_ANY_DISK = 2**62


def keep_free(registry: Registry, at_least: int) -> None:
    """Let a registry find its disk as full as if so many bytes were to be kept free."""
    blobs = registry.house.blobs
    assert isinstance(blobs, DiskBlobs)
    blobs._spool._room = Room(registry.house.configuration.data, at_least)


@pytest.fixture
def registry(db: None, data: Path, settings: Settings) -> Iterator[Registry]:
    with open_registry(data, settings, min_free_bytes=1) as opened:
        opened.publish("example", "1.0")
        keep_free(opened, MORE_THAN_ANY_DISK)
        yield opened


def test_an_upload_is_told_to_come_back(registry: Registry) -> None:
    answer = registry.post(form(wheel_filename("new", "1.0"), wheel("new", "1.0")))
    assert (answer.status_code, answer.headers["Retry-After"]) == (507, "120")
    assert "nearly full" in answer.status
    assert answer.json is not None
    assert answer.json["code"] == "storage-low"


def test_reads_go_on(registry: Registry) -> None:
    for path in ("/", "/simple/", "/simple/example/", "/pypi/example/json"):
        assert registry.get(path).status_code == 200


def test_a_project_can_still_be_quarantined_and_a_link_made(registry: Registry) -> None:
    registry.set_status("example", "quarantined", "malware")
    assert b".whl" not in registry.get("/simple/example/").data
    assert create_link(registry.owner, OPERATOR, registry.clock, lambda: "s" * 43)


def test_it_goes_on_when_there_is_room(registry: Registry) -> None:
    keep_free(registry, 1)
    registry.publish("new", "1.0")
