"""The count: the first byte beyond the limit is refused, and so is a file without any."""

from dataclasses import replace

import pytest

from strongroom.core.actors import Actor
from strongroom.core.errors import InvalidError, TooLargeError
from strongroom.packages.publishing.receive import Bounded, receive
from strongroom.packages.publishing.steps import Upload
from tests.fakes.bench import Bench


def test_a_file_of_just_the_limit_passes(bench: Bench, alice: Actor) -> None:
    with bench.desk.blobs.receive() as incoming:
        bounded = Bounded(incoming, at_most=10)
        bounded.write(b"12345")
        bounded.write(b"67890")
        received = receive(Upload(alice, "box", "x", {}, incoming))
    assert received.size == 10
    assert received.digests == incoming.digests()


def test_the_first_block_beyond_the_limit_is_refused_unwritten(bench: Bench) -> None:
    with bench.desk.blobs.receive() as incoming:
        bounded = Bounded(incoming, at_most=10)
        bounded.write(b"1234567890")
        with pytest.raises(TooLargeError) as caught:
            bounded.write(b"1")
        assert incoming.size == 10
    assert caught.value.code == "file-too-large"
    assert "10 bytes" in caught.value.sentence


def test_a_file_beyond_the_limit_leaves_nothing(bench: Bench, alice: Actor) -> None:
    small = replace(
        bench, desk=replace(bench.desk, limits=replace(bench.desk.limits, max_file_bytes=10))
    )
    before = bench.standing()
    with pytest.raises(TooLargeError):
        small.publish(alice, "parcel", "1.0")
    assert bench.standing() == before


def test_a_file_without_bytes_is_refused(bench: Bench, alice: Actor) -> None:
    with bench.desk.blobs.receive() as incoming, pytest.raises(InvalidError) as caught:
        receive(Upload(alice, "box", "x", {}, incoming))
    assert caught.value.code == "file-empty"
