"""What the doctor sees of an object store, by trying."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import obstore
import pytest

from strongroom.site.configuration import Configuration
from strongroom.site.doctor.objects import examine
from strongroom.site.doctor.remarks import Level, Remark
from strongroom.stores.buckets.address import parse
from tests.fakes import objects
from tests.fakes.wires import Exchange, Wire, confirmed_only, meddling, pass_on, refused

pytestmark = pytest.mark.objects


def seen(bucket: str, after: timedelta = timedelta(0), **settings: object) -> dict[str, Remark]:
    """Return the remarks of an examination by their subjects, so long after now."""
    configuration = Configuration(data=Path("/nowhere"), objects=bucket, **settings)  # type: ignore[arg-type] # by name
    return {one.subject: one for one in examine(configuration, datetime.now(UTC) + after)}


@pytest.fixture
def wire(object_store: str) -> Iterator[Wire]:
    with meddling(int(object_store.rpartition(":")[2])) as opened:
        yield opened


def through(wire: Wire, bucket: str) -> str:
    read = parse(bucket)
    assert read is not None
    return objects.address(f"http://127.0.0.1:{wire.port}", read.prefix)


def test_without_a_bucket_there_is_nothing_to_say() -> None:
    assert seen("") == {}


def test_a_good_store_is_well_and_left_as_it_was(object_store: str, bucket: str) -> None:
    remarks = seen(bucket, objects_redirect=object_store)
    assert {one.level for one in remarks.values()} == {Level.OK}
    assert set(remarks) == {
        "object store",
        "conditional puts",
        "conditional reads",
        "object store clock",
        "object store access",
        "object store address",
        "redirects",
    }
    read = parse(bucket)
    assert read is not None
    assert [
        one for batch in obstore.list(objects.store(object_store, read.prefix)) for one in batch
    ] == []


@pytest.mark.parametrize(
    ("wrong", "instead"), [("correct-horse", "incorrect-horse"), (objects.BUCKET, "no-such-bucket")]
)
def test_a_store_that_lets_nobody_in_is_an_error_that_says_why(
    bucket: str, wrong: str, instead: str
) -> None:
    remark = seen(bucket.replace(wrong, instead))["object store"]
    assert remark.level is Level.ERROR
    assert "Signature" in remark.sentence or "NoSuchBucket" in remark.sentence
    assert "horse" not in remark.sentence


def test_a_store_that_is_away_is_an_error(bucket: str) -> None:
    assert (
        seen("s3://127.0.0.1:9/packages?tls=no".replace("s3://", "s3://a:b@"))["object store"].level
        is Level.ERROR
    )


def test_a_store_that_forgets_the_condition_is_an_error(wire: Wire, bucket: str) -> None:
    wire.meddle("PUT", pass_on, times=1)
    wire.meddle("PUT", confirmed_only, times=1)
    assert seen(through(wire, bucket))["conditional puts"].level is Level.ERROR


def test_a_store_that_answers_no_condition_of_a_read_is_a_warning(wire: Wire, bucket: str) -> None:
    answers: list[bytes] = []

    def again(exchange: Exchange) -> None:
        exchange.forward()
        answers.append(exchange.answer())
        exchange.client.sendall(answers[0])

    wire.meddle("GET .*/doctor/", again)
    assert seen(through(wire, bucket))["conditional reads"].level is Level.WARNING


def test_a_store_that_only_says_so_is_an_error(wire: Wire, bucket: str) -> None:
    wire.meddle("PUT", confirmed_only)
    assert seen(through(wire, bucket))["object store"].level is Level.ERROR


def test_a_store_that_refuses_to_delete_is_still_told_of(wire: Wire, bucket: str) -> None:
    wire.meddle("DELETE", refused)
    assert seen(through(wire, bucket))["object store"].level is Level.OK


@pytest.mark.parametrize(
    ("apart", "level"), [(10, Level.OK), (200, Level.WARNING), (1000, Level.ERROR)]
)
def test_clocks_that_are_apart_are_told(bucket: str, apart: int, level: Level) -> None:
    assert seen(bucket, timedelta(seconds=apart))["object store clock"].level is level


def test_a_bucket_that_anybody_may_read_is_an_error(
    wire: Wire, object_store: str, bucket: str
) -> None:
    def lets_in(exchange: Exchange) -> None:
        if b"authorization: " in exchange.head.lower():
            exchange.forward()
            exchange.client.sendall(exchange.answer())
        else:
            exchange.client.sendall(
                b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nConnection: close\r\n"
                b"Last-Modified: Sat, 21 Nov 2026 12:00:00 GMT\r\n\r\nx"
            )

    wire.meddle("GET", lets_in)
    assert seen(through(wire, bucket))["object store access"].level is Level.ERROR


def test_a_way_that_others_can_read_is_a_warning() -> None:
    far = seen("s3://a:b@192.0.2.1:9/packages?tls=no")["object store address"]
    assert far.level is Level.WARNING


def test_a_redirect_from_https_to_http_is_an_error(bucket: str, object_store: str) -> None:
    remarks = seen(bucket, objects_redirect=object_store, public_url="https://packages.test")
    assert remarks["redirects"].level is Level.ERROR
