"""What every store of blobs promises, held over each of them."""

import hashlib
import threading

import pytest

from strongroom.core.errors import NotFoundError
from strongroom.stores.blobs.protocol import Blobs

BYTES = b"what is kept never changes"
DIGEST = hashlib.sha256(BYTES).hexdigest()


def keep(blobs: Blobs, data: bytes) -> str:
    with blobs.receive() as incoming:
        incoming.write(data)
        incoming.keep()
        return incoming.digests().sha256


def held(blobs: Blobs) -> list[str]:
    return [one.name for one in blobs.walk()]


def test_kept_bytes_are_read_by_their_digest(blobs: Blobs) -> None:
    assert keep(blobs, BYTES) == DIGEST
    with blobs.open(DIGEST) as stream:
        assert stream.read() == BYTES


def test_a_blob_is_read_from_anywhere(blobs: Blobs) -> None:
    keep(blobs, BYTES)
    with blobs.open(DIGEST) as stream:
        assert stream.seekable()
        stream.seek(-7, 2)
        assert stream.read() == BYTES[-7:]
        stream.seek(5)
        assert (stream.read(3), stream.tell()) == (BYTES[5:8], 8)


def test_the_blocks_are_counted_and_hashed_as_they_come(blobs: Blobs) -> None:
    with blobs.receive() as incoming:
        incoming.write(BYTES[:5])
        incoming.write(BYTES[5:])
        assert (incoming.size, incoming.digests().sha256) == (len(BYTES), DIGEST)


def test_what_came_can_be_read_before_it_is_kept(blobs: Blobs) -> None:
    with blobs.receive() as incoming:
        incoming.write(BYTES)
        with incoming.opened() as stream:
            assert stream.seekable()
            assert stream.read() == BYTES


def test_nobody_reads_by_digest_what_is_not_kept(blobs: Blobs) -> None:
    with blobs.receive() as incoming:
        incoming.write(BYTES)
        with pytest.raises(NotFoundError) as caught:
            blobs.open(DIGEST)
    assert caught.value.code == "no-such-blob"
    assert (blobs.holds(DIGEST), held(blobs)) == (False, [])


def test_what_was_not_kept_is_gone(blobs: Blobs) -> None:
    def interrupted() -> None:
        with blobs.receive() as incoming:
            incoming.write(BYTES)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    with blobs.receive() as incoming:
        incoming.write(BYTES)
    assert (held(blobs), blobs.abandoned(2e12)) == ([], ())


def test_the_same_bytes_again_are_the_same_blob(blobs: Blobs) -> None:
    for _ in range(2):
        keep(blobs, BYTES)
    assert held(blobs) == [DIGEST]


def test_the_same_bytes_can_be_kept_twice_by_one_upload(blobs: Blobs) -> None:
    with blobs.receive() as incoming:
        incoming.write(BYTES)
        incoming.keep()
        blobs.remove(DIGEST)
        incoming.keep()
    assert blobs.holds(DIGEST)


def test_many_at_once_keep_one_blob(blobs: Blobs) -> None:
    start = threading.Barrier(8)

    def race() -> None:
        start.wait()
        keep(blobs, BYTES)

    threads = [threading.Thread(target=race) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert held(blobs) == [DIGEST]


def test_no_bytes_are_a_blob_too(blobs: Blobs) -> None:
    digest = keep(blobs, b"")
    with blobs.open(digest) as stream:
        assert stream.read() == b""


def test_blobs_are_named_in_order_with_their_sizes(blobs: Blobs) -> None:
    kept = {keep(blobs, bytes(number)): number for number in range(5)}
    walked = list(blobs.walk())
    assert [one.name for one in walked] == sorted(kept)
    assert {one.name: one.size for one in walked} == kept
    assert all(1.7e9 < one.written < 1e11 for one in walked)


def test_an_empty_store_names_nothing(blobs: Blobs) -> None:
    assert held(blobs) == []
    assert blobs.abandoned(older_than=2e9) == ()


def test_what_is_removed_is_gone(blobs: Blobs) -> None:
    keep(blobs, BYTES)
    for _ in range(2):  # what is not there is no error
        blobs.remove(DIGEST)
    assert (blobs.holds(DIGEST), held(blobs)) == (False, [])


def test_what_is_set_aside_is_no_blob_any_more(blobs: Blobs) -> None:
    keep(blobs, BYTES)
    assert DIGEST in blobs.set_aside(DIGEST)
    assert (blobs.holds(DIGEST), held(blobs)) == (False, [])
    keep(blobs, BYTES)
    assert held(blobs) == [DIGEST]
