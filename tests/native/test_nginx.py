"""nginx answers as the application does, which stands behind it and is asked the same."""

import gzip
import json
import os
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from http.client import HTTPConnection
from pathlib import Path

import pytest

from strongroom.stores.pages import DiskPages
from tests.fakes.distributions import Metadata, wheel, wheel_filename
from tests.fakes.registry import address
from tests.native.clients import Clients
from tests.native.nginx import Nginx, needs_nginx, running, settings
from tests.native.server import PATIENCE, Server, free_port, program
from tests.native.uploads import headers, post, publish

pytestmark = [pytest.mark.native, needs_nginx]

PIP = (
    "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html; q=0.1,"
    " text/html; q=0.01"
)
UV = (
    "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2,"
    " text/html;q=0.01"
)
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/webp,*/*;q=0.8"
JSON = "application/vnd.pypi.simple.v1+json"
SAME = (
    "Content-Type",
    "Content-Encoding",
    "Content-Length",
    "Content-Range",
    "Cache-Control",
    "Vary",
    "Location",
    "Accept-Ranges",
    "Allow",
    "Last-Modified",
    "Content-Disposition",
    "Content-Security-Policy",
    "Cross-Origin-Opener-Policy",
    "Cross-Origin-Resource-Policy",
    "Permissions-Policy",
    "Referrer-Policy",
    "Strict-Transport-Security",
    "X-Content-Type-Options",
    "X-Frame-Options",
)


@dataclass(frozen=True, slots=True)
class Heard:
    """An answer as a client hears it."""

    status: int
    reason: str
    headers: dict[str, str]
    body: bytes


def ask(port: int, path: str, method: str = "GET", **named: str) -> Heard:
    """Send one request; header names have underscores."""
    connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.putrequest(method, path, skip_accept_encoding=True)
        for name, value in named.items():
            connection.putheader(name.replace("_", "-"), value)
        connection.endheaders()
        answer = connection.getresponse()
        return Heard(answer.status, answer.reason, dict(answer.getheaders()), answer.read())
    finally:
        connection.close()


def compared(heard: Heard) -> dict[str, object]:
    """Return what must be the same of an answer, whoever gave it."""
    told = {name: heard.headers.get(name) for name in SAME}
    if heard.status == 206:
        del told["Accept-Ranges"]  # which a part says by itself
    return {"status": heard.status, "reason": heard.reason, "body": heard.body, **told}


FILES: dict[str, str] = {}


@pytest.fixture(scope="module")
def nginx(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nginx]:
    """Return nginx over a registry with a project of each kind."""
    folder = tmp_path_factory.mktemp("nginx")
    # Two threads, so that whoever held one for long would be noticed.
    few = settings(free_port()) | {"STRONGROOM_THREADS": "2", "STRONGROOM_MAX_FILE_BYTES": "9999999"}
    behind = Server(folder / "data", settings=few)
    behind.make()
    behind.start()
    for version in ("1.0", "1.1", "2.0"):
        body = wheel("parcel", version, metadata=Metadata(description="words " * 200))
        publish(behind, wheel_filename("parcel", version), body)
        FILES[version] = address(wheel_filename("parcel", version), body)
    bad = wheel("bad-parcel", "1.0")
    publish(behind, wheel_filename("bad-parcel", "1.0"), bad)
    FILES["bad"] = address(wheel_filename("bad-parcel", "1.0"), bad)
    status = ("project", "status", "--data", behind.data, "bad-parcel", "quarantined")
    program(*status, "--reason", "case 42", settings=behind.settings)
    with running(folder / "nginx", behind) as through:
        yield through
    assert behind.stop() == 0


ACCEPTS = [
    "",
    PIP,
    UV,
    BROWSER,
    JSON,
    "*/*",
    "text/html",
    "TEXT/HTML",
    "application/json",
    "application/vnd.pypi.simple.latest+json",
    "application/vnd.pypi.simple.latest+html",
    "application/vnd.pypi.simple.v1+html",
    "application/vnd.pypi.simple.v2+json",
    f"{JSON};q=0.2, text/html;q=0.9",
    f"text/html;q=0.2, {JSON};q=0.9",
    f"text/html, {JSON}",
    f"{JSON}, text/html;q=5",
    f"{JSON}, text/html;q=nan",
    f"{JSON};q=0",
    f"{JSON};q=x, text/html;q=0.1",
    f" , {JSON}",
    f"{JSON} , {JSON};q=1.000",
    f"{JSON}, text/html; Q=1e3",
    f"{JSON}, text/html; charset=utf-8; q=0.5",
]
INDEXES = ["/simple/", "/simple/parcel/", "/simple/bad-parcel/", "/simple/nothing/"]
PATHS = [
    "/",
    "/?x=1",
    "/project/parcel/",
    "/project/parcel/history/",
    "/project/parcel/1.0/",
    "/project/parcel/1/",
    "/project/Parcel/",
    "/project/nothing/",
    "/project/parcel",
    "/rss/updates.xml",
    "/rss/packages.xml",
    "/rss/project/parcel/releases.xml",
    "/rss/project/nothing/releases.xml",
    "/rss/nothing",
    "/simple",
    "/simple/parcel",
    "/simple/Parcel/",
    "/simple/p%61rcel/",
    "/simple/bad_parcel/",
    "/simple/bad..parcel/?format=text/html",
    "/simple/-/",
    "/simple/parcel//",
    "/simple//",
    "//simple/parcel/",
    "/simple/parcel/index.html",
    "/simple/parcel/index.json.gz",
    "/simple/index.html",
    "/simple/.application",
    "/simple/parcel/.application",
    f"/simple/parcel/?format={JSON}",
    f"/simple/parcel/?format={JSON.replace('+', '%2B')}",
    f"/simple/parcel/?format={JSON}&x",
    "/simple/parcel/?format=text/html",
    "/simple/parcel/?format=application/vnd.pypi.simple.v1%2Bhtml",
    "/simple/parcel/?format=",
    "/simple/parcel/?format=nonsense",
    "/simple/parcel/?x",
    "/pypi/parcel/json",
    "/pypi/parcel/1.0/json",
    "/pypi/nothing/json",
    "/integrity/parcel/1.0/x/provenance",
    "/files/",
    "/files/pypi/",
    "/files/pypi/ab/cd/ef",
    "/quarantined/files",
    "/damaged/",
    "/web/index.html",
    "/.rendered",
    "/nothing",
    "/simple/" + "a" * 2000 + "/",
    "/simple/X/?" + "q" * 7000,
]


@pytest.mark.parametrize("accept", ACCEPTS)
@pytest.mark.parametrize("path", INDEXES)
@pytest.mark.parametrize("encoding", ["", "gzip", "gzip;q=0"])
def test_the_index_is_the_same_for_every_wish(
    nginx: Nginx, path: str, accept: str, encoding: str
) -> None:
    wishes = {"Accept": accept} | ({"Accept-Encoding": encoding} if encoding else {})
    ours, its = (ask(port, path, **wishes) for port in (nginx.behind.port, nginx.server.port))
    assert compared(its) == compared(ours)


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"])
@pytest.mark.parametrize("path", [*PATHS, "the file", "its metadata", "the bad file"])
def test_every_address_is_answered_the_same(nginx: Nginx, path: str, method: str) -> None:
    path = {
        "the file": FILES["1.0"],
        "its metadata": FILES["1.0"] + ".metadata",
        "the bad file": FILES["bad"],
    }.get(path, path)
    ours, its = (
        ask(port, path, method, Accept_Encoding="gzip, deflate")
        for port in (nginx.behind.port, nginx.server.port)
    )
    assert compared(its) == compared(ours)


RANGES = [
    "bytes=0-",
    "bytes=0-9",
    "bytes=5-5",
    "bytes=-5",
    "bytes=-0",
    "bytes=-999999",
    "bytes=5-999999",
    "bytes=999999-",
    "bytes=0-1,3-4",
    "bytes=-",
    "bytes=x",
    "items=0-1",
    "bytes = 0-1",
]


@pytest.mark.parametrize("wanted", RANGES)
def test_a_part_of_a_file_is_the_same(nginx: Nginx, wanted: str) -> None:
    ours, its = (
        ask(port, FILES["1.0"], Range=wanted) for port in (nginx.behind.port, nginx.server.port)
    )
    assert compared(its) == compared(ours)


def test_a_part_that_ends_before_it_begins_is_the_whole(nginx: Nginx) -> None:
    ours, its = (
        ask(port, FILES["1.0"], Range="bytes=5-2")
        for port in (nginx.behind.port, nginx.server.port)
    )
    assert (its.status, its.body) == (ours.status, ours.body) == (200, ours.body)


@pytest.mark.parametrize("encoding", ["gzip", "identity"])
@pytest.mark.parametrize("path", ["/simple/parcel/", "/project/parcel/", "the file"])
def test_what_a_client_has_is_not_sent_again(nginx: Nginx, path: str, encoding: str) -> None:
    path = FILES["1.0"] if path == "the file" else path
    wishes = {"Accept": JSON, "Accept_Encoding": encoding}
    for port in (nginx.behind.port, nginx.server.port):
        first = ask(port, path, **wishes)
        again = ask(port, path, If_None_Match=first.headers["ETag"], **wishes)
        assert (again.status, again.body) == (304, b"")
        for name in ("ETag", "Cache-Control", "Vary"):
            assert again.headers.get(name) == first.headers.get(name)
        weak = "W/" + first.headers["ETag"]
        assert ask(port, path, If_None_Match=f'"x", {weak}', **wishes).status == 304
        assert ask(port, path, If_None_Match='"x"', **wishes).body == first.body


def test_each_form_of_a_page_has_a_tag_of_its_own(nginx: Nginx) -> None:
    tags = [
        ask(nginx.server.port, "/simple/parcel/", Accept=accept, Accept_Encoding=encoding)
        for accept in (JSON, "text/html")
        for encoding in ("gzip", "identity")
    ]
    assert len({heard.headers["ETag"] for heard in tags}) == 4


def test_a_page_of_the_same_size_and_moment_is_told_from_the_one_before(nginx: Nginx) -> None:
    page = nginx.behind.data / "public" / "simple" / "many" / "index.html"
    pages = DiskPages(nginx.behind.data / "public")
    held: dict[str, bytes] = {}
    for number in range(20):
        body = b"%05d" % number * 200
        pages.put("simple/many/index.html", body)
        for encoding in ("gzip", "identity"):
            named = {"If_None_Match": held[encoding]} if encoding in held else {}
            heard = ask(nginx.server.port, "/simple/many/", Accept_Encoding=encoding, **named)
            told = gzip.decompress(heard.body) if encoding == "gzip" else heard.body
            assert (heard.status, told) == (200, body)
            held[encoding] = heard.headers["ETag"]
    assert page.stat().st_mtime_ns > time.time_ns()


def test_a_quarantine_holds_at_once_and_says_why(nginx: Nginx) -> None:
    body = wheel("closing", "1.0")
    publish(nginx.server, wheel_filename("closing", "1.0"), body)
    port, place = nginx.server.port, address(wheel_filename("closing", "1.0"), body)
    tag = ask(port, place).headers["ETag"]
    status = ("project", "status", "--data", nginx.behind.data, "closing")
    program(*status, "quarantined", "--reason", "case 42", settings=nginx.behind.settings)
    for named in ({}, {"If_None_Match": tag}, {"Range": "bytes=0-"}):
        heard = ask(port, place, **named)
        assert (heard.status, heard.reason[:20]) == (403, "Quarantined: case 42")
    assert b"closing-1.0" not in ask(port, "/simple/closing/").body
    program(*status, "active", settings=nginx.behind.settings)
    assert ask(port, place).body == body


@pytest.mark.parametrize("client", ["pip", "uv"])
def test_clients_install_and_hear_of_a_quarantine(
    nginx: Nginx, clients: Clients, client: str
) -> None:
    python = clients.venv("env")
    install = {
        "pip": lambda *what: clients.pip(python, "install", *what),
        "uv": lambda *what: clients.uv("pip", "install", "--python", python, *what),
    }[client]
    ran = install("--index-url", nginx.server.index, "parcel==1.1")
    assert ran.code == 0, ran.text
    assert clients.run(python, "-c", "import parcel; print(parcel.VALUE)").text == "1\n"
    refused = install(nginx.server.url + FILES["bad"])
    assert "Quarantined: case 42" in refused.text


@pytest.mark.parametrize("client", ["twine", "uv"])
def test_clients_publish_and_hear_why_not(
    nginx: Nginx, clients: Clients, tmp_path: Path, client: str
) -> None:
    upload = clients.twine if client == "twine" else clients.uv_publish
    file = tmp_path / wheel_filename(f"sent-{client}", "1.0")
    file.write_bytes(wheel(f"sent-{client}", "1.0", files={"big.bin": os.urandom(3_000_000)}))
    assert upload(nginx.server.url, nginx.server.token, file).code == 0
    page = ask(nginx.server.port, f"/simple/sent-{client}/").body
    assert file.name.encode() in page
    file.write_bytes(wheel(f"sent-{client}", "1.0", files={"other.py": b""}))
    ran = upload(nginx.server.url, nginx.server.token, file)
    assert "already exists with other content" in ran.text
    file.write_bytes(wheel(f"sent-{client}", "1.0", files={"big.bin": os.urandom(9_000_000)}))
    ran = upload(nginx.server.url, nginx.server.token[:-4] + "aaaa", file)
    assert ran.code != 0
    assert "The checksum of the token is wrong. Copy the whole token again" in ran.text


def test_a_token_for_one_request_lasts_for_one(nginx: Nginx) -> None:
    once = program("token", "narrow", "--once", nginx.server.token)
    through = replace(nginx.server, token=once)
    outcomes = [
        post(through, wheel_filename("once", version), wheel("once", version))[:2]
        for version in ("1.0", "2.0")
    ]
    assert [status for status, _ in outcomes] == [200, 403]
    assert outcomes[1][1].startswith("The token was for one request, and was used.")


def slow(port: int, head: str, sent: bytes = b"") -> socket.socket:
    """Send the beginning of a request, and no more of it."""
    connection = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
    connection.sendall(f"{head}\r\nHost: 127.0.0.1\r\n".encode() + sent)
    return connection


def test_slow_clients_hold_no_thread_of_the_registry(nginx: Nginx) -> None:
    # Eight times as many of each kind as there are threads, and within what one address may do.
    port = nginx.server.port
    token = headers(nginx.server)["Authorization"]
    length = "Content-Length: 1000000\r\nContent-Type: multipart/form-data; boundary=x"
    begun = [
        *(slow(port, "GET /search/ HTTP/1.1") for _ in range(16)),
        *(slow(port, "POST /sign-out/ HTTP/1.1", b"Content-Length: 9\r\n\r\na") for _ in range(16)),
        *(
            slow(port, "POST /legacy/ HTTP/1.1", f"{who}{length}\r\n\r\nabc".encode())
            for who in ("", f"Authorization: {token}\r\n", "Authorization: Bearer x\r\n")
            for _ in range(6)
        ),
    ]
    time.sleep(0.5)
    for path in ("/search/", "/simple/nothing/", "/health/ready"):
        began = time.monotonic()
        assert ask(port, path).status in {200, 404}
        assert time.monotonic() - began < 2
    for connection in begun:
        connection.close()


def test_too_many_uploads_from_one_address_are_told_to_wait(nginx: Nginx) -> None:
    port, token = nginx.server.port, headers(nginx.server)["Authorization"]
    named = f"Authorization: {token}\r\nContent-Length: 9\r\n\r\n".encode()
    begun = [slow(port, "POST /legacy/ HTTP/1.1", named) for _ in range(8)]
    time.sleep(0.5)
    heard = ask(port, "/legacy/", "POST", Authorization=token)
    assert (heard.status, heard.headers["Retry-After"]) == (429, "60")
    assert json.loads(heard.body)["code"] == "too-many-requests"
    for connection in begun:
        connection.close()


def test_a_link_cannot_be_guessed_fast_and_stands_in_no_log(nginx: Nginx) -> None:
    secret = "s3cret-of-a-link"
    answers = [ask(nginx.server.port, f"/sign-in/{secret}?x={secret}").status for _ in range(30)]
    assert answers.count(429) >= 8
    ask(nginx.server.port, f"/claim/{secret}")
    ask(nginx.server.port, "/search/?q=" + secret)
    assert '"GET /sign-in/... HTTP/1.1" 429' in nginx.log
    assert '"GET /claim/... HTTP/1.1" 429' in nginx.log
    assert '"GET /search/ HTTP/1.1" 200' in nginx.log
    assert secret not in nginx.log


def test_a_file_above_the_limit_is_refused_in_words(nginx: Nginx) -> None:
    body = wheel("large", "1.0", files={"big.bin": os.urandom(10_000_000)})
    status, reason, _ = post(nginx.server, wheel_filename("large", "1.0"), body)
    assert (status, "9999999 bytes" in reason) == (413, True), reason
    body = wheel("large", "1.0", files={"big.bin": os.urandom(29_000_000)})
    status, _, told = post(nginx.server, wheel_filename("large", "1.0"), body)
    assert (status, json.loads(told)["code"]) == (413, "body-too-large")


def test_only_what_stands_in_front_speaks_for_a_client(nginx: Nginx, tmp_path: Path) -> None:
    # A token for another network is refused whatever address a client claims to have.
    token = program("token", "narrow", "--network", "192.0.2.0/24", nginx.server.token)
    named = {"Authorization": f"Bearer {token}", "X_Forwarded_For": "192.0.2.7"}
    assert ask(nginx.server.port, "/legacy/credential", **named).status == 403
    behind = replace(
        nginx.behind,
        settings=nginx.behind.settings | {"STRONGROOM_PUBLIC_URL": f"http://127.0.0.1:{free_port()}"},
    )
    with running(tmp_path / "second", behind, "--behind", "127.0.0.0/8") as through:
        assert ask(through.server.port, "/legacy/credential", **named).status == 204


def test_counts_are_for_nobody_outside(nginx: Nginx) -> None:
    assert ask(nginx.server.port, "/metrics").status == 403
    assert ask(nginx.behind.port, "/metrics").status == 200


def test_an_address_that_is_nobodys_is_not_shown(nginx: Nginx) -> None:
    for path in ("/.strongroom/credential", "/.strongroom/refused"):
        assert ask(nginx.server.port, path).status == 404
    for path in ("/strongroom.toml", "/keys/master.json", "/simple/../keys/master.json"):
        assert ask(nginx.server.port, path).status == 404


def test_reads_go_on_without_the_application_and_the_rest_is_told(nginx: Nginx) -> None:
    nginx.behind.kill()
    port = nginx.server.port
    try:
        for path in ("/", "/project/parcel/", "/rss/updates.xml", FILES["1.0"] + ".metadata"):
            for encoding in ("gzip", "identity"):
                assert ask(port, path, Accept_Encoding=encoding).status == 200
        for accept in ("", PIP, UV, BROWSER, JSON, "*/*", "text/html"):
            for path in ("/simple/", "/simple/parcel/"):
                assert ask(port, path, Accept=accept, Accept_Encoding="gzip").status == 200
        for form in (JSON, JSON.replace("+", "%2B"), "text/html"):
            assert ask(port, f"/simple/parcel/?format={form}").status == 200
        for wanted in ("bytes=0-", "bytes=5-9", "bytes=-5"):
            assert ask(port, FILES["1.0"], Range=wanted).status == 206
        for method, path in (("GET", "/simple/x/"), ("GET", "/search/"), ("POST", "/legacy/")):
            away = ask(port, path, method)
            assert (away.status, away.headers["Retry-After"]) == (503, "60")
            assert json.loads(away.body)["code"] == "registry-away"
        assert ask(port, "/claim/s3cret").status in {429, 503}
        assert "s3cret" not in nginx.log
    finally:
        nginx.behind.start()
