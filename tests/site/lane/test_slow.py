"""Clients that are slow on purpose, and more of them than there is room for."""

import contextlib
import errno
import json
import socket
import threading
import time
from collections.abc import Iterable
from pathlib import Path
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest

from strongroom.site.lane.admission import Kind
from strongroom.site.lane.pace import Pace, Patience
from tests.fakes.lanes import Lane, echo, lane, one, rest, until

HOST = b" HTTP/1.1\r\nHost: a\r\n"
GET = b"GET /simple/demo/" + HOST + b"\r\n"
BODY = b"<a>demo</a>" * 30
PATIENT = Patience(look=0.05)


def shelved(running: Lane) -> Lane:
    running.put("simple/demo/index.html", BODY)
    running.put("files/large", b"x" * 30_000_000)
    return running


def reads(running: Lane) -> bool:
    with running.connect() as connection:
        connection.sendall(GET)
        return one(connection)[1] == BODY


class Gate:
    """An application whose answers wait until it is opened."""

    def __init__(self) -> None:
        self.open = threading.Event()
        self.inside = 0

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        self.inside += 1
        self.open.wait(10)
        return echo(environ, start_response)


def test_a_head_that_comes_too_slowly_is_cut_off_in_words(tmp_path: Path) -> None:
    with lane(tmp_path) as running, running.connect() as connection:
        began = time.monotonic()
        came = b""
        connection.settimeout(0.1)
        with contextlib.suppress(ConnectionError):
            while not came and time.monotonic() - began < 5:
                connection.sendall(b"G")
                with contextlib.suppress(TimeoutError):
                    came = connection.recv(65536)
        assert came.startswith(b"HTTP/1.1 400 The request was not here after 0 seconds. ")
        assert time.monotonic() - began < 3


def test_a_small_body_that_comes_too_slowly_takes_no_thread(tmp_path: Path) -> None:
    gate = Gate()
    with lane(tmp_path, gate) as running, running.connect() as connection:
        connection.sendall(b"POST /x" + HOST + b"Content-Length: 5\r\n\r\nhel")
        assert rest(connection).startswith(b"HTTP/1.1 400 The request was not here ")
        assert gate.inside == 0


def test_a_large_body_that_comes_too_slowly_loses_its_thread(tmp_path: Path) -> None:
    with lane(tmp_path) as running, running.connect() as connection:
        began = time.monotonic()
        connection.sendall(b"POST /x" + HOST + b"Content-Length: 5000000\r\n\r\n")
        with contextlib.suppress(ConnectionError):
            while time.monotonic() - began < 5:
                connection.sendall(b"x")
                time.sleep(0.02)
        assert time.monotonic() - began < 3


def test_a_body_in_good_time_is_not_hurried_by_what_is_done_with_it(tmp_path: Path) -> None:
    def slow(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        environ["wsgi.input"].read(10)
        time.sleep(1.0)  # longer than a client would be waited for
        return echo(environ, start_response)

    with lane(tmp_path, slow) as running, running.connect() as connection:
        connection.sendall(b"POST /x" + HOST + b"Content-Length: 100000\r\n\r\n" + b"x" * 100_000)
        assert one(connection)[1] == b"POST /x 99990"


@pytest.mark.parametrize("path", [b"/files/large", b"/streamed", b"/whole"])
@pytest.mark.parametrize("version", [b" HTTP/1.1\r\nHost: a\r\n", b" HTTP/1.0\r\n"])
def test_who_takes_an_answer_too_slowly_is_cut_off(
    tmp_path: Path, path: bytes, version: bytes
) -> None:
    def large(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        start_response("200 OK", [("Content-Length", "30000000")])
        if environ["PATH_INFO"] == "/whole":
            return [b"x" * 30_000_000]
        return (b"x" * 100_000 for _ in range(300))

    # What the system buffers counts as taken, so the rate is high for this test.
    brisk = Patience(look=0.05, answer=Pace(grace=0.3, rate=50_000_000))
    with (
        lane(tmp_path, large, patience=brisk) as running,
        shelved(running).connect(4096) as connection,
    ):
        connection.sendall(b"GET " + path + version + b"\r\n")
        time.sleep(1.0)
        assert len(rest(connection)) < 29_000_000
        assert reads(running)


def test_a_slow_reader_holds_no_thread(tmp_path: Path) -> None:
    with lane(tmp_path, patience=PATIENT, threads=1) as running, contextlib.ExitStack() as stack:
        shelved(running)
        slow = [stack.enter_context(running.connect(4096)) for _ in range(20)]
        for number, connection in enumerate(slow):
            version = HOST if number % 2 else b" HTTP/1.0\r\n"
            connection.sendall(b"GET /files/large" + version + b"\r\n")
            assert connection.recv(1)
        with running.connect() as connection:
            connection.sendall(b"GET /other" + HOST + b"\r\n")
            assert one(connection)[1] == b"GET /other 0"


def test_idle_connections_are_let_go(tmp_path: Path) -> None:
    with lane(tmp_path) as running, shelved(running).connect() as connection:
        connection.sendall(GET)
        one(connection)
        began = time.monotonic()
        assert rest(connection) == b""
        assert 0.5 < time.monotonic() - began < 3


def test_senders_of_slow_bodies_leave_threads_to_others(tmp_path: Path) -> None:
    with lane(tmp_path, patience=PATIENT) as running, contextlib.ExitStack() as stack:
        shelved(running)
        refused = []
        for _ in range(3 + 8 + 2):  # running, waiting, and two too many
            connection = stack.enter_context(running.connect())
            connection.sendall(b"POST /x" + HOST + b"Content-Length: 5000000\r\n\r\nx")
            refused.append(connection)
        for connection in refused[-2:]:
            head, body = one(connection)
            assert head.startswith(b"HTTP/1.1 503 The registry is working on as many requests as ")
            assert b"\r\nRetry-After: 10\r\n" in head
            assert json.loads(body)["code"] == "server-busy"
        with running.connect() as connection:
            connection.sendall(b"GET /other" + HOST + b"\r\n")
            assert one(connection)[1] == b"GET /other 0"


def test_who_waits_too_long_for_a_thread_is_told_to_come_again(tmp_path: Path) -> None:
    gate = Gate()
    with lane(tmp_path, gate, threads=1) as running, running.connect() as first:
        assert reads(shelved(running))
        first.sendall(b"GET /other" + HOST + b"\r\n")
        until(lambda: gate.inside == 1)
        with running.connect() as second:
            second.sendall(b"GET /other" + HOST + b"\r\n")
            assert one(second)[0].startswith(b"HTTP/1.1 503 ")
        assert reads(running)  # which needs no thread
        gate.open.set()
        assert one(first)[1] == b"GET /other 0"


def test_who_is_told_to_come_again_keeps_his_connection(tmp_path: Path) -> None:
    gate = Gate()
    patient = Patience(look=0.05)
    with (
        lane(tmp_path, gate, patience=patient, threads=1) as running,
        contextlib.ExitStack() as stack,
    ):
        shelved(running).put("simple/large/index.html", b"x" * 200_000)
        other = b"GET /other" + HOST + b"\r\n"
        waiting = [stack.enter_context(running.connect()) for _ in range(1 + 4)]
        for connection in waiting:
            connection.sendall(other)
            until(lambda: gate.inside == 1)
        until(lambda: running.loop._crew.full(Kind.READ))
        with running.connect() as late:
            for asked in (other, b"GET /simple/large/" + HOST + b"\r\n"):
                late.sendall(asked)
                head, body = one(late)
                assert head.startswith(b"HTTP/1.1 503 ")
                assert b"\r\nConnection: close\r\n" not in head
                assert json.loads(body)["code"] == "server-busy"
            late.sendall(GET)
            assert one(late)[1] == BODY
        gate.open.set()
        assert [one(connection)[1] for connection in waiting] == [b"GET /other 0"] * 5


def test_connections_that_say_nothing_give_way(tmp_path: Path) -> None:
    with (
        lane(tmp_path, patience=PATIENT, connections=50) as running,
        contextlib.ExitStack() as stack,
    ):
        shelved(running)
        for number in range(300):
            silent = stack.enter_context(running.connect())
            if number % 2:
                silent.sendall(b"GET /sim")
        assert reads(running)


def test_slow_readers_give_way_to_others(tmp_path: Path) -> None:
    slow = Patience(look=0.05, sluggish=0.5, answer=Pace(grace=60.0, rate=1))
    with lane(tmp_path, patience=slow, connections=20) as running, contextlib.ExitStack() as stack:
        shelved(running)
        for _ in range(20):
            connection = stack.enter_context(running.connect(4096))
            connection.sendall(b"GET /files/large" + HOST + b"\r\n")
        time.sleep(1.0)
        for _ in range(5):
            assert reads(running)


def test_a_request_that_runs_may_end_when_the_server_stops(tmp_path: Path) -> None:
    gate = Gate()
    with lane(tmp_path, gate) as running:
        connection = running.connect()
        connection.sendall(b"GET /other" + HOST + b"\r\n")
        until(lambda: gate.inside == 1)
        threading.Timer(0.5, gate.open.set).start()
    assert one(connection)[1] == b"GET /other 0"
    connection.close()


def test_a_server_that_stops_answers_who_is_there_and_refuses_others_at_once(
    tmp_path: Path,
) -> None:
    gate = Gate()
    with lane(tmp_path, gate) as running:
        shelved(running)
        first, second = running.connect(), running.connect()
        first.sendall(b"GET /other" + HOST + b"\r\n")
        until(lambda: gate.inside == 1)
        second.sendall(GET[:10])
        running.stop()

        def refused() -> bool:
            with socket.socket() as late:
                return late.connect_ex(("127.0.0.1", running.port)) == errno.ECONNREFUSED

        until(refused)
        second.sendall(GET[10:])
        head, body = one(second)
        assert (b"\r\nConnection: close\r\n" in head, body) == (True, BODY)
        gate.open.set()
        assert one(first)[1] == b"GET /other 0"
        first.close()
        second.close()


def test_an_answer_that_is_being_sent_may_end_when_the_server_stops(tmp_path: Path) -> None:
    with lane(tmp_path, patience=PATIENT) as running:
        connection = shelved(running).connect()
        connection.sendall(b"GET /files/large" + HOST + b"\r\n")
        came = connection.recv(1000)
        taken: list[bytes] = []
        thread = threading.Thread(target=lambda: taken.append(rest(connection)))
        thread.start()
    thread.join()
    assert len(came + taken[0]) > 30_000_000
    connection.close()


def test_a_client_that_resets_its_connection_disturbs_nobody(tmp_path: Path) -> None:
    with lane(tmp_path) as running:
        shelved(running)
        for path in (b"/files/large", b"/other", b"/simple/demo/"):
            connection = running.connect()
            reset = (1).to_bytes(4, "little") + bytes(4)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, reset)
            connection.sendall(b"GET " + path + HOST + b"\r\n")
            connection.close()
        assert reads(running)
