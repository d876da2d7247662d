"""The shelf shows the newest committed event, whole, and takes down what must go."""

import shutil
import threading
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest
from django.db import connection

from strongroom.core.actors import OPERATOR, Actor
from strongroom.core.coordinates import ProjectId
from strongroom.core.ecosystem import Listing, Page
from strongroom.core.errors import NotFoundError, UnavailableError
from strongroom.packages.catalog.changes import set_status, yank
from strongroom.packages.catalog.listing import file_path, listing
from strongroom.packages.catalog.removal import remove
from strongroom.packages.models import Project, Release
from strongroom.packages.publishing.steps import Receipt
from strongroom.packages.shelf.refresh import damaged_count, unshelved, unshelved_count
from strongroom.packages.shelf.standing import QUARANTINE, REMOVED
from tests.fakes.bench import Bench, open_bench
from tests.fakes.ecosystems import Boxes
from tests.fakes.folders import blob_place, page_place
from tests.fakes.full_disks import full_disk

PARCEL = ProjectId("box", "parcel")


def address(receipt: Receipt, suffix: str = "") -> str:
    return file_path("box", receipt.sha256, receipt.filename) + suffix


def shelved(bench: Bench, path: str) -> bytes | None:
    stored = bench.shelf.pages.get(path)
    return stored.body if stored else None


def rendered(bench: Bench) -> set[str]:
    """Return the versions that have a page of their own."""
    return {
        path.parent.name for path in (bench.folder / "public").glob("boxes/parcel/*/index.json")
    }


def quarantine(bench: Bench, reason: str) -> None:
    set_status(bench.desk, OPERATOR, PARCEL, "quarantined", reason)
    bench.refresh("parcel")


def test_a_file_on_the_shelf_is_its_blob(bench: Bench, alice: Actor) -> None:
    receipt = bench.publish(alice, "parcel", "1.0", label="fragile")
    bench.refresh("parcel")
    place = page_place(bench.folder, address(receipt))
    assert place.samefile(blob_place(bench.folder, receipt.sha256))
    assert shelved(bench, address(receipt, ".label")) == b"fragile"


def test_nothing_is_shelved_before_a_refresh(bench: Bench, alice: Actor) -> None:
    receipt = bench.publish(alice, "parcel", "1.0")
    assert bench.shelf.pages.find(address(receipt)) is None
    assert unshelved(10) == (PARCEL,)


def test_a_refresh_shelves_the_newest_event(bench: Bench, alice: Actor) -> None:
    bench.publish(alice, "parcel", "1.0")
    bench.refresh("parcel")
    project = Project.objects.get()
    assert project.shelved_serial == project.serial
    assert unshelved(10) == ()


def test_the_unshelved_are_named_oldest_event_first_and_bounded(bench: Bench, alice: Actor) -> None:
    for name in ("one", "two", "three"):
        bench.publish(alice, name, "1.0")
    bench.refresh("two")
    assert [project.key for project in unshelved(10)] == ["one", "three"]
    assert [project.key for project in unshelved(1)] == ["one"]
    assert unshelved_count() == 2


def emptied(bench: Bench) -> None:
    """Take every page away, so that what a refresh renders is seen."""
    shutil.rmtree(bench.folder / "public")


def test_the_touched_release_alone_is_rendered(bench: Bench, alice: Actor) -> None:
    for version in ("1.0", "2.0", "3.0", "4.0"):
        bench.publish(alice, "parcel", version)
    bench.refresh("parcel")
    emptied(bench)
    yank(bench.desk, alice, bench.target("parcel", "1.0"), "")
    bench.refresh("parcel")
    assert rendered(bench) == {"1.0"}


def test_all_that_happened_since_the_last_refresh_is_rendered(bench: Bench, alice: Actor) -> None:
    receipts = [bench.publish(alice, "parcel", version) for version in ("1.0", "2.0", "3.0", "4.0")]
    bench.refresh("parcel")
    assert rendered(bench) == {"1.0", "2.0", "3.0", "4.0"}
    assert all(bench.shelf.pages.find(address(receipt)) for receipt in receipts)


def test_what_the_pages_show_already_is_not_rendered_again(bench: Bench, alice: Actor) -> None:
    bench.publish(alice, "parcel", "1.0")
    bench.refresh("parcel")
    emptied(bench)
    bench.refresh("parcel")
    assert rendered(bench) == set()


def test_a_rebuild_renders_all_whatever_the_pages_show(bench: Bench, alice: Actor) -> None:
    receipts = [bench.publish(alice, "parcel", version) for version in ("1.0", "2.0", "3.0", "4.0")]
    bench.refresh("parcel")
    emptied(bench)
    bench.rebuild("parcel")
    assert rendered(bench) == {"1.0", "2.0", "3.0", "4.0"}
    assert all(bench.shelf.pages.find(address(receipt)) for receipt in receipts)


def test_an_event_about_the_project_renders_all_its_releases(bench: Bench, alice: Actor) -> None:
    for version in ("1.0", "2.0", "3.0"):
        bench.publish(alice, "parcel", version)
    bench.refresh("parcel")
    emptied(bench)
    set_status(bench.desk, alice, PARCEL, "deprecated", "use crates")
    bench.refresh("parcel")
    assert rendered(bench) == {"1.0", "2.0", "3.0"}


def test_what_a_refresh_that_died_owed_is_made_good_by_the_next(bench: Bench, alice: Actor) -> None:
    def dies(listing: Listing, touched: frozenset[str] | None) -> Iterable[Page]:
        raise RuntimeError("killed")

    for version in ("3.0", "2.0", "1.0"):
        bench.publish(alice, "parcel", version)
    dying = replace(bench, shelf=replace(bench.shelf, renderers=(dies,)))
    with pytest.raises(RuntimeError):
        dying.refresh("parcel")
    emptied(bench)
    bench.publish(alice, "parcel", "4.0")
    bench.refresh("parcel")
    assert rendered(bench) == {"1.0", "2.0", "3.0", "4.0"}


def test_a_refresh_again_changes_nothing(bench: Bench, alice: Actor) -> None:
    bench.publish(alice, "parcel", "1.0")
    bench.refresh("parcel")
    public = bench.folder / "public"
    before = {path: path.read_bytes() for path in public.rglob("*") if path.is_file()}
    bench.refresh("parcel")
    assert {path: path.read_bytes() for path in public.rglob("*") if path.is_file()} == before


def test_every_renderer_renders(bench: Bench, alice: Actor) -> None:
    def render(listing: Listing, touched: frozenset[str] | None) -> Iterable[Page]:
        yield Page(
            "other", "text/plain", f"{listing.name.display} {sorted(touched or ())}".encode()
        )

    bench.publish(alice, "Parcel", "1.0")
    other = replace(bench, shelf=replace(bench.shelf, renderers=(render,)))
    other.refresh("parcel")
    assert shelved(bench, "other") == b"Parcel ['1.0']"
    assert shelved(bench, "boxes/parcel/index.json") == b'["1.0"]'


@pytest.mark.parametrize(
    ("versions", "yanked", "latest"),
    [
        (["1.0"], [], "1.0"),
        (["1.0", "2.0", "1.5"], [], "2.0"),
        (["1.0", "2.0rc"], [], "1.0"),
        (["1.0rc", "2.0rc"], [], "2.0rc"),
        (["1.0", "2.0"], ["2.0"], "1.0"),
        (["1.0", "2.0rc"], ["1.0"], "2.0rc"),
        (["1.0", "2.0"], ["1.0", "2.0"], "2.0"),
    ],
)
def test_the_latest_is_the_newest_that_is_neither_yanked_nor_a_prerelease(
    bench: Bench, alice: Actor, versions: list[str], yanked: list[str], latest: str
) -> None:
    for version in versions:
        bench.publish(alice, "parcel", version, summary=f"This is {version}")
    for version in yanked:
        yank(bench.desk, alice, bench.target("parcel", version), "")
    bench.refresh("parcel")
    project = Project.objects.get()
    assert (project.latest, project.summary) == (latest, f"This is {latest}")


def test_a_project_without_releases_has_no_latest(bench: Bench, alice: Actor) -> None:
    bench.publish(alice, "parcel", "1.0")
    Release.objects.get().files.all().delete()
    Release.objects.all().delete()
    bench.refresh("parcel")
    assert (Project.objects.get().latest, Project.objects.get().summary) == ("", "")


def test_a_project_that_is_not_there_is_not_found(bench: Bench) -> None:
    with pytest.raises(NotFoundError):
        bench.refresh("nothing")


def test_quarantine_takes_every_file_down_and_leaves_the_reason(bench: Bench, alice: Actor) -> None:
    receipts = [bench.publish(alice, "parcel", each, label=each) for each in ("1.0", "2.0", "3.0")]
    bench.refresh("parcel")
    quarantine(bench, "malware")
    for receipt in receipts:
        for path in (address(receipt), address(receipt, ".label")):
            assert bench.shelf.pages.find(path) is None
            assert shelved(bench, f"{QUARANTINE}/{path}") == b"malware"


def test_quarantine_keeps_the_blobs(bench: Bench, alice: Actor) -> None:
    receipt = bench.publish(alice, "parcel", "1.0")
    bench.refresh("parcel")
    quarantine(bench, "malware")
    assert blob_place(bench.folder, receipt.sha256).exists()


def test_a_new_reason_replaces_the_old(bench: Bench, alice: Actor) -> None:
    receipt = bench.publish(alice, "parcel", "1.0")
    quarantine(bench, "suspicious")
    quarantine(bench, "malware")
    assert shelved(bench, f"{QUARANTINE}/{address(receipt)}") == b"malware"


def test_lifting_a_quarantine_puts_the_files_back(bench: Bench, alice: Actor) -> None:
    receipt = bench.publish(alice, "parcel", "1.0")
    quarantine(bench, "suspicious")
    set_status(bench.desk, OPERATOR, PARCEL, "active", "")
    bench.refresh("parcel")
    place = page_place(bench.folder, address(receipt))
    assert place.samefile(blob_place(bench.folder, receipt.sha256))
    assert shelved(bench, f"{QUARANTINE}/{address(receipt)}") is None


def test_quarantine_takes_down_all_though_no_reason_finds_room(bench: Bench, alice: Actor) -> None:
    receipts = [bench.publish(alice, "parcel", version) for version in ("1.0", "2.0", "3.0")]
    bench.refresh("parcel")
    set_status(bench.desk, OPERATOR, PARCEL, "quarantined", "malware")
    serial = listing(PARCEL, Boxes()).serial
    (bench.folder / "public" / QUARANTINE).write_bytes(b"a file where the folder should be")
    with pytest.raises(UnavailableError):
        bench.refresh("parcel")
    assert not any(bench.shelf.pages.find(address(receipt)) for receipt in receipts)
    assert Project.objects.get().shelved_serial < serial


def removal(bench: Bench, alice: Actor, version: str, reason: str = "Wrong.") -> None:
    remove(bench.desk, alice, bench.target("parcel", version), reason)
    bench.refresh("parcel")


def test_a_removed_release_leaves_notes_in_the_place_of_all_that_it_had(
    bench: Bench, alice: Actor
) -> None:
    receipt = bench.publish(alice, "parcel", "1.0", label="fragile")
    bench.publish(alice, "parcel", "2.0")
    bench.refresh("parcel")
    removal(bench, alice, "1.0")
    page = "boxes/parcel/1.0/index.json"
    for path in (address(receipt), address(receipt, ".label")):
        assert bench.shelf.pages.find(path) is None
    assert shelved(bench, page) is None
    for path in (address(receipt), address(receipt, ".label"), page):
        assert shelved(bench, f"{REMOVED}/{path}") == b"Wrong."
    assert shelved(bench, "boxes/parcel/index.json") == b'["2.0"]'


def test_a_release_removed_before_its_pages_were_ever_put_up_leaves_the_same_notes(
    bench: Bench, alice: Actor
) -> None:
    receipt = bench.publish(alice, "parcel", "1.0")
    removal(bench, alice, "1.0", "")
    assert shelved(bench, f"{REMOVED}/{address(receipt)}") == b""
    assert shelved(bench, "boxes/parcel/index.json") == b"[]"
    assert unshelved(10) == ()


def test_pages_that_only_a_release_gives_its_project_go_with_the_last(
    bench: Bench, alice: Actor
) -> None:
    def render(listing: Listing, touched: frozenset[str] | None) -> Iterable[Page]:
        del touched
        if listing.releases:
            yield Page("of/parcel", "text/plain", b"some")

    bench = replace(bench, shelf=replace(bench.shelf, renderers=(render,)))
    for version in ("1.0", "2.0"):
        bench.publish(alice, "parcel", version)
    removal(bench, alice, "2.0")
    assert shelved(bench, "of/parcel") == b"some"
    removal(bench, alice, "1.0")
    assert (shelved(bench, "of/parcel"), shelved(bench, f"{REMOVED}/of/parcel")) == (None, None)
    bench.publish(alice, "parcel", "3.0")
    bench.refresh("parcel")
    assert shelved(bench, "of/parcel") == b"some"


def test_removed_in_quarantine_it_is_told_to_be_removed(bench: Bench, alice: Actor) -> None:
    gone, kept = (bench.publish(alice, "parcel", version) for version in ("1.0", "2.0"))
    quarantine(bench, "malware")
    remove(bench.desk, OPERATOR, bench.target("parcel", "1.0"), "Malware.")
    bench.refresh("parcel")
    assert shelved(bench, f"{QUARANTINE}/{address(gone)}") is None
    assert shelved(bench, f"{REMOVED}/{address(gone)}") == b"Malware."
    assert shelved(bench, f"{QUARANTINE}/{address(kept)}") == b"malware"


def test_a_damaged_file_that_is_removed_is_no_longer_told_to_be_damaged(
    bench: Bench, alice: Actor
) -> None:
    receipt = bench.publish(alice, "parcel", "1.0")
    bench.desk.blobs.remove(receipt.sha256)
    bench.refresh("parcel")
    assert damaged_count(bench.shelf) == 1
    removal(bench, alice, "1.0")
    assert damaged_count(bench.shelf) == 0
    assert shelved(bench, f"{REMOVED}/{address(receipt)}") == b"Wrong."


def test_a_rebuild_puts_every_note_of_a_removal_up_again(bench: Bench, alice: Actor) -> None:
    for version in ("1.0", "2.0", "3.0"):
        bench.publish(alice, "parcel", version)
    for version in ("1.0", "3.0"):
        removal(bench, alice, version, f"Wrong {version}")
    public = bench.folder / "public"
    before = {path: path.read_bytes() for path in public.rglob("*") if path.is_file()}
    emptied(bench)
    bench.rebuild("parcel")
    assert {path: path.read_bytes() for path in public.rglob("*") if path.is_file()} == before


def test_a_full_disk_leaves_the_project_unshelved_and_the_next_time_repairs(
    bench: Bench, alice: Actor
) -> None:
    def render(listing: Listing, touched: frozenset[str] | None) -> Iterable[Page]:
        yield Page("huge", "text/plain", bytes(9 * 1024 * 1024))

    bench.publish(alice, "parcel", "1.0")
    other = replace(bench, shelf=replace(bench.shelf, renderers=(render,)))
    with full_disk(at=8 * 1024 * 1024), pytest.raises(UnavailableError):
        other.refresh("parcel")
    assert unshelved(10) == (PARCEL,)
    other.refresh("parcel")
    assert unshelved(10) == ()


@pytest.mark.django_db(transaction=True)
def test_a_refresh_that_is_overtaken_does_not_bring_old_pages_back(tmp_path: Path) -> None:
    bench = open_bench(tmp_path)
    alice = bench.person("alice")
    reached, go, newer_done = threading.Event(), threading.Event(), threading.Event()

    def slowly(listing: Listing, touched: frozenset[str] | None) -> Iterable[Page]:
        reached.set()
        go.wait(10)
        return ()

    def older() -> None:
        # Its rows are read; its last page is yet to be put.
        slow = replace(bench.shelf, renderers=(slowly, Boxes().pages))
        replace(bench, shelf=slow).refresh("parcel")
        connection.close()

    def newer() -> None:
        bench.publish(alice, "parcel", "2.0")
        bench.refresh("parcel")
        newer_done.set()
        connection.close()

    bench.publish(alice, "parcel", "1.0")
    threads = [threading.Thread(target=older), threading.Thread(target=newer)]
    threads[0].start()
    assert reached.wait(10)
    threads[1].start()
    assert not newer_done.wait(0.2)
    go.set()
    for thread in threads:
        thread.join()
    assert unshelved(10) == ()
    assert shelved(bench, "boxes/parcel/index.json") == b'["2.0", "1.0"]'
