"""Requests to others: what is refused, what is bounded, what arrives."""

import gzip
import os
import socket
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from strongroom.core.errors import (
    ForbiddenError,
    InvalidError,
    StrongroomError,
)
from strongroom.stores.addresses import networks
from strongroom.stores.outside import Limits, Outside, Request
from tests.fakes.certificates import authority
from tests.fakes.servers import answer, moved, serving

LOOPBACK = networks(["127.0.0.0/8"])
LIMITS = Limits(at_most=1000, total=5.0, connect=2.0, read=2.0)


def to(*addresses: str) -> Callable[[str, int], Sequence[str]]:
    """Return a resolver for which every host has these addresses."""
    return lambda _host, _port: addresses


def fetched(
    outside: Outside, url: str, limits: Limits = LIMITS, redirects: int = 0, **headers: str
) -> bytes:
    with outside.answer(Request(url, headers), limits, redirects) as got:
        return got.body()


def code(outside: Outside, url: str, limits: Limits = LIMITS, redirects: int = 0) -> str:
    with pytest.raises(StrongroomError) as refusal:
        fetched(outside, url, limits, redirects)
    return refusal.value.code


@pytest.fixture
def outside() -> Outside:
    """Return a guard that may reach loopback, where every name is."""
    return Outside("strongroom/test", LOOPBACK, to("127.0.0.1"))


def test_a_body_arrives_with_its_status(outside: Outside) -> None:
    with (
        serving({"/a": answer(b"hello", status="203 Fine")}) as server,
        outside.answer(Request(f"{server.url}/a?b"), LIMITS) as got,
    ):
        assert (got.status, got.body()) == (203, b"hello")
    assert server.requests[0].startswith("GET /a?b HTTP/1.1\r\n")
    assert "User-Agent: strongroom/test\r\n" in server.requests[0]


def test_a_request_with_a_body_is_a_post(outside: Outside) -> None:
    with (
        serving({"/": answer(b"")}) as server,
        outside.answer(Request(server.url, body=b"{}"), LIMITS) as got,
    ):
        assert got.status == 200
    assert server.requests[0].startswith("POST / ")
    assert "Content-Length: 2\r\n" in server.requests[0]


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "localhost"])
def test_the_machine_itself_is_refused_and_never_connected_to(host: str) -> None:
    with serving({"/": answer(b"secret")}) as server:
        assert code(Outside("t"), f"http://{host}:{server.port}/") == "outside-address-refused"
    assert server.requests == []


@pytest.mark.parametrize("address", ["10.0.0.1", "169.254.169.254", "fd00:ec2::254", "fe80::1"])
def test_a_name_that_leads_inside_is_refused(address: str) -> None:
    inside = Outside("t", resolve=to(address))
    assert code(inside, "http://example.org/") == "outside-address-refused"


def test_a_name_with_a_public_and_a_private_address_is_refused() -> None:
    mixed = Outside("t", resolve=to("8.8.8.8", "127.0.0.1"))
    assert code(mixed, "http://example.org/") == "outside-address-refused"


def test_a_name_that_flips_is_resolved_once_and_the_checked_address_is_used() -> None:
    asked: list[str] = []

    def flipping(host: str, _port: int) -> Sequence[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["127.0.0.2"]

    with serving({"/": answer(b"first")}) as server:
        outside = Outside("t", networks(["127.0.0.1/32"]), flipping)
        url = f"http://index.test:{server.port}/"
        assert fetched(outside, url) == b"first"
        assert asked == ["index.test"]
        assert f"Host: index.test:{server.port}\r\n" in server.requests[0]
        assert code(outside, url) == "outside-address-refused"


@pytest.mark.parametrize("url", ["gopher://example.org/", "file:///etc/passwd", "http://0x7f.1/"])
def test_what_is_no_plain_address_is_refused(outside: Outside, url: str) -> None:
    assert code(outside, url) == "outside-url-invalid"


def test_a_redirect_is_refused_unless_asked_for(outside: Outside) -> None:
    with serving({"/a": moved("/b"), "/b": answer(b"there")}) as server:
        assert code(outside, f"{server.url}/a") == "outside-redirected"
        assert fetched(outside, f"{server.url}/a", redirects=1) == b"there"


def test_a_circle_of_redirects_ends(outside: Outside) -> None:
    with serving({"/a": moved("/a")}) as server:
        assert code(outside, f"{server.url}/a", redirects=3) == "outside-redirected"
    assert len(server.requests) == 4


def test_a_redirect_to_a_place_inside_is_refused(outside: Outside) -> None:
    # The first host may be on loopback because the operator said so; the second may not.
    with serving({"/": answer(b"secret")}) as victim, serving({"/": moved(victim.url)}) as server:
        assert code(outside, server.url, redirects=5) == "outside-address-refused"
    assert victim.requests == []


@pytest.mark.parametrize("onward", ["file:///etc/passwd", "gopher://x/", "http://[", "a b"])
def test_a_redirect_to_something_else_than_http_is_refused(outside: Outside, onward: str) -> None:
    with serving({"/": moved(onward)}) as server:
        assert code(outside, server.url, redirects=5) == "outside-url-invalid"


def test_credentials_stay_with_the_host_that_they_are_for() -> None:
    outside = Outside("t", LOOPBACK, to("127.0.0.1"))
    with serving({"/b": answer(b""), "/a": moved("/b")}) as server:
        fetched(outside, f"{server.url}/a", redirects=1, Authorization="Basic x")
    assert ["Basic x" in one for one in server.requests] == [True, True]
    guard, request = outside._onward(
        Request("https://one.test/", {"Authorization": "Basic x", "Accept": "a/b"}),
        "https://two.test/",
    )
    assert (guard.allowed, request.headers) == ((), {"Accept": "a/b"})


def test_a_post_is_never_redirected(outside: Outside) -> None:
    with serving({"/": moved("/b")}) as server:
        request = Request(server.url, body=b"x")
        with pytest.raises(InvalidError), outside.answer(request, LIMITS, 5):
            pass


def test_a_redirect_from_https_to_http_is_refused(outside: Outside) -> None:
    with pytest.raises(ForbiddenError) as refusal:
        outside._onward(Request("https://one.test/"), "http://one.test/")
    assert refusal.value.code == "outside-downgraded"


def test_a_body_larger_than_it_may_be_is_refused_before_it_is_read(outside: Outside) -> None:
    with serving({"/": answer(b"", Content_Length="1001")}) as server:
        assert code(outside, server.url) == "outside-too-large"


def test_a_length_of_very_many_digits_is_refused(outside: Outside) -> None:
    with serving({"/": answer(b"", Content_Length="9" * 5000)}) as server:
        assert code(outside, server.url) in {"outside-too-large", "outside-unreachable"}


def endless(connection: socket.socket) -> None:
    """Send a body without a length that does not end."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n")
    while True:
        connection.sendall(b"x" * 4096)


def test_an_endless_body_is_cut_at_the_limit(outside: Outside) -> None:
    with serving({"/": endless}) as server:
        assert code(outside, server.url) == "outside-too-large"


def dripping(connection: socket.socket) -> None:
    """Send a body byte by byte, each well within the time between two arrivals."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n")
    while True:
        connection.sendall(b"x")
        time.sleep(0.05)


def dripping_headers(connection: socket.socket) -> None:
    """Send a header that does not end, byte by byte."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nX: ")
    while True:
        connection.sendall(b"x")
        time.sleep(0.05)


def ending_late(connection: socket.socket) -> None:
    """Send half of a body, and be silent."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")
    time.sleep(3)


@pytest.mark.parametrize("route", [dripping, dripping_headers, ending_late])
def test_what_comes_too_slowly_is_cut_when_the_time_is_over(
    outside: Outside, route: Callable[[socket.socket], None]
) -> None:
    limits = Limits(at_most=1000, total=0.4, connect=1.0, read=1.0)
    with serving({"/": route}) as server:
        began = time.monotonic()
        assert code(outside, server.url, limits) == "outside-too-slow"
        assert time.monotonic() - began < 1.5


def test_silence_is_cut_after_the_time_between_two_arrivals(outside: Outside) -> None:
    limits = Limits(at_most=1000, total=5.0, connect=1.0, read=0.2)
    with serving({"/": lambda _connection: time.sleep(1)}) as server:
        began = time.monotonic()
        assert code(outside, server.url, limits) == "outside-unreachable"
        assert time.monotonic() - began < 1.5


def test_no_time_left_means_no_connection() -> None:
    moments = iter([0.0, 10.0, 10.0])
    late = Outside("t", LOOPBACK, to("127.0.0.1"), now=lambda: next(moments))
    assert code(late, "http://index.test:9/") == "outside-too-slow"


def test_a_body_is_never_decompressed(outside: Outside) -> None:
    bomb = gzip.compress(bytes(1_000_000))
    with serving({"/": answer(bomb, Content_Encoding="gzip")}) as server:
        assert code(outside, server.url, Limits(at_most=100_000)) == "outside-encoded"
        with outside.answer(Request(server.url), Limits(at_most=100_000)) as got:
            assert b"".join(got.blocks()) == bomb
    assert "Accept-Encoding: identity\r\n" in server.requests[0]


BROKEN = [
    b"",
    b"nonsense\r\n\r\n",
    b"HTTP/1.1 99999 x\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort",
    b"HTTP/1.1 200 OK\r\nContent-Length: 1, 2\r\n\r\nx",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n",
    b"HTTP/1.1 200 OK\r\nX: " + b"y" * 70_000 + b"\r\n\r\n",
]


@pytest.mark.parametrize("said", BROKEN, ids=range(len(BROKEN)))
def test_an_answer_that_is_none_is_refused(outside: Outside, said: bytes) -> None:
    with serving({"/": (lambda connection: connection.sendall(said))}) as server:
        assert code(outside, server.url) == "outside-unreachable"


def test_a_host_that_is_nowhere_is_told() -> None:
    def nowhere(_host: str, _port: int) -> Sequence[str]:
        raise OSError

    assert code(Outside("t", resolve=nowhere), "http://example.org/") == "outside-unreachable"
    assert code(Outside("t", resolve=to()), "http://example.org/") == "outside-unreachable"
    assert code(Outside("t", resolve=to("fe80::1%eth0")), "http://x.test/") in {
        "outside-address-refused",
        "outside-unreachable",
    }


def test_the_next_address_is_tried_where_the_first_does_not_answer() -> None:
    with serving({"/": answer(b"hello")}) as server:
        outside = Outside("t", LOOPBACK, to("127.0.0.9", "127.0.0.1"))
        assert fetched(outside, f"http://index.test:{server.port}/") == b"hello"


def test_the_environment_names_no_proxy(outside: Outside) -> None:
    with serving({}) as proxy, serving({"/": answer(b"direct")}) as server:
        os.environ["http_proxy"] = os.environ["HTTP_PROXY"] = proxy.url
        try:
            assert fetched(outside, server.url) == b"direct"
        finally:
            del os.environ["http_proxy"], os.environ["HTTP_PROXY"]
    assert proxy.requests == []


def test_the_certificate_is_that_of_the_name_though_the_address_is_pinned(tmp_path: Path) -> None:
    trusted, tls = authority(tmp_path, "index.test")
    outside = Outside("t", LOOPBACK, to("127.0.0.1"), lambda: trusted)
    with serving({"/": answer(b"safe")}, tls) as server:
        assert fetched(outside, f"https://index.test:{server.port}/") == b"safe"
        assert server.names == ["index.test"]
        assert code(outside, f"https://other.test:{server.port}/") == "outside-unreachable"


def test_a_certificate_of_nobody_known_is_refused(tmp_path: Path, outside: Outside) -> None:
    _trusted, tls = authority(tmp_path, "index.test")
    with serving({"/": answer(b"safe")}, tls) as server:
        assert code(outside, f"https://index.test:{server.port}/") == "outside-unreachable"
        assert server.requests == []


def test_a_slow_body_over_tls_is_cut_too(tmp_path: Path) -> None:
    trusted, tls = authority(tmp_path, "index.test")
    outside = Outside("t", LOOPBACK, to("127.0.0.1"), lambda: trusted)
    limits = Limits(at_most=1000, total=0.5, connect=1.0, read=1.0)
    with serving({"/": dripping}, tls) as server:
        assert code(outside, f"https://index.test:{server.port}/", limits) == "outside-too-slow"
