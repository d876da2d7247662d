import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Opener
from tests.browser.keyboard import Keyboard
from tests.browser.keys import plug_in
from tests.browser.measures import overflow, violations
from tests.native.server import Server

pytestmark = pytest.mark.browser


def test_the_first_administrator_comes_in_by_the_keyboard_and_once(
    unclaimed: Server, claim: str, tab: Opener
) -> None:
    page = tab(to=unclaimed)
    plug_in(page)
    keys = Keyboard(page)
    page.goto(claim)
    keys.write(page.get_by_label("User name"), "marta")
    keys.write(page.get_by_label("E-mail address"), "marta@example.org")
    keys.enter(page.get_by_role("button", name="Claim and sign in"))
    expect(page.locator(".banner[role=status]")).to_be_focused()
    expect(page.get_by_role("heading", level=1)).to_have_text("Add a passkey")
    keys.enter(page.get_by_role("button", name="Add a passkey"))
    expect(page.get_by_role("group", name="Recovery codes")).to_be_visible()
    keys.enter(page.get_by_role("link", name="I have kept them: go on"))
    expect(page).to_have_url(f"{unclaimed.site}/account/")
    expect(page.get_by_text("administrator", exact=True)).to_be_visible()
    again = tab(to=unclaimed)
    again.goto(claim)
    expect(again.get_by_role("heading", level=1)).to_have_text("Not allowed")


def test_a_new_registry_has_accessible_first_pages(
    unclaimed: Server, claim: str, tab: Opener
) -> None:
    page = tab(to=unclaimed, viewport={"width": 320, "height": 800})
    page.goto("/")
    assert (violations(page), overflow(page)) == ([], 0)
    page.goto(claim)
    assert (violations(page), overflow(page)) == ([], 0)
    page.get_by_label("User name").fill("no such name!")
    page.get_by_label("E-mail address").fill("marta@example.org")
    page.get_by_role("button", name="Claim and sign in").click()
    expect(page.get_by_role("alert")).to_be_focused()
    assert (violations(page), overflow(page)) == ([], 0)
