from dataclasses import replace
from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from strongroom.core.ecosystem import Newest, Page
from strongroom.ecosystems.pypi.pages.feeds import (
    LONGEST_FEED,
    new_projects,
    new_releases,
    of_project,
)
from tests.ecosystems.pypi.listings import DAY, listing, release

URL = "https://packages.example.org"
ENTRY = Newest("pypi", "example-app", "Example.App", "1.0", "An example", DAY)


def items(page: Page) -> list[dict[str, str]]:
    channel = ET.fromstring(page.body).find("channel")  # noqa: S314 - our own output
    assert channel is not None
    return [{each.tag: each.text or "" for each in item} for item in channel.findall("item")]


def test_the_feed_of_a_project_lists_its_releases_by_date() -> None:
    page = of_project(listing(release("2.0", days=1), release("1.9.1", days=3)), URL)
    assert page.path == "rss/project/example-app/releases.xml"
    assert [item["title"] for item in items(page)] == ["1.9.1", "2.0"]
    assert items(page)[1] == {
        "title": "2.0",
        "link": f"{URL}/project/example-app/2.0/",
        "guid": f"{URL}/project/example-app/2.0/",
        "description": "Summary of 2.0",
        "pubDate": "Sun, 22 Nov 2026 07:08:09 GMT",
    }


def test_the_feed_of_new_projects_links_to_projects() -> None:
    page = new_projects([ENTRY], URL)
    assert page.path == "rss/packages.xml"
    assert items(page)[0]["title"] == "Example.App was added"
    assert items(page)[0]["link"] == f"{URL}/project/example-app/"


def test_the_feed_of_new_releases_names_both() -> None:
    page = new_releases([ENTRY], URL)
    assert page.path == "rss/updates.xml"
    assert items(page)[0]["title"] == "Example.App 1.0"


def test_a_feed_has_a_bounded_length() -> None:
    assert len(items(new_releases([ENTRY] * 100, URL))) == LONGEST_FEED


@given(st.text())
def test_any_text_makes_well_formed_xml(text: str) -> None:
    hostile = replace(ENTRY, display=text, summary=text)
    (item,) = items(new_releases([hostile], URL))
    assert set(item) == {"title", "link", "guid", "description", "pubDate"}
