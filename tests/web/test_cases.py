"""Cases: administrators see and close them, and nobody else learns of any."""

from strongroom.people.affairs.cases import DISAVOWAL, open_case
from strongroom.people.models import Case
from tests.web.conftest import CLOCK, Shop
from tests.web.specimens import Reader

LINE = {"kind": "signed-in", "at": "2026-11-20T12:00:00+00:00", "actor": "alice"}


def test_an_administrator_reads_a_case_and_closes_it_with_a_reason(shop: Shop) -> None:
    open_case(DISAVOWAL, shop.user("alice"), {"tokens": 2, "lines": [LINE]}, CLOCK.now())
    number, browser = Case.objects.get().pk, shop.visitor("root", admin=True)
    here = f"/manage/cases/{number}/"
    assert here in Reader(browser.get("/manage/cases/").content).values("href")
    page = Reader(browser.get(here).content).text
    assert "tokens 2" in page
    assert "signed-in" in page
    assert browser.post(here, {"reason": ""}).status_code == 400
    assert browser.post(here, {"reason": "Talked to <alice>"})["Location"] == "/manage/cases/"
    page = Reader(browser.get("/manage/cases/").content).text
    assert f"Case {number} is closed." in page
    assert "Talked to <alice>" in page
    assert "Talked to <alice>" in Reader(browser.get(here).content).text
    assert browser.post(here, {"reason": "again"}).status_code == 409


def test_nobody_else_learns_of_a_case(shop: Shop) -> None:
    open_case(DISAVOWAL, shop.user("alice"), {}, CLOCK.now())
    browser = shop.visitor("bob")
    for path in ("/manage/cases/", f"/manage/cases/{Case.objects.get().pk}/", "/manage/cases/99/"):
        assert browser.get(path).status_code == 403
