"""Another registry as a source, hostile ones among them."""

import hashlib
import json
import socket
from collections.abc import Sequence
from typing import Any

import pytest

from strongroom.core.errors import StrongroomError
from strongroom.stores.addresses import networks
from strongroom.stores.outside import Outside
from strongroom.upstream.sources import index as module
from strongroom.upstream.sources.found import Offer
from strongroom.upstream.sources.index import Index, offer
from strongroom.upstream.sources.simple import JSON
from tests.fakes.servers import Route, Said, answer, moved, serving

GUARD = Outside("strongroom/test", networks(["127.0.0.0/8"]))
BODY = b"bytes of a file"
SHA256 = hashlib.sha256(BODY).hexdigest()


def page(*files: dict[str, Any]) -> bytes:
    """Return the answer of a project's page."""
    return answer(json.dumps({"files": files}).encode(), JSON)


def listed(filename: str = "parcel-1.0.tar.gz", **fields: object) -> dict[str, Any]:
    """Return a file as an index lists it."""
    url = f"../../files/{filename}"
    return {"filename": filename, "url": url, "hashes": {"sha256": SHA256}, **fields}


def read(server: Said, *names: str, login: str = "") -> Offer:
    """Read an index."""
    told: list[tuple[int, int]] = []
    index = Index(f"{server.url}/simple", GUARD, 1000, login)
    return offer(index, names, lambda done, total: told.append((done, total)))


def refused(found: Sequence[Any]) -> str:
    """Return the code for which the only file is refused, before or while it is fetched."""
    (one,) = found
    if one.refusal is not None:
        return str(one.refusal.code)
    with pytest.raises(StrongroomError) as refusal:
        list(one.blocks())
    return refusal.value.code


def test_a_file_is_found_on_a_page_and_fetched() -> None:
    routes = {
        "/simple/parcel/": page(listed(size=len(BODY))),
        "/files/parcel-1.0.tar.gz": answer(BODY),
    }
    with serving(routes) as server:
        (found,) = read(server, "Parcel").files
        assert b"".join(found.blocks()) == BODY
    assert (found.claims["name"], found.sha256) == (["parcel"], SHA256)
    assert f"Accept: {JSON}, " in server.requests[0]


def test_all_projects_are_read_from_the_list() -> None:
    projects = {"projects": [{"name": "b"}, {"name": "a"}]}
    routes = {
        "/simple/": answer(json.dumps(projects).encode(), JSON),
        "/simple/a/": page(listed("a-1.tar.gz")),
        "/simple/b/": page(listed("b-1.tar.gz")),
    }
    with serving(routes) as server:
        assert [one.filename for one in read(server).files] == ["a-1.tar.gz", "b-1.tar.gz"]


def test_a_release_is_yanked_if_all_its_files_are_and_else_it_is_told() -> None:
    files = (
        listed("parcel-1.0.tar.gz", yanked=True),
        listed("parcel-1.0-py3-none-any.whl", yanked="torn"),
        listed("parcel-1.1.tar.gz", yanked="torn"),
        listed("parcel-1.1-py3-none-any.whl"),
        listed("parcel-1.2.tar.gz"),
        listed("unreadable.zip", yanked="torn"),
        listed("parcel-1.0.tar.gz.asc"),
    )
    with serving({"/simple/parcel/": page(*files)}) as server:
        offered = read(server, "parcel")
    assert [one.yanked for one in offered.files] == ["torn", "torn", None, None, None, None]
    assert offered.notes == (
        "1 files of parcel are no distributions and were left.",
        "parcel 1.1 is yanked there only in part; here it is not yanked.",
    )


def test_files_may_lie_on_another_host_but_not_inside() -> None:
    with serving({"/parcel-1.0.tar.gz": answer(BODY)}) as inside:
        away = listed(url=f"{inside.url}/parcel-1.0.tar.gz")
        with serving({"/simple/parcel/": page(away)}) as server:
            assert refused(read(server, "parcel").files) == "outside-address-refused"
    assert inside.requests == []


def test_a_file_that_redirects_inside_is_refused() -> None:
    with serving({"/": answer(b"secret")}) as inside:
        routes = {
            "/simple/parcel/": page(listed()),
            "/files/parcel-1.0.tar.gz": moved(inside.url),
        }
        with serving(routes) as server:
            assert refused(read(server, "parcel").files) == "outside-address-refused"
    assert inside.requests == []


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "gopher://x/", "http://[", "http://user:p@x.test/", "a b"]
)
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with serving({"/simple/parcel/": page(listed(url=url))}) as server:
        assert refused(read(server, "parcel").files) == "outside-url-invalid"


def test_a_path_that_climbs_stays_on_the_server() -> None:
    climbing = listed(url="../../../../../../etc/passwd")
    routes = {"/simple/parcel/": page(climbing), "/etc/passwd": answer(b"theirs")}
    with serving(routes) as server:
        (found,) = read(server, "parcel").files
        assert found.place == f"{server.url}/etc/passwd"


def test_a_file_without_a_digest_is_refused() -> None:
    with serving({"/simple/parcel/": page(listed(hashes={"md5": "x"}))}) as server:
        assert refused(read(server, "parcel").files) == "import-digest-missing"


def test_a_file_longer_than_the_page_says_is_cut() -> None:
    routes = {"/simple/parcel/": page(listed(size=3)), "/files/parcel-1.0.tar.gz": answer(BODY)}
    with serving(routes) as server:
        assert refused(read(server, "parcel").files) == "outside-too-large"


def endless(connection: socket.socket) -> None:
    """Send a page that does not end."""
    connection.sendall(f"HTTP/1.1 200 OK\r\nContent-Type: {JSON}\r\n\r\n".encode())
    while True:
        connection.sendall(b" " * (1 << 20))


@pytest.mark.parametrize(
    ("route", "code"),
    [
        (endless, "outside-too-large"),
        (answer(b"<p>hello", "application/pdf"), "upstream-not-an-index"),
        (answer(b"<p>hello", JSON), "upstream-unreadable"),
        (answer(b"", status="404 Not Found"), "upstream-has-none"),
        (answer(b"", status="401 Unauthorized"), "upstream-refused"),
        (answer(b"", status="503 Busy"), "upstream-failed"),
        (moved("http://10.0.0.1/"), "outside-address-refused"),
        (moved("/simple/parcel/"), "outside-redirected"),
    ],
)
def test_a_page_that_is_none_is_told_and_the_others_are_read(route: Route, code: str) -> None:
    with serving({"/simple/parcel/": route, "/simple/b/": page(listed("b-1.tar.gz"))}) as server:
        first, second = read(server, "parcel", "b").files
    assert (refused([first]), second.filename) == (code, "b-1.tar.gz")


def test_a_server_that_is_gone_ends_the_reading() -> None:
    down = answer(b"", status="503 Busy")
    names = [f"p{n}" for n in range(9)]
    with (
        serving({f"/simple/{name}/": down for name in names}) as server,
        pytest.raises(StrongroomError) as refusal,
    ):
        read(server, *names)
    assert refusal.value.code == "upstream-failed"
    assert len(server.requests) == module.FAILURES_IN_A_ROW


def test_credentials_go_to_the_index_alone() -> None:
    with serving({"/": answer(b"")}) as other:
        routes = {
            "/simple/a/": page(listed("a-1.tar.gz"), listed("a-2.tar.gz", url=other.url)),
            "/files/a-1.tar.gz": answer(BODY),
        }
        with serving(routes) as server:
            offered = read(server, "a", login="alice:secret")
            assert b"".join(offered.files[0].blocks()) == BODY
            wide = Index(server.url, GUARD, 10, "alice:secret")
            assert module._for(wide, other.url)[1] == {}
    basic = "Authorization: Basic YWxpY2U6c2VjcmV0\r\n"
    assert [basic in one for one in server.requests] == [True, True]


def test_an_index_of_too_many_projects_is_refused() -> None:
    many = {"projects": [{"name": f"p{n}"} for n in range(module.PROJECTS_AT_MOST + 1)]}
    with (
        serving({"/simple/": answer(json.dumps(many).encode(), JSON)}) as server,
        pytest.raises(StrongroomError) as refusal,
    ):
        read(server)
    assert refusal.value.code == "import-too-many-projects"
