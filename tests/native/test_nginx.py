"""nginx answers as the application does, which stands behind it and is asked the same."""

import gzip
import time

import pytest

from tests.fakes.distributions import wheel, wheel_filename
from tests.fakes.folders import disk_pages
from tests.native.nginx import BROWSER, JSON, PIP, UV, Heard, Nginx, ask, needs_nginx
from tests.native.server import program
from tests.native.uploads import publish

pytestmark = [pytest.mark.native, needs_nginx]

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


def compared(heard: Heard) -> dict[str, object]:
    """Return what must be the same of an answer, whoever gave it."""
    told = {name: heard.headers.get(name) for name in SAME}
    if heard.status == 206:
        del told["Accept-Ranges"]  # which a part says by itself
    return {"status": heard.status, "reason": heard.reason, "body": heard.body, **told}


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
        "the file": nginx.files["1.0"],
        "its metadata": nginx.files["1.0"] + ".metadata",
        "the bad file": nginx.files["bad"],
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
        ask(port, nginx.files["1.0"], Range=wanted)
        for port in (nginx.behind.port, nginx.server.port)
    )
    assert compared(its) == compared(ours)


def test_a_part_that_ends_before_it_begins_is_the_whole(nginx: Nginx) -> None:
    ours, its = (
        ask(port, nginx.files["1.0"], Range="bytes=5-2")
        for port in (nginx.behind.port, nginx.server.port)
    )
    assert (its.status, its.body) == (ours.status, ours.body) == (200, ours.body)


@pytest.mark.parametrize("encoding", ["gzip", "identity"])
@pytest.mark.parametrize("path", ["/simple/parcel/", "/project/parcel/", "the file"])
def test_what_a_client_has_is_not_sent_again(nginx: Nginx, path: str, encoding: str) -> None:
    path = nginx.files["1.0"] if path == "the file" else path
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
    pages = disk_pages(nginx.behind.data / "public")
    held: dict[str, str] = {}
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


def test_a_private_project_is_handed_on_to_whoever_asks_who_reads(nginx: Nginx) -> None:
    behind, body = nginx.behind, wheel("walled", "1.0")
    owner = ("--owner", "alice", "--private")
    program("project", "create", "--data", behind.data, "walled", *owner, settings=behind.settings)
    digest = publish(behind, wheel_filename("walled", "1.0"), body)
    place = f"/simple/walled/{digest}/{wheel_filename('walled', '1.0')}"
    bearer = f"Bearer {behind.token}"
    for path in ("/simple/walled/", place, "/project/walled/", "/pypi/walled/json"):
        assert ask(nginx.server.port, path).status == 404
        heard = ask(nginx.server.port, path, Authorization=bearer)
        assert heard.status == 200
        assert heard.headers["Cache-Control"].startswith("private")
    assert ask(nginx.server.port, place, Authorization=bearer).body == body
