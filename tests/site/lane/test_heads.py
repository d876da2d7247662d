"""The plain subset, and that it never differs from gunicorn's parser about where a request ends."""

import pytest
from gunicorn.config import Config  # type: ignore[import-untyped] # no stubs
from gunicorn.http.parser import RequestParser  # type: ignore[import-untyped] # no stubs
from hypothesis import example, given
from hypothesis import strategies as st

from strongroom.site.lane import heads
from strongroom.site.lane.heads import (
    END,
    KEPT,
    LONGEST,
    Heads,
    Plain,
    glance,
    has_body,
    plain,
    still_wanted,
)
from strongroom.site.wsgi import SMALL_BODY

HOST = b"Host: a"


def head(*fields: bytes, line: bytes = b"GET /simple/ HTTP/1.1") -> bytes:
    return b"\r\n".join((line, *fields))


def test_a_plain_request_says_what_reads_ask() -> None:
    read = plain(
        head(
            HOST,
            b"ACCEPT:  text/html ",
            b"User-Agent: pip/26",
            b"Range: bytes=1-",
            line=b"HEAD /simple/%C3%A9%2F/?a=b?c HTTP/1.1",
        )
    )
    assert read is not None
    assert (read.method, read.path, read.query) == ("HEAD", "/simple/é//", "a=b?c")
    assert read.room == "simple"
    assert dict(read.fields.asked) == {"accept": "text/html", "range": "bytes=1-"}
    assert not read.fields.closes


def test_what_answers_depend_on_tells_requests_apart() -> None:
    keys = {
        read.fields.key
        for read in map(
            plain,
            (
                head(HOST),
                head(HOST, b"Accept: a"),
                head(HOST, b"Accept-Encoding: a"),
                head(HOST, b"If-None-Match: a"),
                head(HOST, b"If-Range: a"),
                head(HOST, b"If-Range:"),
                head(HOST, b"Range: a"),
            ),
        )
        if read is not None
    }
    assert len(keys) == 7


@pytest.mark.parametrize("name", ["Authorization", "cookie", "Proxy-Authorization"])
def test_a_secret_is_not_kept(name: str) -> None:
    before = heads._remembered.cache_info().currsize
    known = Heads()
    assert known.plain(head(HOST, f"{name}: secret".encode()))
    assert heads._remembered.cache_info().currsize == before
    assert known._known == {}


def test_a_long_head_is_read_and_not_kept() -> None:
    before = heads._remembered.cache_info().currsize
    known = Heads()
    assert known.plain(head(HOST, b"X-Long: " + b"a" * KEPT))
    assert heads._remembered.cache_info().currsize == before
    assert known.plain(head(HOST, line=b"GET /simple/?" + b"a" * KEPT + b" HTTP/1.1"))
    assert known._known == {}


def test_a_request_that_came_before_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heads, "HEADS", 3)
    known = Heads()
    for number in [*range(5), 4, 4]:
        sent = head(HOST, b"X-Number: %d" % number)
        assert known.plain(sent) == plain(sent)
        assert len(known._known) <= 3
    assert known.plain(head(b"X: y")) is None
    assert known.plain(sent) is known.plain(sent)


@pytest.mark.parametrize(
    "odd",
    [
        head(HOST, line=b"POST /simple/ HTTP/1.1"),
        head(HOST, line=b"get /simple/ HTTP/1.1"),
        head(HOST, line=b"GET /simple/ HTTP/1.0"),
        head(HOST, line=b"GET /simple/ HTTP/1.1 "),
        head(HOST, line=b"GET  /simple/ HTTP/1.1"),
        head(HOST, line=b"GET /simple /x HTTP/1.1"),
        head(HOST, line=b"GET /simple/"),
        head(HOST, line=b"GET simple HTTP/1.1"),
        head(HOST, line=b"GET * HTTP/1.1"),
        head(HOST, line=b"GET http://a/simple/ HTTP/1.1"),
        head(HOST, line=b"GET //a/simple/ HTTP/1.1"),
        head(HOST, line=b"GET /simple/#part HTTP/1.1"),
        head(HOST, line=b"GET /simple/\x00 HTTP/1.1"),
        head(HOST, line=b"GET /simple/\xc3\xa9 HTTP/1.1"),
        head(HOST, line=b"GET /simple/\t HTTP/1.1"),
        head(HOST, line=b"\r\nGET /simple/ HTTP/1.1"),
        head(HOST, b"Content-Length: 0"),
        head(HOST, b"content-LENGTH: 5", b"Content-Length: 6"),
        head(HOST, b"Transfer-Encoding: chunked"),
        head(HOST, b"Transfer-Encoding : chunked"),
        head(HOST, b"Transfer-Encoding: chunked", b"Content-Length: 5"),
        head(HOST, b"X-A: b", b" Content-Length: 5"),
        head(HOST, b"X-A: b\nContent-Length: 5"),
        head(HOST, b"X-A: b\rContent-Length: 5"),
        head(HOST, b"X-A: b\x00"),
        head(HOST, b"X-A: \xff"),
        head(HOST, b"X-A: b\x7f"),
        head(HOST, b"X-A: b\t"),
        head(HOST, b"X-A : b"),
        head(HOST, b": b"),
        head(HOST, b"X-A"),
        head(HOST, b""),
        head(HOST, b"X_A: b"),
        head(HOST, b"X-A: b", b"x-a: c"),
        head(HOST, HOST),
        head(),
        head(b"X-A: b"),
        head(HOST, b"Expect: 100-continue"),
        head(HOST, b"Upgrade: h2c"),
        head(HOST, b"Connection: Upgrade"),
        head(HOST, b"Connection: keep-alive, close"),
        head(HOST, b"Connection: close", b"Connection: close"),
        head(HOST, b"TE: trailers"),
        head(HOST, b"Trailer: X"),
        head(HOST, b"X-A: " + b"b" * LONGEST),
    ],
)
def test_what_is_odd_is_not_plain(odd: bytes) -> None:
    assert plain(odd) is None


def parsed(data: bytes) -> tuple[str, str, str, dict[str, str], bytes, bool]:
    """Return what gunicorn's parser makes of one request, and what it leaves for the next."""
    config = Config()
    config.set("forwarded_allow_ips", "")
    parser = RequestParser(config, iter([data]), ("127.0.0.1", 1))
    request = next(parser)
    body = request.body.read()
    assert body == b""
    left = parser.unreader.take_buffered()
    fields = {name.lower(): value for name, value in request.headers}
    return (
        request.method,
        request.path,
        request.query,
        fields,
        left,
        request.should_close(),
    )


names = st.text("abcXYZ-!~_1", min_size=1, max_size=8).map(str.encode) | st.sampled_from(
    [b"Host", b"Accept", b"Connection", b"Range", b"Content-Length", b"Transfer-Encoding"]
)
values = st.text("abc ,;=\t()/*\x7f\x00\n\r\xe9", max_size=12).map(
    lambda text: text.encode("latin-1")
) | st.sampled_from([b"close", b"keep-alive", b"0", b"5", b"chunked"])
targets = st.text("/ab%2F?#:@[]\\ \x01\xe9*", max_size=12).map(lambda text: text.encode("latin-1"))


@given(
    target=targets.map(lambda rest: b"/" + rest),
    fields=st.lists(st.tuples(names, values), max_size=4),
    following=st.binary(max_size=20),
)
@example(b"/a//b?c", [(b"Accept", b" a , b ")], b"GET /")
def test_a_plain_request_is_the_same_one_to_gunicorn(
    target: bytes, fields: list[tuple[bytes, bytes]], following: bytes
) -> None:
    lines = [name + b": " + value for name, value in fields]
    sent = head(HOST, *lines, line=b"GET " + target + b" HTTP/1.1")
    cut = sent.partition(END)[0]
    read = plain(cut)
    if read is None:
        return
    same(read, sent[len(cut) + 4 :] + following if END in sent else following, cut)


def same(read: Plain, following: bytes, cut: bytes) -> None:
    method, path, query, fields, left, closes = parsed(cut + END + following)
    assert left == following
    assert (method, query) == (read.method, read.query)
    assert path == read.target.split(b" ", 1)[1].split(b"?", 1)[0].decode("ascii")
    assert closes == read.fields.closes
    for name, value in read.fields.asked.items():
        assert fields[name] == value


@pytest.mark.parametrize(
    ("fields", "wanted"),
    [
        ([], 0),
        ([b"Content-Length: 5"], 5),
        ([b"content-length:\t5 "], 5),
        ([b"Content-Length: %d" % SMALL_BODY], SMALL_BODY),
        ([b"Content-Length: %d" % (SMALL_BODY + 1)], None),
        ([b"Content-Length: 123456"], None),
        ([b"Content-Length: 5", b"Content-Length: 5"], None),
        ([b"Content-Length: -5"], None),
        ([b"Content-Length: 5", b"Transfer-Encoding: chunked"], None),
        ([b"Transfer-Encoding: chunked"], None),
        ([b"Content-Length: 5", b"Expect: 100-continue"], None),
    ],
)
def test_a_small_body_is_waited_for(fields: list[bytes], wanted: int | None) -> None:
    assert still_wanted(head(HOST, *fields)) == wanted


@pytest.mark.parametrize(
    ("method", "extra", "has"),
    [
        (b"GET", b"X: y", False),
        (b"HEAD", b"X: y", False),
        (b"OPTIONS", b"X: y", False),
        (b"POST", b"X: y", True),
        (b"GET", b"Content-Length: 5", True),
        (b"GET", b"transfer-encoding: x", True),
    ],
)
def test_who_brings_a_body_is_known_by_the_head(method: bytes, extra: bytes, *, has: bool) -> None:
    assert has_body(head(HOST, extra, line=method + b" / HTTP/1.1")) is has


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        (b"PUT /a?secret HTTP/1.1\r\nX: y", ("PUT", "/a")),
        (b"\xff\xfe", ("\xff\xfe", "")),
        (b"", ("", "")),
    ],
)
def test_the_log_names_whatever_came(sent: bytes, told: tuple[str, str]) -> None:
    assert glance(sent) == told
