import io

from strongroom.core.archives.inflate import BLOCK, DEFLATE, exactly, inflated, span
from strongroom.core.archives.refusals import Code
from tests.core.archives.reading import code_of
from tests.fakes.zip_writer import deflated


def test_no_block_is_larger_than_a_block() -> None:
    packed = deflated(bytes(10 * BLOCK + 1))
    sizes = [len(block) for block in inflated(iter([packed]), DEFLATE)]
    assert max(sizes) == BLOCK
    assert sum(sizes) == 10 * BLOCK + 1


def test_packed_bytes_may_come_one_by_one() -> None:
    packed = deflated(b"content" * 9)
    single = (packed[at : at + 1] for at in range(len(packed)))
    assert b"".join(inflated(single, DEFLATE)) == b"content" * 9


def test_nothing_packed_is_cut_off() -> None:
    assert code_of(lambda: list(inflated(iter([]), DEFLATE))) == Code.TRUNCATED


def test_a_file_that_ends_too_early_is_refused() -> None:
    assert code_of(lambda: exactly(io.BytesIO(b"abc"), 1, 3)) == Code.TRUNCATED


def test_a_span_is_read_wherever_the_file_stands() -> None:
    file = io.BytesIO(b"x" * (BLOCK + 10))
    sizes = []
    for block in span(file, 5, BLOCK + 10):
        sizes.append(len(block))
        file.seek(0)
    assert sizes == [BLOCK, 5]
