"""Requests made to be read differently by two parsers: the second one inside is never answered.

Each case is followed by a plain request. Whatever the case is taken for, what is hidden in it must
not be answered as a request of its own.
"""

from collections.abc import Iterator

import pytest

from tests.fakes.lanes import Lane, lane

HOST = b"Host: a\r\n"
HIDDEN = b"GET /simple/hidden/ HTTP/1.1\r\n" + HOST + b"\r\n"
LAST = b"GET /simple/last/ HTTP/1.1\r\n" + HOST + b"Connection: close\r\n\r\n"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lane]:
    with lane(tmp_path_factory.mktemp("lane")) as running:
        running.put("simple/hidden/index.html", b"hidden")
        running.put("simple/last/index.html", b"last")
        yield running


def get(*fields: bytes, line: bytes = b"GET /simple/last/ HTTP/1.1") -> bytes:
    return line + b"\r\n" + HOST + b"".join(one + b"\r\n" for one in fields) + b"\r\n"


LENGTH = b"Content-Length: %d" % len(HIDDEN)
CHUNKED = b"%x\r\n%s\r\n0\r\n\r\n" % (len(HIDDEN), HIDDEN)


@pytest.mark.parametrize(
    "sent",
    [
        get(LENGTH) + HIDDEN,
        get(LENGTH, b"X: y") + HIDDEN,
        get(LENGTH, line=b"POST /x HTTP/1.1") + HIDDEN,
        get(b"Transfer-Encoding: chunked", line=b"POST /x HTTP/1.1") + CHUNKED,
    ],
)
def test_a_body_is_a_body_and_the_next_request_is_answered(running: Lane, sent: bytes) -> None:
    came = running.ask(sent + LAST)
    assert b"hidden" not in came
    assert came.count(b"HTTP/1.1 200 OK") == 2
    assert came.endswith(b"last")


@pytest.mark.parametrize(
    "sent",
    [
        get(LENGTH, LENGTH) + HIDDEN,
        get(b"Content-Length: 0", LENGTH) + HIDDEN,
        get(b"Content-Length: 0, 5") + HIDDEN,
        get(b"Content-Length: +0") + HIDDEN,
        get(b"Content-Length: 0x0") + HIDDEN,
        get(b"Content-Length : 0") + HIDDEN,
        get(b"Content-Length: 0", b"Transfer-Encoding: chunked") + CHUNKED,
        get(LENGTH, b"Transfer-Encoding: chunked") + HIDDEN,
        get(b"Transfer-Encoding: chunked, identity") + CHUNKED,
        get(b"Transfer-Encoding: xchunked") + CHUNKED,
        get(b"Transfer-Encoding : chunked") + CHUNKED,
        get(b"Transfer-Encoding:\x0bchunked") + CHUNKED,
        get(b"X: y", b" Content-Length: 5") + HIDDEN,
        get(b"X: y\rContent-Length: 5") + HIDDEN,
        get(b"X: y\nContent-Length: 5") + HIDDEN,
        get(b"X: y\x00") + HIDDEN,
        get(b"Host: b") + HIDDEN,
        get(line=b"GET /simple/last/\x00 HTTP/1.1") + HIDDEN,
        get(line=b"GET /simple/last/ HTTP/1.1\nX: y") + HIDDEN,
        get(line=b"GET /simple/last/") + HIDDEN,
        get(line=b"GET /simple/last/ HTTP/2.0") + HIDDEN,
        get(line=b"get /simple/last/ HTTP/1.1") + HIDDEN,
        b"GET /simple/last/ HTTP/1.1\nHost: a\n\n" + HIDDEN,
        b"GET /simple/last/ HTTP/1.1\n" + HOST + b"\n" + HIDDEN,
        b"\r\n\r\n" + HIDDEN,
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + HIDDEN,
        get(b"Transfer-Encoding: chunked", line=b"GET /simple/last/ HTTP/1.0") + CHUNKED,
        get(b"Transfer-Encoding: chunked", line=b"POST /x HTTP/1.1") + b"5 \r\n" + HIDDEN,
        get(b"Transfer-Encoding: chunked", line=b"POST /x HTTP/1.1") + b"5\nhello\n0\n\n" + HIDDEN,
    ],
)
def test_what_can_be_read_in_two_ways_ends_the_connection(running: Lane, sent: bytes) -> None:
    came = running.ask(sent + LAST)
    assert b"hidden" not in came
    assert b"last" not in came
    assert came.count(b"HTTP/1.1 ") <= 1
    assert came == b"" or came.startswith((b"HTTP/1.1 4", b"HTTP/1.1 5"))


def test_a_body_that_nobody_reads_ends_the_connection(running: Lane) -> None:
    came = running.ask(get(b"Transfer-Encoding: chunked") + CHUNKED + HIDDEN + LAST)
    assert came.count(b"HTTP/1.1 200 OK") == 1
    assert came.endswith(b"last")
    assert b"hidden" not in came


def test_an_empty_line_before_a_request_is_forgiven_once(running: Lane) -> None:
    came = running.ask(b"\r\n" + get() + LAST)
    assert came.count(b"HTTP/1.1 200 OK") == 2


def test_a_request_that_names_its_host_in_the_target_is_read_by_one_parser(running: Lane) -> None:
    came = running.ask(get(line=b"GET http://b/simple/last/ HTTP/1.1") + LAST)
    assert came.count(b"HTTP/1.1 200 OK") == 2


def test_a_head_without_end_is_refused_within_bounds(running: Lane) -> None:
    came = running.ask(b"GET /simple/last/ HTTP/1.1\r\n" + b"X: y\r\n" * 6000)
    assert came.startswith(b"HTTP/1.1 413 The request's head has more than 32768 bytes. ")


def test_a_head_with_a_long_line_is_refused_by_the_parser(running: Lane) -> None:
    came = running.ask(b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\n" + HOST + b"\r\n" + LAST)
    assert came.startswith(b"HTTP/1.1 4")
    assert b"last" not in came
