import gzip
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import EnvironBuilder, TestResponse

from strongroom.core.actors import OPERATOR
from strongroom.ecosystems.pypi.knowledge import PyPI
from strongroom.ecosystems.pypi.wire.reads import PREFIXES, Reads, negotiate
from strongroom.packages.catalog.changes import target
from strongroom.packages.catalog.removal import remove
from tests.fakes.distributions import Metadata, wheel
from tests.fakes.folders import disk_pages
from tests.fakes.registry import URL, Registry

JSON = "application/vnd.pypi.simple.v1+json"
HTML = "application/vnd.pypi.simple.v1+html"
TEXT = "text/html; charset=utf-8"
PIP = f"{JSON}, {HTML}; q=0.1, text/html; q=0.01"
UV = f"{JSON}, {HTML};q=0.2, text/html;q=0.01"

printed = st.text(st.characters(codec="utf-8"), max_size=30)


def problem(answer: TestResponse) -> dict[str, object]:
    """Return a refusal's body."""
    assert answer.content_type == "application/problem+json"
    told: dict[str, object] = json.loads(answer.data)
    return told


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        (PIP, JSON),
        (UV, JSON),
        ("", TEXT),
        ("*/*", TEXT),
        ("text/html", TEXT),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", TEXT),
        (HTML, HTML),
        (JSON.upper(), JSON),
        ("application/vnd.pypi.simple.latest+json", JSON),
        ("application/vnd.pypi.simple.latest+html", HTML),
        ("application/vnd.pypi.simple.v2+json", TEXT),
        (f"{JSON};q=0.1, {HTML};q=0.9", HTML),
        (f"{JSON};q=0, text/html;q=0.5", TEXT),
        (f"{JSON};q=0", TEXT),
        (f"{HTML};q=0.5, {JSON};q=0.5", HTML),
        (f"{JSON};q=high", TEXT),
        (f"{JSON};q=nan", TEXT),
        (f"{JSON};level=1;q=0.3, {HTML};q=0.2", JSON),
        ("application/json", TEXT),
        (",;,;q=,", TEXT),
    ],
)
def test_the_index_comes_in_the_type_that_the_client_prefers(accept: str, chosen: str) -> None:
    assert negotiate(accept)[0] == chosen


@pytest.mark.parametrize("accept", [PIP, UV])
def test_pip_and_uv_get_json_and_caches_are_told_what_it_depends_on(
    registry: Registry, accept: str
) -> None:
    registry.publish("Example", "1.0")
    answer = registry.get("/simple/example/", accept=accept)
    assert answer.content_type == JSON
    assert answer.headers["Vary"] == "Accept, Accept-Encoding"
    assert [file["filename"] for file in json.loads(answer.data)["files"]] == [
        "example-1.0-py3-none-any.whl"
    ]


@pytest.mark.parametrize(
    "query", [f"format={JSON}", "format=application%2Fvnd.pypi.simple.v1%2Bjson"]
)
def test_the_format_in_the_query_goes_before_the_accept_header(
    registry: Registry, query: str
) -> None:
    registry.publish("example", "1.0")
    assert registry.get(f"/simple/example/?{query}", accept="text/html").content_type == JSON


def test_a_format_that_is_not_known_is_answered_with_the_oldest_one(registry: Registry) -> None:
    assert registry.get("/simple/?format=yaml", accept=JSON).content_type == TEXT


@pytest.mark.parametrize(
    ("path", "to"),
    [
        ("/simple", "/simple/"),
        ("/simple?format=json", "/simple/?format=json"),
        ("/simple/example", "/simple/example/"),
        ("/simple/Ex__Ample", "/simple/ex-ample/"),
        ("/simple/Ex__Ample/", "/simple/ex-ample/"),
        ("/simple/Ex.Ample/?format=a%2Fb&x=1", "/simple/ex-ample/?format=a%2Fb&x=1"),
        ("/pypi/Ex_Ample/json", "/pypi/ex-ample/json"),
        ("/pypi/Ex_Ample/1.0/json?a=b", "/pypi/ex-ample/1.0/json?a=b"),
    ],
)
def test_another_spelling_is_redirected_on_this_host_with_its_query(
    registry: Registry, path: str, to: str
) -> None:
    answer = registry.get(path)
    assert answer.status_code == 301
    assert answer.headers["Location"] == to


@given(name=printed, query=st.binary(max_size=30))
def test_nothing_that_a_client_asks_for_ends_a_header(
    tmp_path_factory: pytest.TempPathFactory, name: str, query: bytes
) -> None:
    reads = Reads(disk_pages(tmp_path_factory.getbasetemp() / "empty"), PyPI(URL))
    rooms = [
        f"/{room}/{name}{rest}" for room in PREFIXES for rest in ("", "/", "/json", "/1.0/json")
    ]
    for path in (*rooms, f"/simple/A{name}", f"/integrity/a/1/{name}/provenance"):
        answer = reads.answer(path, query.decode("latin-1"), {})
        for value in (answer.reason, *(value for _, value in answer.headers)):
            assert all(" " <= letter <= "~" for letter in value)


@given(path=printed, accept=printed, wanted=printed)
def test_no_address_and_no_header_is_too_much(
    tmp_path_factory: pytest.TempPathFactory, path: str, accept: str, wanted: str
) -> None:
    reads = Reads(disk_pages(tmp_path_factory.getbasetemp() / "empty"), PyPI(URL))
    for room in PREFIXES:
        headers = {"accept": accept, "range": wanted, "if-none-match": accept}
        assert reads.answer(f"/{room}/{path}", path, headers).status in {301, 404}


@pytest.mark.parametrize(
    "path",
    [
        "/simple/" + "a" * 300 + "/",
        "/rss/" + "a" * 300 + ".xml",
        "/rss/" + "a/" * 3000 + "a.xml",
        "/pypi/a/" + "1" * 5000 + "/json",
        "/files/pypi/aa/aa/" + "a" * 60 + "/" + "a" * 300,
        "/files/pypi/aa/aa/" + "a" * 60 + "/%00.whl",
        "/files/pypi/aa/aa/" + "a" * 60 + "/..",
        "/simple/..%2f..%2fkeys/",
        "/rss/..%2f..%2fx.xml",
        "/simple/%ff%fe/",
        "/pypi/example/not-a-version/json",
        "/pypi/example",
        "/files/pypi/aa/aa/" + "a" * 60 + "/unknown-1.0-py3-none-any.whl",
        "/rss/project/example/releases.xml",
    ],
)
def test_an_address_that_leads_nowhere_is_404_with_a_sentence(
    registry: Registry, path: str
) -> None:
    answer = registry.get(path)
    assert answer.status_code == 404
    assert answer.status == f"404 {problem(answer)['detail']}"


def test_an_unknown_project_is_404_with_its_name_in_the_reason_phrase(registry: Registry) -> None:
    assert registry.get("/simple/nothing/").status == (
        "404 There is no nothing here. Check the spelling."
    )
    assert registry.get("/pypi/nothing/1.0/json").status == (
        "404 There is no nothing 1.0 here. Check the spelling."
    )


def test_head_says_what_get_would_and_has_no_body(registry: Registry) -> None:
    path = registry.publish("example", "1.0")
    for address in ("/simple/example/", "/pypi/example/json", path, "/simple/nothing/"):
        got, asked = registry.get(address), registry.client.head(address, buffered=True)
        assert asked.data == b""
        assert asked.status == got.status
        for answer in (got, asked):
            del answer.headers["X-Request-ID"]
        assert asked.headers == got.headers
        assert int(asked.headers["Content-Length"]) == len(got.data)


def test_what_the_client_has_already_is_not_sent_again(registry: Registry) -> None:
    path = registry.publish("example", "1.0")
    for address in ("/simple/example/", "/pypi/example/json", "/rss/updates.xml", path):
        etag = registry.get(address).headers["ETag"]
        for held in (etag, f'"other", W/{etag}', "*"):
            answer = registry.get(address, If_None_Match=held)
            assert (answer.status, answer.data) == ("304 Not Modified", b"")
            assert answer.headers["ETag"] == etag
            assert "Cache-Control" in answer.headers


def test_a_page_that_changed_is_sent_again(registry: Registry) -> None:
    registry.publish("example", "1.0")
    etag = registry.get("/simple/example/").headers["ETag"]
    registry.publish("example", "1.1")
    assert registry.get("/simple/example/", If_None_Match=etag).status_code == 200


def test_a_page_is_compressed_for_whoever_takes_it_so(registry: Registry) -> None:
    registry.publish("example", "1.0")
    plain = registry.get("/simple/example/", accept=PIP)
    packed = registry.get("/simple/example/", accept=PIP, Accept_Encoding="gzip, deflate, br")
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert packed.headers["ETag"] != plain.headers["ETag"]
    refused = registry.get("/simple/example/", accept=PIP, Accept_Encoding="gzip;q=0, br")
    assert "Content-Encoding" not in refused.headers


def test_the_serial_of_the_newest_event_is_told(registry: Registry) -> None:
    registry.publish("example", "1.0")
    serials = [
        int(registry.get(path, accept=PIP).headers["X-PyPI-Last-Serial"])
        for path in ("/simple/example/", "/pypi/example/json", "/pypi/example/1.0/json")
    ]
    assert len(set(serials)) == 1
    assert 0 < int(registry.get("/simple/").headers["X-PyPI-Last-Serial"]) <= serials[0]
    registry.publish("example", "1.1")
    assert int(registry.get("/simple/example/").headers["X-PyPI-Last-Serial"]) > serials[0]


@pytest.mark.parametrize(
    ("wanted", "status", "told"),
    [
        ("bytes=0-9", 206, "bytes 0-9/{size}"),
        ("bytes=10-", 206, "bytes 10-{last}/{size}"),
        ("bytes=-5", 206, "bytes {fifth}-{last}/{size}"),
        ("bytes=0-999999999", 206, "bytes 0-{last}/{size}"),
        ("bytes=999999999-", 416, "bytes */{size}"),
        ("bytes=-0", 416, "bytes */{size}"),
        ("bytes=9-1", 200, None),
        ("bytes=0-1,4-5", 200, None),
        ("bytes=-", 200, None),
        ("items=0-1", 200, None),
        ("bytes=0-" + "9" * 5000, 200, None),
        ("bytes=٠-٩", 200, None),  # noqa: RUF001 - digits, but not those of HTTP
    ],
)
def test_a_part_of_a_file_can_be_asked_for(
    registry: Registry, wanted: str, status: int, told: str | None
) -> None:
    path = registry.publish("example", "1.0")
    whole = wheel("example", "1.0")
    answer = registry.get(path, Range=wanted.encode().decode("latin-1"))
    size = len(whole)
    place = told and told.format(size=size, last=size - 1, fifth=size - 5)
    assert (answer.status_code, answer.headers.get("Content-Range")) == (status, place)
    if status == 206:
        first, _, last = str(place).removeprefix("bytes ").partition("/")[0].partition("-")
        assert answer.data == whole[int(first) : int(last) + 1]


def test_a_part_of_other_bytes_than_the_client_holds_is_the_whole_file(registry: Registry) -> None:
    path = registry.publish("example", "1.0")
    assert registry.get(path, Range="bytes=0-3", If_Range='"old"').status_code == 200
    etag = registry.get(path).headers["ETag"]
    assert registry.get(path, Range="bytes=0-3", If_Range=etag).data == b"PK\x03\x04"


def test_a_file_never_runs_as_a_page_of_this_site(registry: Registry) -> None:
    headers = registry.get(registry.publish("example", "1.0"), accept="text/html").headers
    assert headers["Content-Type"] == "application/octet-stream"
    assert headers["Content-Disposition"] == "attachment"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in headers["Content-Security-Policy"]


def test_the_metadata_beside_a_wheel_is_that_of_the_wheel(registry: Registry) -> None:
    said = Metadata(summary="Prüfstück")
    path = registry.publish("example", "1.0", said)
    assert registry.get(path + ".metadata").data == said.render("example", "1.0")


def test_a_quarantined_file_is_403_with_the_reason_in_the_phrase(registry: Registry) -> None:
    path = registry.publish("example", "1.0")
    registry.set_status("example", "quarantined", "malware, case 42")
    for address in (path, path + ".metadata"):
        answer = registry.get(address)
        assert answer.status.startswith("403 Quarantined: malware, case 42")
        assert problem(answer)["code"] == "project-quarantined"
        assert answer.headers["Cache-Control"] == "no-store"


def test_a_reason_cannot_split_the_response(registry: Registry) -> None:
    path = registry.publish("example", "1.0")
    registry.set_status("example", "quarantined", "bad\r\nSet-Cookie: a=b\n\nÄ")
    assert registry.get(path).status.startswith("403 Quarantined: bad Set-Cookie: a=b ?")


def test_a_quarantine_that_ends_gives_the_files_back(registry: Registry) -> None:
    path = registry.publish("example", "1.0")
    registry.set_status("example", "quarantined", "")
    assert registry.get(path).status.startswith("403 Quarantined by this registry.")
    registry.set_status("example", "active", "")
    assert registry.get(path).data == wheel("example", "1.0")


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "PATCH", "get"])
def test_what_only_can_be_read_answers_405_and_says_what_can_be_done(
    registry: Registry, method: str
) -> None:
    for path in ("/simple/", "/pypi/example/json", "/rss/updates.xml", "/files/x", "/pypi"):
        environ = EnvironBuilder(path).get_environ() | {"REQUEST_METHOD": method}
        answer = registry.client.open(environ, buffered=True)
        told = "This address can only be read; uploads go to /legacy/."
        assert answer.status == f"405 {method} is not possible here. {told}"
        assert answer.headers["Allow"] == "GET, HEAD"


def test_there_is_no_provenance_yet_and_json_says_so(registry: Registry) -> None:
    registry.publish("example", "1.0")
    answer = registry.get("/integrity/example/1.0/example-1.0-py3-none-any.whl/provenance")
    assert answer.status_code == 404
    assert problem(answer)["code"] == "no-provenance"


def test_a_yanked_release_says_why_in_the_index(registry: Registry) -> None:
    registry.publish("example", "1.0")
    registry.yank("example", "1.0", "broken <metadata>")
    listed = json.loads(registry.get("/simple/example/", accept=PIP).data)
    assert listed["files"][0]["yanked"] == "broken <metadata>"
    assert b'data-yanked="broken &lt;metadata&gt;"' in registry.get("/simple/example/").data


def test_a_new_registry_has_an_empty_index(registry: Registry) -> None:
    listed = json.loads(registry.get("/simple/", accept=PIP).data)
    assert listed["projects"] == []
    assert listed["meta"]["api-version"] == "1.4"


def test_the_shelf_is_read_as_it_stands_on_disk(data: Path, registry: Registry) -> None:
    registry.publish("example", "1.0")
    shown = (data / "public" / "simple" / "example" / "index.json").read_bytes()
    assert registry.get("/simple/example/", accept=PIP).data == shown


def test_the_index_says_which_python_a_file_requires(registry: Registry) -> None:
    registry.publish("example", "1.0", metadata=Metadata(requires_python=">=3.99"))
    page = registry.get("/simple/example/", Accept=JSON)
    assert json.loads(page.data)["files"][0]["requires-python"] == ">=3.99"
    assert 'data-requires-python="&gt;=3.99"' in registry.get("/simple/example/").text
    assert (
        json.loads(registry.get("/pypi/example/json").data)["urls"][0]["requires_python"]
        == ">=3.99"
    )


def test_whatever_a_removed_release_had_is_410_with_the_reason_in_the_phrase(
    registry: Registry,
) -> None:
    path = registry.publish("example", "1.0")
    registry.publish("example", "2.0")
    desk = registry.house.desk
    remove(desk, OPERATOR, target(desk, "pypi", "example", "1.0"), "Leaked a key.")
    for gone in (path, f"{path}.metadata", "/pypi/example/1.0/json"):
        answer = registry.get(gone)
        assert answer.status == (
            "410 This release was removed: Leaked a key. It does not come back;"
            " use another version."
        )
        assert problem(answer)["code"] == "release-removed"
        assert registry.client.head(gone).status_code == 410
    assert b"1.0-py3" not in registry.get("/simple/example/").data
    assert registry.get("/pypi/example/json").json["info"]["version"] == "2.0"  # type: ignore[index] # a document


def test_a_removal_without_a_reason_and_with_a_hostile_one_is_one_line(registry: Registry) -> None:
    desk = registry.house.desk
    for version, reason in (("1.0", ""), ("2.0", '\u00c4 \u2028 quo"te')):
        path = registry.publish("example", version)
        remove(desk, OPERATOR, target(desk, "pypi", "example", version), reason)
        assert registry.get(path).status.isascii()
    assert registry.get("/simple/example/").status_code == 200
    assert registry.get("/pypi/example/json").status_code == 404
