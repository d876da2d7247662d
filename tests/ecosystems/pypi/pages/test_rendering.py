from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strongroom.ecosystems.pypi.pages.rendering import render, serial
from strongroom.ecosystems.pypi.pages.simple import root
from tests.ecosystems.pypi.listings import listing, release

URL = "https://packages.example.org"
ONE = listing(release("1.0"))


def test_a_project_is_rendered_whole() -> None:
    assert [page.path for page in render(ONE, None, URL)] == [
        "simple/example-app/index.html",
        "simple/example-app/index.json",
        "pypi/example-app/index.json",
        "pypi/example-app/1/index.json",
        "rss/project/example-app/releases.xml",
    ]


def test_the_same_listing_gives_the_same_bytes() -> None:
    assert list(render(ONE, None, URL)) == list(render(ONE, None, URL))


@given(st.integers(0, 2**63 - 1))
def test_the_serial_is_found_in_every_page_of_the_index_and_the_api(at: int) -> None:
    releases = tuple(replace(one, serial=at) for one in ONE.releases)
    shown = replace(ONE, serial=at, releases=releases)
    pages = [*render(shown, None, URL), *root([("a", "A")], at)]
    found = {page.path: serial(page.body) for page in pages if not page.path.startswith("rss/")}
    assert set(found.values()) == {at}


@pytest.mark.parametrize(
    "body",
    [b"", b"x", b"<html><!--SERIAL 1--></html>", b'{"info":{"last_serial":1}}', b'{"last_serial":'],
)
def test_no_serial_is_found_where_a_stranger_could_have_written_it(body: bytes) -> None:
    assert serial(body) is None
