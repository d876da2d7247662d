"""What an object store may do wrong, on a real wire: nothing is acknowledged that is not there."""

import hashlib
import os
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import obstore
import pytest
from obstore.store import S3Store

from strongroom.core.errors import NotFoundError, StrongroomError, UnavailableError
from strongroom.stores.blobs.objects import ObjectBlobs
from strongroom.stores.buckets.address import parse
from strongroom.stores.buckets.bucket import Bucket
from tests.fakes import objects
from tests.fakes.wires import (
    Fault,
    Wire,
    altered,
    confirmed_only,
    cut_short,
    lost_reply,
    meddling,
    not_found_by_a_proxy,
    refused,
    reset_after,
    stalled,
)

pytestmark = pytest.mark.objects

SMALL = b"what is kept never changes"
MIDDLE = os.urandom(3 << 20)  # more than is put without waiting, less than a part
LARGE = os.urandom(12 << 20)  # three parts
SIZES = pytest.mark.parametrize("data", [SMALL, MIDDLE, LARGE], ids=["small", "middle", "large"])
PUT = "PUT|POST"


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


@pytest.fixture
def blobs(wire: Wire, bucket: str, tmp_path: Path) -> ObjectBlobs:
    read = parse(bucket)
    assert read is not None
    address = parse(objects.address(f"http://127.0.0.1:{wire.port}", read.prefix))
    assert address is not None
    within = timedelta(seconds=3)
    return ObjectBlobs(Bucket(address, within=within), tmp_path, sleep=lambda _seconds: None)


def keep(blobs: ObjectBlobs, data: bytes) -> str:
    with blobs.receive() as incoming:
        incoming.write(data)
        incoming.keep()
    return sha256(data)


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def name(data: bytes) -> str:
    digest = sha256(data)
    return f"blobs/sha256/{digest[:2]}/{digest[2:4]}/{digest}"


def stands(there: S3Store, data: bytes) -> bool:
    try:
        return bytes(obstore.get(there, name(data)).bytes()) == data
    except FileNotFoundError:
        return False


def refusal(blobs: ObjectBlobs, data: bytes) -> StrongroomError:
    with pytest.raises(UnavailableError) as caught:
        keep(blobs, data)
    return caught.value


@SIZES
def test_a_store_that_is_well_keeps_and_gives_back(
    blobs: ObjectBlobs, there: S3Store, data: bytes
) -> None:
    digest = keep(blobs, data)
    assert stands(there, data)
    with blobs.open(digest) as stream:
        assert stream.read() == data


@SIZES
@pytest.mark.parametrize(
    "fault",
    [refused, reset_after(0), reset_after(10), lost_reply, stalled, confirmed_only],
    ids=["refused", "reset", "cut", "lost-reply", "stalled", "confirmed-only"],
)
def test_a_put_that_goes_wrong_once_is_made_good(
    blobs: ObjectBlobs, wire: Wire, there: S3Store, fault: Fault, data: bytes
) -> None:
    wire.meddle(PUT, fault, times=1)
    keep(blobs, data)
    assert stands(there, data)


@pytest.mark.parametrize("data", [SMALL, MIDDLE], ids=["small", "middle"])
@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (refused, "storage-failed"),
        (reset_after(10), "storage-failed"),
        (confirmed_only, "storage-differs"),
    ],
    ids=["refused", "cut", "confirmed-only"],
)
def test_what_never_arrives_is_never_acknowledged(
    blobs: ObjectBlobs, wire: Wire, there: S3Store, fault: Fault, code: str, data: bytes
) -> None:
    wire.meddle("PUT", fault)
    error = refusal(blobs, data)
    assert isinstance(error, UnavailableError)
    assert (error.code, error.retry_after > 0) == (code, True)
    assert not stands(there, data)
    assert len(wire.seen) < 40


@pytest.mark.parametrize("data", [SMALL, MIDDLE], ids=["small", "middle"])
@pytest.mark.parametrize("fault", [lost_reply, stalled], ids=["lost-reply", "stalled"])
def test_what_arrives_is_acknowledged_though_the_store_never_says_so(
    blobs: ObjectBlobs, wire: Wire, there: S3Store, fault: Fault, data: bytes
) -> None:
    wire.meddle("PUT", fault)
    keep(blobs, data)
    assert stands(there, data)


@pytest.mark.parametrize("asked", ["PUT", "POST"], ids=["parts", "beginning-and-end"])
@pytest.mark.parametrize(
    "fault", [refused, reset_after(10), confirmed_only], ids=["refused", "cut", "confirmed-only"]
)
def test_parts_that_never_become_a_whole_are_never_acknowledged(
    blobs: ObjectBlobs, wire: Wire, there: S3Store, fault: Fault, asked: str
) -> None:
    wire.meddle(asked, fault)
    assert refusal(blobs, LARGE).code in {"storage-failed", "storage-differs"}
    assert not stands(there, LARGE)
    assert len(wire.seen) < 60


def test_a_whole_that_is_put_together_unheard_is_acknowledged(
    blobs: ObjectBlobs, wire: Wire, there: S3Store
) -> None:
    wire.meddle("POST [^?]*[?]uploadId=", lost_reply)
    keep(blobs, LARGE)
    assert stands(there, LARGE)


@SIZES
def test_what_is_read_back_with_other_bytes_is_never_acknowledged(
    blobs: ObjectBlobs, wire: Wire, data: bytes
) -> None:
    wire.meddle("GET", altered)
    assert refusal(blobs, data).code == "storage-differs"


def test_what_was_read_back_wrong_once_is_put_and_read_again(
    blobs: ObjectBlobs, wire: Wire, there: S3Store
) -> None:
    wire.meddle("GET", altered, times=1)
    keep(blobs, SMALL)
    assert stands(there, SMALL)


@pytest.mark.parametrize("fault", [refused, cut_short], ids=["refused", "cut"])
def test_what_cannot_be_read_back_is_never_acknowledged(
    blobs: ObjectBlobs, wire: Wire, fault: Fault
) -> None:
    wire.meddle("GET", fault)
    assert refusal(blobs, SMALL).code == "storage-failed"


@SIZES
@pytest.mark.parametrize("wrong", [b"", b"x"], ids=["cut", "other"])
def test_other_bytes_under_the_digest_are_replaced(
    blobs: ObjectBlobs, there: S3Store, data: bytes, wrong: bytes
) -> None:
    obstore.put(there, name(data), data[: len(data) // 2] if not wrong else wrong * len(data))
    keep(blobs, data)
    assert stands(there, data)


@SIZES
def test_what_stands_already_is_not_put_again(
    blobs: ObjectBlobs, wire: Wire, there: S3Store, data: bytes
) -> None:
    obstore.put(there, name(data), data)
    keep(blobs, data)
    puts = [line for line in wire.seen if line.startswith(("PUT", "POST"))]
    assert len(puts) == (data is SMALL)  # which only asks whether it may


def test_a_store_that_is_away_is_told_soon_and_keeps_no_local_bytes(tmp_path: Path) -> None:
    address = parse(objects.address("http://127.0.0.1:9", "x"))
    assert address is not None
    blobs = ObjectBlobs(Bucket(address), tmp_path / "incoming", sleep=lambda _seconds: None)
    began = time.monotonic()
    assert refusal(blobs, SMALL).code == "storage-failed"
    assert time.monotonic() - began < 20
    assert list((tmp_path / "incoming").iterdir()) == []


@pytest.mark.parametrize(
    "fault", [refused, stalled, not_found_by_a_proxy], ids=["refused", "stalled", "proxy"]
)
def test_a_store_that_does_not_answer_is_not_told_as_absence(
    blobs: ObjectBlobs, wire: Wire, fault: Fault
) -> None:
    digest = keep(blobs, SMALL)
    wire.meddle("GET|HEAD", fault)
    acts = (
        blobs.holds,
        blobs.open,
        lambda digest: list(blobs.read(digest, 0, 1)),
        lambda _digest: list(blobs.walk()),
    )
    for act in acts[:1] if fault is stalled else acts:
        with pytest.raises(UnavailableError):
            act(digest)


def test_a_bucket_that_is_not_there_is_not_told_as_absence(
    object_store: str, tmp_path: Path
) -> None:
    text = objects.address(object_store, "x").replace(f"/{objects.BUCKET}/", "/no-such-bucket/")
    address = parse(text)
    assert address is not None
    blobs = ObjectBlobs(Bucket(address), tmp_path)
    with pytest.raises(UnavailableError):
        blobs.holds(sha256(SMALL))
    with pytest.raises(UnavailableError):
        blobs.open(sha256(SMALL))
    assert refusal(blobs, SMALL).code == "storage-failed"


def test_a_wrong_secret_is_told_and_stands_in_no_log(
    object_store: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    address = parse(objects.address(object_store, "x").replace("correct", "incorrect"))
    assert address is not None
    error = refusal(ObjectBlobs(Bucket(address), tmp_path), SMALL)
    assert error.code == "storage-failed"
    assert "incorrect" not in caplog.text
    assert "incorrect" not in repr(address)


def test_a_blob_that_goes_while_it_is_read_is_told(blobs: ObjectBlobs) -> None:
    digest = keep(blobs, MIDDLE)
    stream = blobs.open(digest)
    stream.read(10)
    blobs.remove(digest)
    with pytest.raises(NotFoundError):
        stream.seek(2 << 20) and stream.read(10)
    stream.close()


def test_a_blob_that_is_shorter_than_was_told_is_not_sent_short(
    blobs: ObjectBlobs, there: S3Store
) -> None:
    obstore.put(there, name(MIDDLE), MIDDLE[:-1])
    with pytest.raises(UnavailableError) as caught:
        list(blobs.read(sha256(MIDDLE), 0, len(MIDDLE)))
    assert caught.value.code == "storage-differs"


def test_damaged_bytes_are_kept_aside(blobs: ObjectBlobs, there: S3Store) -> None:
    obstore.put(there, name(SMALL), b"damaged")
    aside = blobs.set_aside(sha256(SMALL))
    assert bytes(obstore.get(there, aside).bytes()) == b"damaged"


def test_readers_who_fetch_a_blob_themselves_get_no_page_of_it(
    blobs: ObjectBlobs, there: S3Store
) -> None:
    for data in (SMALL, LARGE):
        keep(blobs, data)
        told = obstore.get(there, name(data)).attributes
        assert told["Content-Type"] == "application/octet-stream"
        assert told["Content-Disposition"] == "attachment"
        assert told["Cache-Control"] == "no-store"


def test_many_large_uploads_at_once_are_all_kept(blobs: ObjectBlobs, there: S3Store) -> None:
    bodies = [bytes([number]) + LARGE[: 6 << 20] for number in range(6)]
    threads = [threading.Thread(target=keep, args=(blobs, body)) for body in bodies]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(stands(there, body) for body in bodies)
