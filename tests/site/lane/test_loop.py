"""HTTP over real sockets: what is plain, what is not, and that both end where they end."""

import contextlib
import errno
import socket
import threading
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest

from strongroom.site.lane.connection import Connection
from strongroom.site.lane.loop import Loop
from strongroom.site.lane.pace import Patience
from tests.fakes.lanes import WITHIN, Lane, lane, one, rest

HOST = b" HTTP/1.1\r\nHost: a\r\n"
GET = b"GET /simple/demo/" + HOST
LAST = b"Connection: close\r\n\r\n"
BODY = b"<a>demo</a>" * 30


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Lane]:
    with lane(tmp_path) as running:
        running.put("simple/demo/index.html", BODY)
        running.put("files/demo-1.0.whl", bytes(range(256)) * 4096)
        yield running


def test_a_page_is_answered_with_what_every_answer_carries(running: Lane) -> None:
    head, _, body = running.ask(GET + LAST).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n")
    assert b"\r\nDate: " in head
    assert b"\r\nX-Request-ID: " in head
    assert head.endswith(b"\r\nConnection: close")
    assert body == BODY


def test_a_connection_is_kept_for_many_requests(running: Lane) -> None:
    with running.connect() as connection:
        numbers = set()
        for _ in range(5):
            connection.sendall(GET + b"\r\n")
            head, body = one(connection)
            assert body == BODY
            numbers.add(head.partition(b"X-Request-ID: ")[2][:16])
        assert len(numbers) == 5


def test_requests_in_one_piece_are_answered_in_their_order(running: Lane) -> None:
    plain, odd = GET + b"\r\n", b"GET /other" + HOST + b"\r\n"
    came = running.ask(plain + odd + plain + odd + plain * 40 + GET + LAST)
    heads = came.split(b"HTTP/1.1 ")[1:]
    assert len(heads) == 45
    assert [b"GET /other 0" in one for one in heads[:4]] == [False, True, False, True]


def test_a_head_may_come_byte_by_byte(running: Lane) -> None:
    with running.connect() as connection:
        for letter in GET + LAST:
            connection.sendall(bytes([letter]))
        assert rest(connection).endswith(BODY)


def test_head_asks_for_no_body(running: Lane) -> None:
    with running.connect() as connection:
        connection.sendall(b"HEAD /simple/demo/" + HOST + b"\r\n")
        head, _ = one(connection, body=False)
        assert b"\r\nContent-Length: 330\r\n" in head
        connection.sendall(GET + b"\r\n")
        assert one(connection)[1] == BODY


def test_a_page_that_the_client_has_is_not_sent(running: Lane) -> None:
    with running.connect() as connection:
        connection.sendall(GET + b"\r\n")
        etag = one(connection)[0].partition(b"ETag: ")[2].partition(b"\r\n")[0]
        for _ in range(2):
            connection.sendall(GET + b"If-None-Match: " + etag + b"\r\n\r\n")
            head, body = one(connection)
            assert head.startswith(b"HTTP/1.1 304 Not Modified\r\n")
            assert body == b""
            assert b"Content-Length" not in head


def test_a_file_is_sent_whole_or_in_part(running: Lane) -> None:
    get = b"GET /files/demo-1.0.whl" + HOST
    with running.connect() as connection:
        connection.sendall(get + b"\r\n")
        assert one(connection)[1] == bytes(range(256)) * 4096
        connection.sendall(get + b"Range: bytes=3-9\r\n\r\n")
        head, body = one(connection)
        assert head.startswith(b"HTTP/1.1 206 Partial Content\r\n")
        assert body == bytes(range(3, 10))
        connection.sendall(get + b"Range: bytes=9999999-\r\n\r\n")
        assert one(connection)[0].startswith(b"HTTP/1.1 416 ")
        connection.sendall(b"HEAD /files/demo-1.0.whl" + HOST + b"\r\n")
        assert b"\r\nContent-Length: 1048576\r\n" in one(connection, body=False)[0]
        connection.sendall(GET + b"\r\n")
        assert one(connection)[1] == BODY


def test_a_client_that_says_it_is_done_sending_is_answered(running: Lane) -> None:
    with running.connect() as connection:
        connection.sendall(GET + b"\r\n")
        connection.shutdown(socket.SHUT_WR)
        assert rest(connection).endswith(BODY)


def test_a_client_that_leaves_within_a_head_is_forgotten(running: Lane) -> None:
    assert running.ask(b"") == b""
    with running.connect() as connection:
        connection.sendall(b"GET /sim")
    assert running.ask(GET + LAST).endswith(BODY)


@pytest.mark.parametrize(
    ("version", "extra", "kept"),
    [
        (b"1.0", b"", False),
        (b"1.0", b"Connection: keep-alive\r\n", True),
        (b"1.1", b"X-Odd: \xe9\r\n", True),
        (b"1.1", b"Connection: close\r\n", False),
    ],
)
def test_what_is_not_plain_is_answered_by_the_same_doors(
    running: Lane, version: bytes, extra: bytes, kept: bool
) -> None:
    with running.connect() as connection:
        sent = b"GET /simple/demo/ HTTP/" + version + b"\r\nHost: a\r\n" + extra + b"\r\n"
        connection.sendall(sent)
        assert one(connection)[1] == BODY
        connection.sendall(sent)
        assert rest_begins(connection) == (b"HTTP/" + version if kept else b"")


def rest_begins(connection: socket.socket) -> bytes:
    try:
        return connection.recv(8)
    except ConnectionError:
        return b""


def test_a_body_is_read_and_what_follows_it_is_the_next_request(running: Lane) -> None:
    small = b"POST /x" + HOST + b"Content-Length: 5\r\n\r\nhello"
    chunked = b"POST /x" + HOST + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"
    came = running.ask(small + chunked + small + GET + LAST)
    assert came.count(b"POST /x 5") == 3
    assert came.endswith(BODY)


def test_a_large_body_streams(running: Lane) -> None:
    with running.connect() as connection:
        connection.sendall(b"POST /x" + HOST + b"Content-Length: 3000000\r\n\r\n")
        connection.sendall(b"x" * 3_000_000)
        assert one(connection)[1] == b"POST /x 3000000"
        connection.sendall(GET + b"\r\n")
        assert one(connection)[1] == BODY


def test_a_client_that_expects_it_is_told_to_go_on(running: Lane) -> None:
    with running.connect() as connection:
        head = b"POST /x" + HOST + b"Content-Length: 5\r\nExpect: 100-continue\r\n\r\n"
        connection.sendall(head)
        assert one(connection)[0].startswith(b"HTTP/1.1 100 Continue\r\n")
        connection.sendall(b"hello")
        assert one(connection)[1] == b"POST /x 5"


def test_who_is_refused_before_his_body_was_read_is_heard_out(running: Lane) -> None:
    with running.connect() as connection:
        connection.sendall(b"POST /unread" + HOST + b"Content-Length: 5000000\r\n\r\n")
        connection.sendall(b"x" * 5_000_000)  # as most clients do: they read nothing before
        head, _ = one(connection)
        assert head.startswith(b"HTTP/1.1 403 Not you, and here is why.\r\n")
        assert b"\r\nConnection: close\r\n" in head
        assert rest(connection) == b""


def test_a_small_body_that_nobody_reads_costs_no_connection(running: Lane) -> None:
    with running.connect() as connection:
        for _ in range(2):
            connection.sendall(b"POST /unread" + HOST + b"Content-Length: 5\r\n\r\nhello")
            assert b"\r\nConnection: keep-alive\r\n" in one(connection)[0]


def test_being_heard_out_ends_in_all_not_after_each_block(running: Lane) -> None:
    began = time.monotonic()
    with running.connect() as connection, contextlib.suppress(ConnectionError):
        connection.sendall(b"POST /unread" + HOST + b"Content-Length: 5000000\r\n\r\n")
        while time.monotonic() - began < 10:
            connection.sendall(b"x")
            time.sleep(0.05)
    assert time.monotonic() - began < 3


def test_a_change_on_the_shelf_is_seen_by_the_next_request(running: Lane) -> None:
    with running.connect() as connection:
        for body in (b"one", b"two", b"three"):
            running.put("simple/demo/index.html", body)
            for _ in range(2):
                connection.sendall(GET + b"\r\n")
                assert one(connection)[1] == body
        running.pages.remove("simple/demo/index.html")
        connection.sendall(GET + b"\r\n")
        assert one(connection)[1] == b"GET /simple/demo/ 0"  # what is behind the shelf


def test_a_file_that_was_taken_down_is_gone_with_the_next_request(running: Lane) -> None:
    get = b"GET /files/demo-1.0.whl" + HOST + b"\r\n"
    with running.connect() as connection:
        for _ in range(2):
            connection.sendall(get)
            assert len(one(connection)[1]) == 1048576
        running.pages.remove("files/demo-1.0.whl")
        connection.sendall(get)
        assert one(connection)[1] == b"GET /files/demo-1.0.whl 0"


def test_answers_are_counted_and_logged_as_any_other(
    running: Lane, caplog: pytest.LogCaptureFixture
) -> None:
    running.ask(GET + b"\r\n" + GET + LAST)
    end = time.monotonic() + 5
    counted = b'strongroom_requests_total{door="client",method="GET",status="2xx"} 2.0'
    while counted not in running.metrics.exposition() and time.monotonic() < end:
        time.sleep(0.05)
    assert counted in running.metrics.exposition()


def test_many_clients_at_once_each_get_their_own_answer(running: Lane) -> None:
    wrong: list[bytes] = []
    for number in range(20):
        running.put(f"simple/p{number}/index.html", b"%d" % number * 50)

    def client(number: int) -> None:
        with running.connect() as connection:
            for _ in range(20):
                connection.sendall(b"GET /simple/p%d/" % number + HOST + b"\r\n")
                body = one(connection)[1]
                if body != b"%d" % number * 50:
                    wrong.append(body)

    threads = [threading.Thread(target=client, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_a_large_page_is_read_by_a_thread_and_then_kept(running: Lane) -> None:
    body = b"y" * 200_000
    running.put("simple/large/index.html", body)
    get = b"GET /simple/large/" + HOST + b"\r\n"
    with running.connect() as connection:
        for _ in range(3):
            connection.sendall(get)
            assert one(connection)[1] == body
        connection.sendall(get + get + GET + b"\r\n")
        assert [len(one(connection)[1]) for _ in range(3)] == [200_000, 200_000, len(BODY)]


def test_a_file_that_cannot_be_opened_is_not_said_to_be_gone(
    running: Lane, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_stretch: object) -> None:
        raise OSError(errno.EMFILE, "Too many open files")

    monkeypatch.setattr("strongroom.site.lane.loop.opened", refuse)
    came = running.ask(b"GET /files/demo-1.0.whl" + HOST + LAST)
    assert came.startswith(b"HTTP/1.1 503 ")


def test_a_file_that_goes_away_between_two_looks_is_said_to_be_gone(
    running: Lane, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_stretch: object) -> None:
        raise FileNotFoundError

    monkeypatch.setattr("strongroom.site.lane.loop.opened", refuse)
    came = running.ask(b"GET /files/demo-1.0.whl" + HOST + LAST)
    assert came.startswith(b"HTTP/1.1 404 This file was withdrawn just now.\r\n")


def test_what_fails_in_the_loop_costs_one_connection(
    running: Lane, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr("strongroom.site.lane.loop.opened", lambda _: 1 / 0)
        assert running.ask(b"GET /files/demo-1.0.whl" + HOST + LAST) == b""
    assert running.ask(GET + LAST).endswith(BODY)


def test_who_sends_thousands_of_requests_at_once_fills_no_memory_and_delays_nobody(
    running: Lane, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = [0]
    step = Loop._step

    def watched(loop: Loop, connection: Connection) -> bool:
        held[0] = max(held[0], len(connection.inbox))
        return step(loop, connection)

    monkeypatch.setattr(Loop, "_step", watched)
    with running.connect() as connection:
        sender = threading.Thread(
            target=connection.sendall, args=((GET + b"\r\n") * 2_999 + GET + LAST,)
        )
        sender.start()
        assert rest(connection).count(b"HTTP/1.1 200 OK") == 3_000
        sender.join()
    assert held[0] <= 65536 + len(GET + b"\r\n")


@pytest.mark.parametrize("code", [errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM])
def test_a_connection_for_which_there_is_no_room_ends_nothing_else(
    running: Lane, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    failed = threading.Event()

    def refuse(*_: object) -> None:
        failed.set()
        raise OSError(code, "no room")

    with running.connect() as kept:
        kept.sendall(GET + b"\r\n")
        assert one(kept)[1] == BODY
        with monkeypatch.context() as broken:
            broken.setattr(running.loop._places.selector, "register", refuse)
            assert running.ask(b"") == b""
            failed.clear()
            assert failed.wait(WITHIN)  # it was tried again, to no avail
        kept.sendall(GET + b"\r\n")
        assert one(kept)[1] == BODY
    assert running.ask(GET + LAST).endswith(BODY)


def failing(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Fail before the answer, or in the middle of it."""
    if environ["PATH_INFO"] == "/before":
        raise ZeroDivisionError
    start_response("200 OK", [("Content-Length", "300000")])

    def blocks() -> Iterator[bytes]:
        yield b"x" * 100_000
        if environ["PATH_INFO"] == "/gone":
            raise ConnectionResetError
        raise ZeroDivisionError

    return blocks()


def test_what_fails_on_a_thread_is_a_refusal_or_ends_the_connection(tmp_path: Path) -> None:
    with lane(tmp_path, failing) as running:
        assert running.ask(b"GET /before" + HOST + b"\r\n").startswith(b"HTTP/1.1 400 ")
        for path in (b"/middle", b"/gone"):
            assert len(running.ask(b"GET " + path + HOST + b"\r\n")) < 300_000
        running.put("simple/demo/index.html", BODY)
        assert running.ask(GET + LAST).endswith(BODY)


def test_a_page_that_cannot_be_read_is_left_to_the_doors_behind(
    running: Lane, monkeypatch: pytest.MonkeyPatch
) -> None:
    running.put("simple/large/index.html", b"y" * 200_000)
    monkeypatch.setattr(running.pages, "get", lambda _: 1 / 0)
    came = running.ask(b"GET /simple/large/" + HOST + b"\r\n")
    assert came.startswith(b"HTTP/1.1 400 Bad Request")


def test_when_memory_owes_enough_a_thread_waits_for_its_reader(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("strongroom.site.lane.behind.OWED_AT_MOST", 0)

    def large(_environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        start_response("200 OK", [("Content-Length", "9000000")])
        return [b"x" * 9_000_000]

    patience = Patience(look=0.05)
    with lane(tmp_path, large, patience=patience) as running, running.connect() as connection:
        connection.sendall(b"GET /other" + HOST + b"\r\n")
        assert len(one(connection)[1]) == 9_000_000
