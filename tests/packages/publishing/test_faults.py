"""Disks that fill and reactions that fail: nothing half published, and all well afterwards."""

from collections.abc import Iterable
from pathlib import Path

import pytest
from django.db import OperationalError

from strongroom.core.actors import Actor
from strongroom.core.ecosystem import Listing, Page
from strongroom.core.errors import UnavailableError
from strongroom.packages.models import Project
from strongroom.packages.shelf.refresh import unshelved
from tests.fakes.bench import Bench, open_bench
from tests.fakes.full_disks import full_disk

MEBIBYTE = 1024 * 1024


def test_bytes_that_find_no_room_are_not_published(bench: Bench, alice: Actor) -> None:
    before = bench.standing()
    padding = "x" * (9 * MEBIBYTE)  # the database, far smaller, goes on
    with full_disk(at=8 * MEBIBYTE), pytest.raises(UnavailableError) as caught:
        bench.publish(alice, "parcel", "1.0", padding=padding)
    assert caught.value.code == "storage-full"
    assert bench.standing() == before
    assert bench.publish(alice, "parcel", "1.0", padding=padding).events


def test_a_sidecar_that_finds_no_room_publishes_nothing(bench: Bench, alice: Actor) -> None:
    before = bench.standing()
    label = "x" * (5 * MEBIBYTE)
    with full_disk(at=4 * MEBIBYTE), pytest.raises(UnavailableError):
        bench.publish(alice, "parcel", "1.0", label=label)
    assert bench.standing() == before


@pytest.mark.sqlite
@pytest.mark.django_db(transaction=True)
def test_rows_that_find_no_room_publish_nothing(tmp_path: Path) -> None:
    bench = open_bench(tmp_path)
    alice = bench.person("alice")
    before = bench.standing()[:-1]
    with full_disk(at=16 * 1024), pytest.raises(OperationalError):
        bench.publish(alice, "parcel", "1.0")
    assert bench.standing()[:-1] == before
    assert bench.told == []
    assert bench.publish(alice, "parcel", "1.0").events


class Renderer:
    """Renders one page of a project, unless it is told to fail."""

    def __init__(self) -> None:
        self.fails = True

    def __call__(self, listing: Listing, touched: frozenset[str] | None) -> Iterable[Page]:
        if self.fails:
            message = f"cannot render {listing.project} {touched}"
            raise ValueError(message)
        yield Page("rendered", "text/plain", listing.project.key.encode())


def test_an_upload_succeeds_though_its_pages_fail(bench: Bench, alice: Actor) -> None:
    reacting, _ = bench.reacting(Renderer())
    receipt = reacting.publish(alice, "parcel", "1.0")
    assert receipt.events
    assert unshelved(10) == (receipt.project,)
    assert Project.objects.get().shelved_serial == 0


def test_pages_that_failed_are_caught_up(bench: Bench, alice: Actor) -> None:
    renderer = Renderer()
    reacting, reactions = bench.reacting(renderer)
    reacting.publish(alice, "parcel", "1.0")
    renderer.fails = False
    assert reactions.catch_up() == 1
    assert unshelved(10) == ()
    assert bench.shelf.pages.get("rendered")
    assert reactions.catch_up() == 0


def test_pages_that_find_no_room_are_caught_up(bench: Bench, alice: Actor) -> None:
    reacting, reactions = bench.reacting()
    huge = Page("huge", "text/plain", bytes(range(256)) * 4 * 9 * 1024)

    def render(listing: Listing, touched: frozenset[str] | None) -> Iterable[Page]:
        yield huge

    reacting, reactions = bench.reacting(render)
    with full_disk(at=8 * MEBIBYTE):
        receipt = reacting.publish(alice, "parcel", "1.0")
    assert unshelved(10) == (receipt.project,)
    assert reactions.catch_up() == 1
    assert unshelved(10) == ()
