"""The shelf in a bucket: seen by all at once, and never "not there" where nobody answered."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import obstore
import pytest
from obstore.exceptions import AlreadyExistsError
from obstore.store import S3Store

from strongroom.core.errors import NotFoundError, UnavailableError
from strongroom.stores.blobs.objects import ObjectBlobs
from strongroom.stores.buckets.address import parse
from strongroom.stores.buckets.bucket import Bucket
from strongroom.stores.pages.objects import ObjectPages
from strongroom.stores.pages.records import FileRecord, file_record
from tests.fakes import objects
from tests.fakes.wires import (
    Exchange,
    Fault,
    Wire,
    lost_reply,
    meddling,
    not_found_by_a_proxy,
    refused,
    stalled,
)

pytestmark = pytest.mark.objects

LONG = b"the same line again\n" * 200
FILE = "files/parcel.box"


@pytest.fixture
def wire(object_store: str) -> Iterator[Wire]:
    with meddling(int(object_store.rpartition(":")[2])) as opened:
        yield opened


@pytest.fixture
def there(object_store: str, bucket: str) -> S3Store:
    """Return the same part of the bucket, reached past the wire and past our code."""
    read = parse(bucket)
    assert read is not None
    return objects.store(object_store, read.prefix)


def opened(wire: Wire, bucket: str, folder: Path) -> ObjectPages:
    read = parse(bucket)
    assert read is not None
    address = parse(objects.address(f"http://127.0.0.1:{wire.port}", read.prefix))
    assert address is not None
    through = Bucket(address, within=timedelta(seconds=2))
    return ObjectPages(through, ObjectBlobs(through, folder), redirects=False)


@pytest.fixture
def pages(wire: Wire, bucket: str, tmp_path: Path) -> ObjectPages:
    return opened(wire, bucket, tmp_path)


@pytest.fixture
def elsewhere(wire: Wire, bucket: str, tmp_path: Path) -> ObjectPages:
    """Return the same pages as another process has them."""
    return opened(wire, bucket, tmp_path)


@pytest.fixture
def digest(pages: ObjectPages) -> str:
    with pages._blobs.receive() as incoming:
        incoming.write(b"bytes of a parcel")
        incoming.keep()
        return incoming.digests().sha256


def body(pages: ObjectPages, path: str) -> bytes:
    stored = pages.get(path)
    assert stored is not None
    return stored.body


def test_what_one_process_writes_all_see_at_once(
    pages: ObjectPages, elsewhere: ObjectPages
) -> None:
    for number in range(5):  # the same size each time
        elsewhere.put("a", b"%05d" % number)
        assert body(pages, "a") == b"%05d" % number
    elsewhere.remove("a")
    assert pages.get("a") is None


def test_a_page_that_is_still_the_same_is_not_sent_again(
    pages: ObjectPages, wire: Wire, elsewhere: ObjectPages
) -> None:
    pages.put("a", LONG)
    first = pages.get("a")
    answers: list[bytes] = []

    def noted(exchange: Exchange) -> None:
        exchange.forward()
        answers.append(exchange.answer())
        exchange.client.sendall(answers[-1])

    wire.meddle("GET", noted)
    assert pages.get("a") is first
    assert [answer.split(b"\r\n")[0] for answer in answers] == [b"HTTP/1.1 304 Not Modified"]
    assert len(answers[0]) < 500


def test_the_same_page_written_again_is_another_object_with_the_same_tag(
    pages: ObjectPages, there: S3Store
) -> None:
    tags = []
    for _ in range(2):
        pages.put("a", LONG)
        stored = pages.get("a")
        assert stored is not None
        tags.append((obstore.head(there, "public/a")["e_tag"], stored.etag))
    assert tags[0][0] != tags[1][0]
    assert tags[0][1] == tags[1][1]


@pytest.mark.parametrize(
    "fault",
    [refused, stalled, lost_reply, not_found_by_a_proxy],
    ids=["refused", "stalled", "lost", "proxy"],
)
def test_a_store_that_does_not_answer_is_not_told_as_absence(
    pages: ObjectPages, wire: Wire, fault: Fault
) -> None:
    pages.put("a", LONG)
    wire.meddle("GET", fault)
    acts = (pages.get, pages.find, pages.is_whole)
    for act in acts[:1] if fault is stalled else acts:
        with pytest.raises(UnavailableError):
            act("a")


def test_a_page_that_cannot_be_put_is_told(pages: ObjectPages, wire: Wire) -> None:
    wire.meddle("PUT|DELETE", refused)
    with pytest.raises(UnavailableError):
        pages.put("a", LONG)
    with pytest.raises(UnavailableError):
        pages.remove("a")
    with pytest.raises(UnavailableError):
        pages.unlink(FILE)


@pytest.mark.parametrize("times", [1, 2])
def test_a_page_that_goes_wrong_on_its_way_is_put_again(
    pages: ObjectPages, wire: Wire, times: int
) -> None:
    wire.meddle("PUT", lost_reply, times=times)
    pages.put("a", LONG)
    assert body(pages, "a") == LONG


def test_a_put_that_comes_late_does_not_bring_back_what_was_taken_down(
    pages: ObjectPages, there: S3Store, digest: str
) -> None:
    pages.link({FILE: digest})
    pages.unlink(FILE)
    late = file_record(FileRecord(digest, 17))
    with pytest.raises(AlreadyExistsError):
        obstore.put(there, f"public/{FILE}", late, mode="create")
    assert pages.find(FILE) is None


def test_files_are_put_up_by_creating_them(pages: ObjectPages, wire: Wire, digest: str) -> None:
    heads: list[bytes] = []
    wire.meddle("PUT", lambda exchange: (heads.append(exchange.head), lost_reply(exchange))[1])  # type: ignore[func-returns-value] # notes and goes on
    pages.link({FILE: digest})
    assert pages.find(FILE)
    assert heads
    assert all(b"if-none-match: *" in head.lower() for head in heads)


def test_many_files_go_up_and_down_together(pages: ObjectPages, digest: str) -> None:
    files = {f"files/{number}.box": digest for number in range(40)}
    missing = {f"files/missing-{number}.box": "0" * 64 for number in range(3)}
    assert pages.link({**files, **missing}) == frozenset(missing)
    assert all(pages.find(path) for path in files)
    pages.unlink(*files)
    assert not any(pages.find(path) for path in files)


def test_a_file_that_stands_for_another_blob_is_corrected(
    pages: ObjectPages, there: S3Store, digest: str
) -> None:
    obstore.put(there, f"public/{FILE}", file_record(FileRecord("0" * 64, 5)))
    assert not pages.serves(FILE, digest, abs)
    pages.link({FILE: digest})
    assert pages.serves(FILE, digest, abs)


def test_a_file_whose_blob_goes_while_it_is_sent_is_told(pages: ObjectPages, digest: str) -> None:
    pages.link({FILE: digest})
    found = pages.find(FILE)
    assert found is not None
    pages._blobs.remove(digest)
    with pytest.raises(NotFoundError):
        list(found.read(0, found.size))


def test_a_damaged_object_is_told_and_not_whole(
    pages: ObjectPages, there: S3Store, digest: str
) -> None:
    pages.put("a", LONG)
    raw = bytearray(obstore.get(there, "public/a").bytes())
    raw[-3] ^= 1
    obstore.put(there, "public/a", bytes(raw))
    for act in (pages.get, pages.find):
        with pytest.raises(UnavailableError) as caught:
            act("a")
        assert caught.value.code == "page-damaged"
    assert not pages.is_whole("a")
    assert not pages.shows("a", LONG)
    assert not pages.serves("a", digest, abs)


def test_a_page_of_too_long_a_name_cannot_be_put(pages: ObjectPages) -> None:
    path = "\u8a9e" * 40 + "/" + "\u8a9e" * 80 + "/" + "\u8a9e" * 80
    assert pages.get(path) is None
    with pytest.raises(UnavailableError):
        pages.put(path, b"x")
    pages.remove(path)
