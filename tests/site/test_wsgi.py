from collections.abc import Iterable, Iterator, Mapping
from io import BytesIO
from pathlib import Path
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import Client, EnvironBuilder, run_wsgi_app

from strongroom.core.errors import NotFoundError, UnavailableError
from strongroom.packages.shelf.serve import Answer, Stream, Stretch
from strongroom.site.wsgi import SMALL_BODY, Bodies, Front, Hosts, Source, send
from tests.ecosystems.pypi.forms import BOUNDARY, END, HEAD, basic, content
from tests.fakes.registry import Registry

PROXY = "10.0.0.1"
TRUSTED = ("10.0.0.0/8", "fd00::/8")


class Behind:
    """An application that keeps the environment of its last request and reads all of its body."""

    def __init__(self) -> None:
        self.seen: WSGIEnvironment = {}

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        self.seen = environ
        start_response("200 OK", [])
        return [b"behind"]


def source(peer: str, headers: Mapping[str, str], trusted: tuple[str, ...] = TRUSTED) -> Behind:
    """Send a request from an address through what settles addresses."""
    behind = Behind()
    environ = EnvironBuilder("/").get_environ() | {"REMOTE_ADDR": peer} | dict(headers)
    run_wsgi_app(Source(behind, trusted), environ)
    return behind


@pytest.mark.parametrize(
    ("peer", "forwarded", "settled"),
    [
        (PROXY, "192.0.2.7", "192.0.2.7"),
        (PROXY, "192.0.2.7, 10.9.9.9", "192.0.2.7"),
        (PROXY, "203.0.113.1, 192.0.2.7", "192.0.2.7"),
        (PROXY, "192.0.2.7 , 10.9.9.9 ,10.8.8.8", "192.0.2.7"),
        (PROXY, "10.9.9.9, 10.8.8.8", "10.9.9.9"),
        (PROXY, "", PROXY),
        (PROXY, "unknown", PROXY),
        (PROXY, "192.0.2.7, unknown", PROXY),
        (PROXY, "192.0.2.7, unknown, 10.9.9.9", "10.9.9.9"),
        (PROXY, "2001:DB8::1", "2001:db8::1"),
        (PROXY, "::ffff:192.0.2.7", "192.0.2.7"),
        ("fd00::1", "192.0.2.7", "192.0.2.7"),
        ("::ffff:10.0.0.1", "192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.9", "192.0.2.7", "192.0.2.9"),
        ("192.0.2.9", "192.0.2.7", "192.0.2.9"),
        ("192.0.2.9", "10.0.0.1", "192.0.2.9"),
        ("", "192.0.2.7", "0.0.0.0"),  # noqa: S104 - a unix socket has no address
        ("not an address", "192.0.2.7", "not an address"),
    ],
)
def test_only_a_trusted_proxy_speaks_for_a_client(peer: str, forwarded: str, settled: str) -> None:
    behind = source(peer, {"HTTP_X_FORWARDED_FOR": forwarded})
    assert behind.seen["REMOTE_ADDR"] == settled


def test_by_default_nobody_speaks_for_a_client() -> None:
    behind = source("127.0.0.1", {"HTTP_X_FORWARDED_FOR": "192.0.2.7"}, trusted=())
    assert behind.seen["REMOTE_ADDR"] == "127.0.0.1"


@given(peer=st.text(max_size=20), forwarded=st.text(max_size=60))
def test_no_header_is_too_odd_to_be_read(peer: str, forwarded: str) -> None:
    assert source(peer, {"HTTP_X_FORWARDED_FOR": forwarded}).seen["REMOTE_ADDR"]


@pytest.mark.parametrize(
    ("peer", "proto", "scheme"),
    [
        (PROXY, "https", "https"),
        (PROXY, "http", "http"),
        (PROXY, "ftp", "http"),
        ("192.0.2.9", "https", "http"),
    ],
)
def test_the_scheme_is_taken_from_a_trusted_proxy_only(peer: str, proto: str, scheme: str) -> None:
    behind = source(peer, {"HTTP_X_FORWARDED_PROTO": proto})
    assert behind.seen["wsgi.url_scheme"] == scheme


def shelf(path: str, query: str, headers: Mapping[str, str]) -> Answer | None:
    """Answer as a door of the shelf does: it knows one path, and tells what it was asked."""
    if path != "/room/known":
        return None
    told = f"{query} {headers.get('accept', '')} {sorted(headers)} {len(headers)}"
    return Answer(200, "OK", (("Content-Type", "text/plain"),), told.encode())


def front() -> tuple[Client, Behind]:
    """Return a client of a front with one door, and what is behind it."""
    behind = Behind()
    return Client(Front({"room": shelf}, behind)), behind


def test_a_door_answers_what_it_knows() -> None:
    client, behind = front()
    answer = client.get("/room/known?a=b", headers={"Accept": "text/plain", "X-Odd": "1"})
    assert answer.text == "a=b text/plain ['accept', 'host', 'x-odd'] 3"
    assert not behind.seen


@pytest.mark.parametrize("path", ["/room/unknown", "/room", "/other/known", "/"])
def test_what_no_door_knows_is_handed_on(path: str) -> None:
    client, behind = front()
    environ = EnvironBuilder("/").get_environ() | {"PATH_INFO": path}
    assert client.open(environ).text == "behind"
    assert behind.seen["PATH_INFO"] == path


def test_a_path_without_a_slash_is_the_front_page() -> None:
    behind = Behind()
    doors = {"": lambda *_: Answer(200, "OK", (), b"front")}
    environ = EnvironBuilder("/").get_environ() | {"PATH_INFO": "*"}
    assert Client(Front(doors, behind)).open(environ).text == "front"


def test_a_door_can_only_be_read() -> None:
    client, _ = front()
    answer = client.post("/room/known")
    assert (
        answer.status
        == "405 POST is not possible here. This address can only be read; uploads go to /legacy/."
    )
    assert answer.headers["Allow"] == "GET, HEAD"


def test_a_body_in_chunks_has_a_length_for_the_framework() -> None:
    client, behind = front()
    client.post("/other", headers={"Transfer-Encoding": "Chunked"})
    assert int(behind.seen["CONTENT_LENGTH"]) > 2**60


def test_an_upload_in_chunks_is_published(registry: Registry) -> None:
    body = HEAD + content() + END
    environ = EnvironBuilder("/legacy/", method="POST").get_environ()
    environ |= {
        "wsgi.input": BytesIO(body),
        "wsgi.input_terminated": True,
        "HTTP_TRANSFER_ENCODING": "chunked",
        "CONTENT_TYPE": f"multipart/form-data; boundary={BOUNDARY}",
        "HTTP_AUTHORIZATION": basic("__token__", registry.token),
    }
    assert registry.client.open(environ, buffered=True).status == "200 OK"


def test_a_stretch_of_a_file_is_sent_and_the_file_closed(tmp_path: Path) -> None:
    place = tmp_path / "file"
    place.write_bytes(bytes(range(256)) * 4096)
    answer = Answer(206, "Partial Content", (), Stretch(place, 3, 700_000))
    blocks, status, _ = run_wsgi_app(
        lambda environ, start: send(answer, environ, start),
        EnvironBuilder("/").get_environ(),
        buffered=True,
    )
    assert status == "206 Partial Content"
    assert b"".join(blocks) == place.read_bytes()[3:700_003]


def test_a_server_that_sends_files_itself_gets_the_file_where_it_begins(tmp_path: Path) -> None:
    place = tmp_path / "file"
    place.write_bytes(b"0123456789")
    handed = []

    def wrapper(file: BytesIO, _size: int) -> Iterable[bytes]:
        handed.append(file.read())
        file.close()
        return []

    environ = EnvironBuilder("/").get_environ() | {"wsgi.file_wrapper": wrapper}
    send(
        Answer(206, "Partial", (), Stretch(place, 4, 2)), environ, lambda *_: print
    )  # nothing is written
    assert handed == [b"456789"]


def test_a_file_that_went_away_meanwhile_is_404(tmp_path: Path) -> None:
    answer = Answer(200, "OK", (), Stretch(tmp_path / "gone", 0, 1))
    _, status, _ = run_wsgi_app(
        lambda environ, start: send(answer, environ, start), EnvironBuilder("/").get_environ()
    )
    assert status == "404 This file was withdrawn just now."


def test_a_file_that_the_disk_does_not_give_is_not_said_to_be_gone(tmp_path: Path) -> None:
    answer = Answer(200, "OK", (), Stretch(tmp_path, 0, 1))  # a folder, which nobody can read so
    _, status, headers = run_wsgi_app(
        lambda environ, start: send(answer, environ, start), EnvironBuilder("/").get_environ()
    )
    assert status.startswith("503 The registry's storage did not answer.")
    assert headers["Retry-After"] == "60"


@pytest.mark.parametrize("name", ["a.test", "a.test:8000", "A.TEST", "b.c.test", "[::1]:80"])
def test_a_request_for_this_host_is_handed_on(name: str) -> None:
    client = Client(Hosts(Behind(), ["a.test", ".c.test", "[::1]"]))
    environ = EnvironBuilder("/").get_environ() | {"HTTP_HOST": name}
    assert client.open(environ).text == "behind"


@pytest.mark.parametrize("name", ["b.test", "a.test.evil.test", "a.test@b", "", "a b", "\xe9.test"])
def test_a_request_for_another_host_is_told_what_to_do(name: str) -> None:
    behind = Behind()
    client = Client(Hosts(behind, ["a.test"]))
    environ = EnvironBuilder("/").get_environ() | {"HTTP_HOST": name, "SERVER_NAME": "other"}
    answer = client.open(environ)
    assert answer.status.startswith("400 This registry does not answer to the name '")
    assert "allowed_hosts" in answer.status
    assert answer.status.isascii()
    assert not behind.seen


def test_an_upload_to_another_name_is_refused_in_words(registry: Registry) -> None:
    answer = registry.client.post("/legacy/", base_url="http://192.0.2.5:8000", buffered=True)
    assert answer.status.startswith(
        "400 This registry does not answer to the name '192.0.2.5:8000'"
    )


def bodied(path: str, **headers: str) -> tuple[str, bool]:
    """Send a request with a body; returns the status, and whether it was handed on."""
    behind = Behind()
    environ = EnvironBuilder(path, method="POST").get_environ() | headers
    _, status, _ = run_wsgi_app(Bodies(behind, {"legacy", "upload"}), environ)
    return status, bool(behind.seen)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"CONTENT_LENGTH": str(SMALL_BODY + 1)}, "413 A body has at most 32768 bytes here."),
        ({"HTTP_TRANSFER_ENCODING": "chunked"}, "400 The body has no stated length."),
        ({"CONTENT_LENGTH": "5", "HTTP_EXPECT": "100-continue"}, "400 A body that waits for "),
    ],
)
def test_no_thread_waits_for_a_body_of_somebody_unknown(
    headers: dict[str, str], status: str
) -> None:
    for path in ("/sign-in/x", "/api/v1/x", "/", "/uploads/", "//upload/"):
        told, behind = bodied(path, **headers)
        assert (told.startswith(status), behind) == (True, False)
    for path in ("/legacy/", "/legacy", "/upload/", "/upload/files/x/bytes"):
        assert bodied(path, **headers) == ("200 OK", True)


def test_a_small_body_or_none_is_handed_on() -> None:
    for length in ("", "0", "5", str(SMALL_BODY)):
        assert bodied("/sign-in/x", CONTENT_LENGTH=length) == ("200 OK", True)


def test_the_application_waits_for_the_bodies_of_uploads_alone(registry: Registry) -> None:
    form = {"CONTENT_TYPE": "multipart/form-data; boundary=x", "CONTENT_LENGTH": "9999999"}
    for path, status in (("/sign-in/x", 413), ("/api/v1/x", 413), ("/legacy/", 401)):
        environ = EnvironBuilder(path, method="POST").get_environ() | form
        _, told, _ = run_wsgi_app(registry.app, environ)
        assert told.startswith(str(status)), path


def streamed(stream: Stream, method: str = "GET") -> tuple[str, bytes, dict[str, str]]:
    """Send an answer whose bytes another machine holds."""
    answer = Answer(200, "OK", (("Content-Length", str(stream.length)),), stream)

    def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        return send(answer, environ, start_response)

    told = Client(application).open("/", method=method, buffered=True)
    return told.status, told.data, dict(told.headers)


def test_a_stream_is_sent_block_by_block() -> None:
    assert streamed(Stream(lambda: iter([b"ab", b"c"]), 3))[:2] == ("200 OK", b"abc")
    assert streamed(Stream(lambda: iter(()), 0))[:2] == ("200 OK", b"")


def test_for_a_head_nothing_is_asked_of_the_other_machine() -> None:
    def asked() -> str:
        raise AssertionError

    def blocks() -> Iterator[bytes]:
        raise AssertionError

    assert streamed(Stream(blocks, 3, asked), "HEAD")[0] == "200 OK"


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (NotFoundError("no-such-blob", "Gone."), "404 Gone."),
        (UnavailableError("storage-failed", "Away."), "503 Away."),
    ],
)
def test_what_cannot_be_had_is_told_before_anything_is_sent(error: Exception, status: str) -> None:
    def blocks() -> Iterator[bytes]:
        raise error
        yield b""

    assert streamed(Stream(blocks, 3))[0] == status


def test_a_reader_is_sent_to_where_the_bytes_are() -> None:
    stream = Stream(lambda: iter(()), 3, lambda: "https://s3.example.org/x?signed")
    status, body, headers = streamed(stream)
    assert (status, body) == ("302 Found", b"")
    assert headers["Location"] == "https://s3.example.org/x?signed"
    assert headers["Cache-Control"] == "no-store"


def test_an_address_that_cannot_be_made_is_told() -> None:
    def away() -> str:
        raise UnavailableError("storage-failed", "Away.")

    assert streamed(Stream(lambda: iter(()), 3, away))[0] == "503 Away."
