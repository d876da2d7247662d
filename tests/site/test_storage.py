"""A whole registry over a bucket: many processes without a word between them serve one and all.

The second process has a data folder of its own, with the same keys, as on another machine.
"""

import gzip
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from shutil import copytree
from urllib.parse import parse_qs, urlsplit
from urllib.request import urlopen

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings
from werkzeug.test import Client, TestResponse

from strongroom.packages.upkeep.backup import Source, Wanted, backup
from strongroom.packages.upkeep.damage import Fault
from strongroom.packages.upkeep.reading import UNPACED
from strongroom.packages.upkeep.scrub import Report, scrub
from strongroom.packages.upkeep.sweep import Sort, find, remove
from strongroom.site.application import application
from strongroom.site.assembly import build
from strongroom.site.preparation import prepare, render
from strongroom.site.storage import RENDERED, storage
from strongroom.stores.blobs.objects import ObjectBlobs
from strongroom.stores.keys import open_keys
from strongroom.stores.pages.objects import ObjectPages
from tests.fakes import objects
from tests.fakes.clocks import NOON
from tests.fakes.distributions import wheel, wheel_filename
from tests.fakes.registry import Registry, form, open_registry
from tests.fakes.wires import meddling, refused

pytestmark = pytest.mark.objects


@pytest.fixture
def registry(
    transactional_db: None, data: Path, bucket: str, settings: Settings
) -> Iterator[Registry]:
    with open_registry(data, settings, objects=bucket) as opened:
        yield opened


@pytest.fixture
def other(registry: Registry, tmp_path: Path) -> Iterator[Client]:
    """Return a client of another process on another machine."""
    folder = tmp_path / "other"
    copytree(registry.keys, folder / "keys")
    configuration = replace(registry.house.configuration, data=folder)
    house = build(configuration, open_keys(folder / "keys", None), registry.clock)
    yield Client(application(house))
    house.metrics.close()


def got(client: Client, path: str, **headers: str) -> TestResponse:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.get(path, headers=named, buffered=True)


def scrubbed(registry: Registry, source: Path | None = None) -> Report:
    return scrub(registry.house.premises, UNPACED, source, lambda _done, _total: None)


def key_of(path: str) -> str:
    """Return the object of a published file's blob."""
    digest = "".join(path.split("/")[3:6])
    return f"blobs/sha256/{digest[:2]}/{digest[2:4]}/{digest}"


def spoil(registry: Registry, key: str, body: bytes | None) -> None:
    """Put other bytes under an object's name, or none at all."""
    blobs = registry.house.blobs
    assert isinstance(blobs, ObjectBlobs)
    if body is None:
        blobs._bucket.delete(key)
    else:
        blobs._bucket.put(key, body)


def test_what_one_process_publishes_another_serves_at_once(
    registry: Registry, other: Client
) -> None:
    body = wheel("example", "1.0")
    path = registry.publish("example", "1.0")
    assert got(other, path).data == body
    assert b"example-1.0" in got(other, "/simple/example/").data
    assert b"example" in got(other, "/").data
    registry.publish("example", "2.0")
    assert b"example-2.0" in got(other, "/simple/example/").data


def test_nothing_of_it_stands_in_the_data_folder(registry: Registry) -> None:
    registry.publish("example", "1.0")
    data = registry.house.configuration.data
    assert not (data / "public").exists()
    assert list((data / "blobs").rglob("*")) == [data / "blobs" / "incoming"]


def test_a_quarantine_takes_effect_at_once_in_every_process(
    registry: Registry, other: Client
) -> None:
    path = registry.publish("example", "1.0")
    assert got(other, path).status_code == got(other, f"{path}.metadata").status_code == 200
    assert b".whl" in got(other, "/simple/example/").data
    registry.set_status("example", "quarantined", "malware")
    for one in (path, f"{path}.metadata"):
        answer = got(other, one)
        assert (answer.status_code, "malware" in answer.status) == (403, True)
    assert b".whl" not in got(other, "/simple/example/").data
    registry.set_status("example", "active", "")
    assert got(other, path).data == wheel("example", "1.0")


def test_parts_of_a_file_are_sent(registry: Registry) -> None:
    path, body = registry.publish("example", "1.0"), wheel("example", "1.0")
    answer = registry.get(path, range="bytes=5-9")
    assert (answer.status_code, answer.data) == (206, body[5:10])
    assert answer.headers["Content-Range"] == f"bytes 5-9/{len(body)}"
    assert registry.get(path, range=f"bytes={len(body)}-").status_code == 416
    head = registry.client.head(path)
    assert (head.status_code, head.headers["Content-Length"]) == (200, str(len(body)))


def test_readers_are_sent_to_the_store_where_that_is_set(
    registry: Registry, object_store: str
) -> None:
    path, body = registry.publish("example", "1.0"), wheel("example", "1.0")
    configuration = replace(registry.house.configuration, objects_redirect=object_store)
    house = build(configuration, open_keys(registry.keys, None), registry.clock)
    client = Client(application(house))
    answer = got(client, path)
    assert (answer.status_code, answer.headers["Cache-Control"]) == (302, "no-store")
    with urlopen(answer.headers["Location"]) as fetched:  # noqa: S310 - our own server
        assert fetched.read() == body
        assert fetched.headers["Content-Disposition"] == "attachment"
        assert fetched.headers["Content-Type"] == "application/octet-stream"
    asked = parse_qs(urlsplit(answer.headers["Location"]).query)
    assert asked["X-Amz-Expires"] == ["60"]
    head = client.head(path)
    assert (head.status_code, head.headers["Content-Length"]) == (200, str(len(body)))
    assert got(client, path, if_none_match=head.headers["ETag"]).status_code == 304
    assert got(client, path, range="bytes=0-1").status_code == 302
    registry.set_status("example", "quarantined", "malware")
    assert got(client, path).status_code == 403
    house.metrics.close()


def test_what_a_client_has_is_not_sent_again(registry: Registry, other: Client) -> None:
    path = registry.publish("example", "1.0")
    for one in (path, "/simple/example/"):
        tag = registry.get(one).headers["ETag"]
        assert got(other, one, if_none_match=tag).status_code == 304


def test_a_page_is_sent_compressed(registry: Registry) -> None:
    registry.publish("example", "1.0")
    answer = registry.get("/pypi/example/json", accept_encoding="gzip")
    assert answer.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(answer.data) == registry.get("/pypi/example/json").data


def test_public_reads_run_no_query(registry: Registry) -> None:
    path = registry.publish("example", "1.0")
    taken = registry.publish("taken", "1.0")
    registry.set_status("taken", "quarantined", "malware")
    addresses = ("/", "/simple/", "/simple/example/", "/simple/no/", "/project/example/")
    with CaptureQueriesContext(connection) as queries:
        told = [registry.get(one).status_code for one in (*addresses, path, taken)]
    assert told == [200, 200, 200, 404, 200, 200, 403]
    assert [query["sql"] for query in queries] == []


def test_a_rebuild_makes_every_page_again(registry: Registry) -> None:
    path = registry.publish("example", "1.0")
    registry.set_status("example", "deprecated", "old")
    before = {one.name for one in registry.house.shelf.pages.walk()}
    pages = {one: registry.get(one).data for one in ("/simple/example/", "/project/example/", "/")}
    for one in before:
        registry.house.shelf.pages.discard(one)
    assert registry.get(path).status_code == 404
    render(registry.house, lambda _done, _total: None)
    assert {one.name for one in registry.house.shelf.pages.walk()} == {*before, RENDERED}
    assert {one: registry.get(one).data for one in pages} == pages
    assert registry.get(path).data == wheel("example", "1.0")


def test_pages_that_one_machine_has_rendered_the_next_does_not_render_again(
    registry: Registry, tmp_path: Path
) -> None:
    prepare(registry.house, lambda: "s" * 43)
    stamp = registry.house.shelf.pages.get(RENDERED)
    folder = tmp_path / "third"
    copytree(registry.keys, folder / "keys")
    configuration = replace(registry.house.configuration, data=folder)
    house = build(configuration, open_keys(folder / "keys", None), registry.clock)
    assert prepare(house, lambda: "s" * 43).rendered == 0
    assert storage(configuration).pages.get(RENDERED) == stamp


def test_a_whole_registry_is_found_whole(registry: Registry) -> None:
    registry.publish("example", "1.0")
    registry.publish("bad", "1.0")
    registry.set_status("bad", "quarantined", "malware")
    report = scrubbed(registry)
    assert (report.damaged, report.replaced, report.rendered) == ((), (), ())
    assert report.blobs == 4
    assert find(registry.house.premises, float("inf")) == ()


@pytest.mark.parametrize(
    ("body", "fault"), [(b"other", Fault.ALTERED), (None, Fault.MISSING)], ids=["altered", "lost"]
)
def test_a_damaged_blob_is_found_and_served_to_nobody(
    registry: Registry, other: Client, body: bytes | None, fault: Fault
) -> None:
    path = registry.publish("example", "1.0")
    spoil(registry, key_of(path), body)
    assert [(one.fault, one.repaired) for one in scrubbed(registry).damaged] == [(fault, False)]
    assert got(other, path).status_code == 403
    assert got(other, f"{path}.metadata").status_code == 200


def test_a_damaged_blob_is_repaired_from_a_copy(registry: Registry, tmp_path: Path) -> None:
    path, body = registry.publish("example", "1.0"), wheel("example", "1.0")
    copy = tmp_path / "copy" / key_of(path)
    copy.parent.mkdir(parents=True)
    copy.write_bytes(body)
    spoil(registry, key_of(path), b"other")
    assert scrubbed(registry, tmp_path / "copy").withheld == 0
    assert registry.get(path).data == body


def test_a_damaged_page_is_never_sent_and_made_good(registry: Registry) -> None:
    registry.publish("example", "1.0")
    page = registry.get("/simple/example/").data
    spoil(registry, "public/simple/example/index.html", b"strongroom-page-1 damaged")
    answer = registry.get("/simple/example/")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "60")
    assert scrubbed(registry).rendered == ("simple/example/index.html",)
    assert registry.get("/simple/example/").data == page


def test_a_file_that_the_shelf_has_lost_is_put_up_again(registry: Registry) -> None:
    path = registry.publish("example", "1.0")
    for lost in (None, b"strongroom-file-1 damaged"):
        spoil(registry, f"public{path}", lost)
        assert registry.get(path).status_code in {404, 503}
        assert scrubbed(registry).replaced == (path[1:],)
        assert registry.get(path).data == wheel("example", "1.0")


def test_what_nothing_names_is_swept(registry: Registry) -> None:
    registry.publish("example", "1.0")
    with registry.house.blobs.receive() as incoming:
        incoming.write(b"nobody")
        incoming.keep()
    registry.house.shelf.pages.put("simple/gone/index.html", b"x")
    registry.house.shelf.pages.unlink(f"files/pypi/ab/cd/{'0' * 60}/gone.whl")
    strays = find(registry.house.premises, float("inf"))
    assert {one.sort for one in strays} == {Sort.BLOB, Sort.FILE, Sort.PAGE}
    remove(registry.house.premises, strays)
    assert find(registry.house.premises, float("inf")) == ()
    assert scrubbed(registry).withheld == 0


def test_a_store_that_is_away_is_told_with_a_time_to_come_back(
    transactional_db: None, data: Path, object_store: str, settings: Settings
) -> None:
    with meddling(int(object_store.rpartition(":")[2])) as wire:
        where = objects.address(f"http://127.0.0.1:{wire.port}", data.parent.name)
        with open_registry(data, settings, objects=where) as registry:
            path = registry.publish("example", "1.0")
            wire.meddle(".", refused)
            upload = registry.post(form(wheel_filename("new", "1.0"), wheel("new", "1.0")))
            reads = ("/", "/simple/", "/simple/example/", "/simple/no/", "/project/example/", path)
            answers = [upload, *map(registry.get, reads)]
            assert [one.status_code for one in answers] == [503] * 7
            assert all(int(one.headers["Retry-After"]) > 0 for one in answers)
            assert b"strongroom_events_serial" in registry.house.metrics.exposition()
            assert b"strongroom_damaged_files" not in registry.house.metrics.exposition()


def test_pages_and_blobs_stand_in_the_bucket(registry: Registry) -> None:
    assert isinstance(registry.house.shelf.pages.open, ObjectPages)
    assert isinstance(registry.house.shelf.pages.closed, ObjectPages)
    assert isinstance(registry.house.blobs, ObjectBlobs)


@pytest.mark.sqlite
def test_a_backup_reads_the_bucket(registry: Registry, tmp_path: Path) -> None:
    path, body = registry.publish("example", "1.0"), wheel("example", "1.0")
    source = Source(
        registry.house.configuration.data,
        registry.house.blobs,
        registry.house.premises.alone,
        "this registry",
        "0.1.0",
    )
    made = backup(source, tmp_path / "to", Wanted(), NOON, lambda _done, _total: None)
    assert (made.manifest.absent, made.copied) == ((), 2)
    assert (tmp_path / "to" / key_of(path)).read_bytes() == body
