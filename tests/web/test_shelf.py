import re
from dataclasses import replace

import pytest

from strongroom.core.ecosystem import Listing, Newest, ReleaseListing
from strongroom.core.events import Kind
from strongroom.core.findings import Finding, Severity
from strongroom.web.shelf import SHOWN, FrontPages, project_pages
from tests.web.specimens import NOON, URL, Reader, happened, listing, release, with_history

PROJECT = "web/pypi/parcel/index.html"
HISTORY = "web/pypi/parcel/history.html"


def pages(shown: Listing, touched: frozenset[str] | None = None) -> dict[str, bytes]:
    return {page.path: page.body for page in project_pages(URL, "Depot")(shown, touched)}


def project(shown: Listing) -> Reader:
    return Reader(pages(shown)[PROJECT])


def test_a_project_has_its_own_page_one_a_release_and_a_history() -> None:
    shown = listing(release("2.0"), release("1.0"))
    assert list(pages(shown)) == [
        PROJECT,
        "web/pypi/parcel/2/index.html",
        "web/pypi/parcel/1/index.html",
        HISTORY,
    ]


def test_only_touched_releases_are_rendered() -> None:
    shown = listing(release("2.0"), release("1.0"))
    assert list(pages(shown, frozenset({"1"}))) == [
        PROJECT,
        "web/pypi/parcel/1/index.html",
        HISTORY,
    ]


def test_a_project_without_releases_still_has_a_page() -> None:
    shown = with_history()
    bare = Listing(shown.project, shown.name, "active", "", 1, NOON, ())
    assert "no releases yet" in project(bare).text


def test_a_release_page_speaks_of_that_release_alone() -> None:
    shown = pages(listing(release("2.0"), release("1.0")))["web/pypi/parcel/1/index.html"]
    assert "2.0" not in Reader(shown).text
    assert "parcel==1.0" in Reader(shown).text


def test_a_file_shows_its_digests_size_moment_and_uploader() -> None:
    shown = listing()
    file = shown.releases[0].files[0]
    page = project(shown)
    for expected in (file.digests.sha256, file.digests.blake2b_256, "18.4 KiB", "12:00 UTC"):
        assert expected in page.text
    assert "/user/marta/" in page.values("href")
    assert f"/{file.path}" in page.values("href")


def test_a_finding_stands_beside_its_file() -> None:
    found = Finding("secrets", "token", Severity.WARNING, "Holds a token.", "a.py line 3")
    one = release()
    files = (replace(one.files[0], findings=(found,)),)
    text = project(listing(replace(one, files=files))).text
    assert "Warning: Holds a token. (a.py line 3)" in text


def test_metadata_stands_in_the_side_column() -> None:
    facts = {
        "requires_python": ">=3.11",
        "license_expression": "MIT",
        "requires_dist": ["attrs>=24", 'rich; extra == "cli"'],
        "classifiers": ["Topic :: Security"],
        "keywords": "boxes,tape",
        "author": "Ann",
        "maintainer_email": "Bo <bo@example.org>",
        "project_urls": {"Source": "https://code.example.org", "Bad": "javascript:1"},
    }
    text = project(listing(release(metadata=facts))).text
    for expected in ("MIT", "attrs>=24", "Extra cli", "Security", "boxes, tape", "Ann", "Bo"):
        assert expected in text


def test_the_description_is_rendered() -> None:
    assert b"<strong>things</strong>" in pages(listing())[PROJECT]


@pytest.mark.parametrize("status", ["archived", "deprecated", "quarantined"])
def test_every_page_of_a_project_tells_its_status_and_reason(status: str) -> None:
    for body in pages(listing(status=status, reason="Because of bees")).values():
        text = Reader(body).text
        assert status.capitalize() in text
        assert "Because of bees" in text


def test_a_quarantined_project_can_be_neither_had_nor_read() -> None:
    for body in pages(listing(status="quarantined")).values():
        page = Reader(body)
        assert "pip install" not in page.text
        assert page.count("strong") == 0  # of the description
        assert not any("/files/" in href for href in page.values("href"))


def test_a_yanked_release_says_why() -> None:
    text = project(listing(release(yanked="Ate the tape"))).text
    assert "Yanked" in text
    assert "Ate the tape" in text


def test_the_list_of_releases_tells_of_each_what_sets_it_apart() -> None:
    shown = listing(release("2.0", prerelease=True), release("1.0", yanked="<b>Bees</b> & wasps"))
    page = project(replace(shown, releases=(*shown.releases, replace(release("0.5"), files=()))))
    lines = re.findall(
        r"(?:[0-9.]+(?: pre-release| yanked)* )20 November 2026 · [^·]*?files?", page.text
    )
    assert lines == [
        "2.0 pre-release 20 November 2026 · 1 file",
        "1.0 yanked 20 November 2026 · 1 file",
        "0.5 20 November 2026 · 0 files",
    ]
    assert "<b>Bees</b> & wasps" in page.text
    assert page.values("href").count("/project/parcel/1.0/") == 1


def test_the_list_of_releases_is_as_it_is_now_and_the_chosen_one_is_marked() -> None:
    newest, older = release("2.0"), release("1.0")
    for yanked, current in ((None, "2.0"), ("Bees", "1.0"), (None, "2.0")):
        shown = listing(replace(newest, yanked=yanked), older)
        lines = pages(shown)[PROJECT].decode().split('<ol class="releases">')[1].splitlines()
        marked = [line for line in lines if line.startswith('<li class="current">')]
        assert [f"/{current}/" in line for line in marked] == [True]
        assert ("Bees" in "".join(lines)) == (yanked == "Bees")


@pytest.mark.parametrize("one", [release(yanked=""), release(prerelease=True)])
def test_a_release_that_clients_pass_over_is_installed_by_its_exact_version(
    one: ReleaseListing,
) -> None:
    assert (
        "--index-url https://packages.example.org/simple/ parcel==1.0" in project(listing(one)).text
    )


def test_the_history_tells_events_with_serial_and_actor() -> None:
    shown = with_history(happened(Kind.RELEASE_YANKED, "1.0", 41, reason="Bees"))
    text = Reader(pages(shown)[HISTORY]).text
    for expected in ("41", "1.0: release yanked", "Bees", "20 November 2026", "marta"):
        assert expected in text


def test_an_empty_history_says_so() -> None:
    assert "Nothing has been recorded" in Reader(pages(with_history())[HISTORY]).text


def test_a_long_history_says_that_it_is_cut() -> None:
    events = [happened(Kind.TOKEN_CREATED, "", number) for number in range(200)]
    assert "Older events" in Reader(pages(with_history(*events))[HISTORY]).text


def newest(name: str) -> Newest:
    return Newest("pypi", name, name.title(), "1.0", "Wraps things up.", NOON)


def home(*names: str) -> Reader:
    found = [newest(name) for name in names]
    (page,) = FrontPages(URL, "Depot").home(found, found)
    assert page.path == "web/index.html"
    return Reader(page.body)


def test_the_home_page_lists_what_is_new() -> None:
    page = home("parcel")
    assert "Parcel 1.0" in page.text
    assert {"/project/parcel/", "/project/parcel/1.0/"} <= set(page.values("href"))


def test_the_home_page_stays_short() -> None:
    page = home(*(f"parcel{number}" for number in range(SHOWN + 1)))
    assert f"Parcel{SHOWN - 1} 1.0" in page.text
    assert f"Parcel{SHOWN}" not in page.text


def test_the_home_page_has_one_search_field() -> None:
    page = home("parcel")
    assert page.values("role").count("search") == 1


def test_an_empty_registry_shows_the_first_steps() -> None:
    text = home().text
    for expected in ("strongroom token create", "twine upload", "uv publish", f"{URL}/legacy/"):
        assert expected in text


def test_style_and_script_are_named_by_their_content() -> None:
    named = re.compile(r"/static/strongroom\.\w+\?v=[0-9a-f]{12}")
    sources = [*home().values("href"), *home().values("src")]
    assert sum(bool(named.fullmatch(source)) for source in sources) == 3
