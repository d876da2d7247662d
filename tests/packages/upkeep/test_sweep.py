"""The sweep: what nothing names goes, and nothing else, whatever happens meanwhile."""

import os
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from django.db import connection

from strongroom.core.actors import OPERATOR, Action
from strongroom.core.digests import Digests
from strongroom.packages.models import File, Stage
from strongroom.packages.publishing.pipeline import publish
from strongroom.packages.publishing.steps import Upload
from strongroom.packages.staging.opening import cancel
from strongroom.packages.upkeep.named import Census, named
from strongroom.packages.upkeep.premises import BACKUP
from strongroom.packages.upkeep.sweep import Sort, Stray, find, remove
from strongroom.people.tokens.caveats import Actions
from strongroom.stores.blobs.protocol import Incoming
from tests.fakes.digests import digests_of
from tests.fakes.distributions import sdist, sdist_filename, wheel, wheel_filename
from tests.fakes.folders import blob_place
from tests.fakes.people import sure
from tests.fakes.registry import Registry, address, form
from tests.packages.upkeep.conftest import digest_of
from tests.packages.upkeep.test_scrub import scrubbed

ALL = float("inf")
NAME = wheel_filename("slow", "1.0")


def strays(registry: Registry, older_than: float = ALL) -> dict[Sort, list[str]]:
    found: dict[Sort, list[str]] = {}
    for one in find(registry.house.premises, older_than):
        found.setdefault(one.sort, []).append(one.name)
    return found


def keep(registry: Registry, data: bytes) -> str:
    with registry.house.blobs.receive() as incoming:
        incoming.write(data)
        incoming.keep()
    return digests_of(data).sha256


def all_files(folder: Path) -> set[Path]:
    return {path for path in folder.rglob("*") if path.is_file()}


def test_all_that_is_named_is_kept(registry: Registry, flip: Callable[[Path], None]) -> None:
    registry.publish("example", "1.0")
    registry.publish("bad", "1.0")
    registry.set_status("bad", "quarantined", "malware")
    data = registry.house.configuration.data
    flip(blob_place(data, digest_of(registry.publish("broken", "1.0"))))
    scrubbed(registry)
    before = all_files(data / "blobs") | all_files(data / "public")
    assert strays(registry) == {}
    remove(registry.house.premises, find(registry.house.premises, ALL))
    assert all_files(data / "blobs") | all_files(data / "public") == before


def test_the_note_in_place_of_a_damaged_sdist_is_kept(
    registry: Registry, flip: Callable[[Path], None]
) -> None:
    body = sdist("broken", "1.0")
    path = address(sdist_filename("broken", "1.0"), body)
    assert registry.post(form(sdist_filename("broken", "1.0"), body)).status_code == 200
    flip(blob_place(registry.house.configuration.data, digest_of(path)))
    scrubbed(registry)
    remove(registry.house.premises, find(registry.house.premises, ALL))
    assert registry.get(path).status_code == 403


def test_a_blob_that_no_row_names_goes(registry: Registry) -> None:
    orphan = keep(registry, b"nobody")
    assert strays(registry) == {Sort.BLOB: [orphan]}
    remove(registry.house.premises, find(registry.house.premises, ALL))
    assert list(registry.house.blobs.walk()) == []


def test_what_is_young_is_left_alone(registry: Registry) -> None:
    orphan = blob_place(registry.house.configuration.data, keep(registry, b"nobody"))
    written = orphan.stat().st_mtime
    assert strays(registry, written) == {}
    assert strays(registry, written + 1) == {Sort.BLOB: [orphan.name]}


def test_an_upload_that_died_goes(registry: Registry) -> None:
    registry.publish("example", "1.0")
    left = registry.house.configuration.data / "blobs" / "incoming" / "left"
    left.write_bytes(b"half")
    assert strays(registry) == {Sort.INCOMING: ["left"]}
    remove(registry.house.premises, find(registry.house.premises, ALL))
    assert not left.exists()


def test_what_stands_on_the_shelf_for_nothing_goes(registry: Registry) -> None:
    registry.publish("example", "1.0")
    pages = registry.house.shelf.pages
    file, page = f"files/pypi/ab/cd/{'0' * 60}/x.whl", "simple/gone/index.html"
    tombstone = f"quarantined/{file}"
    for path in (file, page, tombstone):
        pages.put(path, b"x" * 1000)
    found = strays(registry)
    assert found[Sort.FILE] == [file, f"{file}.gz"]
    assert found[Sort.PAGE] == [tombstone, f"{tombstone}.gz", page, f"{page}.gz"]
    remove(registry.house.premises, find(registry.house.premises, ALL))
    assert strays(registry) == {}


def test_what_is_named_meanwhile_is_kept(registry: Registry) -> None:
    body = wheel("example", "1.0")
    keep(registry, body)
    found = find(registry.house.premises, ALL)
    path = registry.publish("example", "1.0")
    assert remove(registry.house.premises, found) == ()
    assert registry.get(path).data == body


def test_a_file_put_on_the_shelf_meanwhile_is_kept(registry: Registry) -> None:
    path = registry.publish("example", "1.0")
    stale = (Stray(Sort.FILE, path[1:], 1), Stray(Sort.PAGE, "simple/example/index.html", 1))
    (removed,) = remove(registry.house.premises, stale)
    assert removed.sort is Sort.PAGE
    assert registry.get(path).status_code == 200


class SweptOnce:
    """Bytes on their way in, swept away once in the moment between blob and row."""

    def __init__(self, incoming: Incoming, registry: Registry) -> None:
        self._incoming = incoming
        self._registry = registry
        self.swept: tuple[Stray, ...] = ()

    @property
    def size(self) -> int:
        return self._incoming.size

    def write(self, block: bytes) -> None:
        self._incoming.write(block)

    def digests(self) -> Digests:
        return self._incoming.digests()

    def opened(self):  # type: ignore[no-untyped-def] # noqa: ANN201 - as it is
        return self._incoming.opened()

    def keep(self) -> None:
        self._incoming.keep()
        if not self.swept:
            premises = self._registry.house.premises
            blobs = [one for one in find(premises, ALL) if one.sort is Sort.BLOB]
            self.swept = remove(premises, blobs)


def test_a_blob_swept_between_keep_and_commit_is_kept_again(registry: Registry) -> None:
    name, desk = wheel_filename("example", "1.0"), registry.house.desk
    with desk.blobs.receive() as incoming:
        incoming.write(wheel("example", "1.0"))
        swept = SweptOnce(incoming, registry)
        publish(
            Upload(
                sure(registry.owner, "test"),
                "pypi",
                name,
                {},
                swept,
            ),
            desk,
        )
    assert len(swept.swept) == 2  # the file and its metadata
    assert all(registry.house.blobs.holds(one.sha256) for one in named())
    assert scrubbed(registry).damaged == ()


def test_uploads_during_sweeps_lose_nothing(registry: Registry) -> None:
    failed: list[str] = []

    def publish_all(name: str) -> None:
        try:
            for number in range(6):
                body = wheel(name, f"1.{number}")
                keep(registry, body)  # what an earlier try has left: the sweep wants it
                answer = registry.post(form(wheel_filename(name, f"1.{number}"), body))
                failed.extend([answer.status] if answer.status_code != 200 else [])
        finally:
            connection.close()

    threads = [threading.Thread(target=publish_all, args=(name,)) for name in ("one", "two")]
    for thread in threads:
        thread.start()
    premises, swept = registry.house.premises, 0
    while any(thread.is_alive() for thread in threads):
        blobs = [one for one in find(premises, ALL) if one.sort in {Sort.BLOB, Sort.FILE}]
        swept += len(remove(premises, blobs))
    registry.house.reactions.catch_up()
    assert (failed, File.objects.count()) == ([], 12)
    report = scrubbed(registry)
    assert (report.damaged, report.replaced) == ((), ())


def test_the_census_reads_only_what_is_new(registry: Registry) -> None:
    census = Census()
    first = digest_of(registry.publish("example", "1.0"))
    assert not census.names_blob(first)
    census.read()
    assert census.names_blob(first)
    second = digest_of(registry.publish("example", "2.0"))
    assert not census.names_blob(second)
    census.catch_up()
    assert census.names_blob(second)


def test_a_row_that_is_committed_after_one_with_a_higher_number_is_read(
    registry: Registry,
) -> None:
    waits, go = threading.Event(), threading.Event()
    census = Census()

    class Slow:
        """A clock that is read once more inside the transaction, and then waits."""

        def __init__(self) -> None:
            self.reads = 0

        def now(self) -> datetime:
            if connection.in_atomic_block and File.objects.filter(filename=NAME).exists():
                waits.set()
                go.wait(20)
            return registry.clock.now()

    def slowly() -> None:
        desk = replace(registry.house.desk, clock=Slow())
        try:
            with desk.blobs.receive() as incoming:
                incoming.write(wheel("slow", "1.0"))
                publish(
                    Upload(
                        sure(registry.owner, "test"),
                        "pypi",
                        NAME,
                        {},
                        incoming,
                    ),
                    desk,
                )
        finally:
            connection.close()

    def look() -> None:
        try:
            census.read()
        finally:
            connection.close()

    upload, reading = threading.Thread(target=slowly), threading.Thread(target=look)
    upload.start()
    assert waits.wait(20)
    reading.start()
    reading.join(0.5)
    assert reading.is_alive()  # until nobody is about to commit a row
    go.set()
    for thread in (upload, reading):
        thread.join()
    assert census.names_blob(File.objects.get(filename=NAME).sha256)


def test_a_sweep_waits_for_a_backup_under_way(registry: Registry) -> None:
    keep(registry, b"nobody")
    found = find(registry.house.premises, ALL)
    swept = threading.Event()

    def sweep() -> None:
        try:
            remove(registry.house.premises, found)
            swept.set()
        finally:
            connection.close()

    thread = threading.Thread(target=sweep)
    with registry.house.premises.alone.held(BACKUP):
        thread.start()
        assert not swept.wait(0.5)
        assert len(list(registry.house.blobs.walk())) == 1
    thread.join()
    assert swept.is_set()
    assert list(registry.house.blobs.walk()) == []


@pytest.mark.parametrize("name", [".rendered", ".0123456789abcdef"])
def test_the_stamp_is_kept_and_temporary_files_go(registry: Registry, name: str) -> None:
    place = registry.house.configuration.data / "public" / name
    place.write_bytes(b"x")
    os.utime(place, (0, 0))
    assert (name in strays(registry, 1).get(Sort.PAGE, [])) is (name != ".rendered")


def test_what_waits_in_a_stage_stays_until_the_stage_ends(registry: Registry) -> None:
    token = registry.mint(registry.owner, Actions(frozenset({Action.STAGE})))
    registry.post(form(wheel_filename("quiet", "1.0"), wheel("quiet", "1.0")), token)
    assert strays(registry) == {}
    blob = {one.name for one in registry.house.blobs.walk()}
    remove(registry.house.premises, [Stray(Sort.BLOB, one, 1) for one in blob])
    assert {one.name for one in registry.house.blobs.walk()} == blob
    cancel(registry.house.yard, OPERATOR, Stage.objects.get().handle)
    assert set(strays(registry)[Sort.BLOB]) == blob
