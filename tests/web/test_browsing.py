import pytest
from django.test import Client

from strongroom.packages.catalog import search
from strongroom.packages.models import Project
from strongroom.people.access.roles import Role
from tests.web.conftest import Shop
from tests.web.specimens import NOON, Reader

pytestmark = pytest.mark.usefixtures("shop")


def _stock(count: int) -> None:
    for number in range(count):
        key = f"box-{number:02}"
        row = Project.objects.create(
            ecosystem="pypi", key=key, display=key, similar=key, created_at=NOON, updated_at=NOON
        )
        search.index(row, search.words_of(key, (), "A box of things."))


def _search(client: Client, query: str) -> Reader:
    return Reader(client.get(f"/search/?{query}").content)


def test_a_search_shows_what_it_finds(client: Client) -> None:
    _stock(2)
    page = _search(client, "q=box")
    assert "2 projects match box" in page.text
    assert "/project/box-00/" in page.values("href")


def test_one_find_is_worded_as_one(client: Client) -> None:
    _stock(1)
    assert "1 project matches box" in _search(client, "q=box").text


def test_many_finds_are_paged(client: Client) -> None:
    _stock(21)
    first, second = _search(client, "q=box"), _search(client, "q=box&page=2")
    assert "?q=box&page=2" in first.values("href")
    assert "?q=box&page=1" in second.values("href")
    assert "page 2 of 2" in second.text


@pytest.mark.parametrize("page", ["0", "-1", "x", "²", "9" * 50])
def test_a_page_that_is_none_is_the_first(client: Client, page: str) -> None:
    _stock(1)
    assert "box-00" in _search(client, f"q=box&page={page}").text


def test_a_page_past_the_end_offers_no_way_on(client: Client) -> None:
    _stock(1)
    page = _search(client, "q=box&page=400")
    assert not {"next", "prev"} & set(page.values("rel"))


def test_a_search_without_finds_says_what_to_try(client: Client) -> None:
    assert "try fewer or shorter" in _search(client, "q=zzz").text


def test_an_empty_search_asks_for_words(client: Client) -> None:
    assert "Write a name" in _search(client, "q=").text


def test_a_hostile_query_stays_words(client: Client) -> None:
    page = _search(client, "q=%22%3E%3Cscript%3Ealert(1)%3C/script%3E%E2%80%AE")
    assert page.count("script") == 1
    assert '"><script>alert(1)</script>[U+202E]' in page.text


def test_a_search_touches_no_session(client: Client) -> None:
    assert not client.get("/search/?q=box").cookies


def test_a_person_has_a_page_with_projects_and_no_address(shop: Shop, client: Client) -> None:
    shop.visitor("marta", Role.OWNER)
    answer = client.get("/user/Marta/")
    assert "parcel owner" in Reader(answer.content).text
    assert b"marta@example.org" not in answer.content


def test_a_person_without_projects_has_a_page(shop: Shop, client: Client) -> None:
    shop.user("marta", admin=True)
    text = Reader(client.get("/user/marta/").content).text
    assert "No projects yet" in text
    assert "Administrator" in text


def test_nobody_has_no_page(client: Client) -> None:
    assert client.get("/user/nobody-here/").status_code == 404


def test_pages_carry_the_security_headers(client: Client) -> None:
    for address in ("/search/", "/user/x/", "/sign-in/", "/account/", "/no/such/page/"):
        answer = client.get(address)
        assert "default-src 'none'" in answer["Content-Security-Policy"]
        assert answer["Cache-Control"] == "no-store"
