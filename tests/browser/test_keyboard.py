import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Opener
from tests.browser.demo import Demo
from tests.browser.keyboard import Keyboard
from tests.browser.pages import SIGHTS

pytestmark = pytest.mark.browser


def link(page: Page, name: str) -> Locator:
    return page.get_by_role("link", name=name, exact=True).first


def test_the_first_stop_leads_past_the_header(tab: Opener) -> None:
    page = tab()
    page.goto("/project/parcel-post/")
    assert "Skip to content" in Keyboard(page).tab()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    assert "data-copy" in Keyboard(page).tab()


def test_a_file_and_the_history_are_found_from_the_front_page(tab: Opener) -> None:
    page = tab()
    keys = Keyboard(page)
    page.goto("/")
    keys.write(page.get_by_role("searchbox"), "parcel")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    keys.enter(link(page, "parcel-post 2.1.0"))
    keys.enter(link(page, "History"))
    expect(page.get_by_role("heading", level=1)).to_have_text("History")
    keys.enter(link(page, "parcel-post"))
    keys.reach(link(page, "parcel_post-2.1.0-py3-none-any.whl"))
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    assert download.value.suggested_filename == "parcel_post-2.1.0-py3-none-any.whl"


def test_a_release_is_yanked_by_the_keyboard_alone(tab: Opener) -> None:
    page = tab(who="ada")
    keys = Keyboard(page)
    page.goto("/account/")
    keys.enter(link(page, "Manage harbour"))
    keys.enter(link(page, "Yank 0.2"))
    keys.write(page.get_by_label("Reason"), "loses ships")
    keys.enter(page.get_by_role("button", name="Yank this release"))
    expect(page.locator(".banner[role=status]")).to_have_text("0.2 is yanked.")
    expect(page.locator(".banner[role=status]")).to_be_focused()
    keys.enter(link(page, "0.2"))
    expect(page.get_by_label("Yanked release")).to_contain_text("loses ships")


def test_a_stage_is_rejected_by_the_keyboard_alone(tab: Opener) -> None:
    page = tab(who="ada")
    keys = Keyboard(page)
    page.goto("/account/")
    keys.enter(link(page, "stages"))
    keys.enter(link(page, "stampbook 2.2"))
    keys.enter(link(page, "Reject"))
    keys.write(page.get_by_label("Reason"), "one stamp is missing")
    keys.enter(page.get_by_role("button", name="Reject"))
    expect(page.locator(".banner[role=status]")).to_have_text("You rejected stampbook 2.2.")
    expect(page.locator(".banner[role=status]")).to_be_focused()
    expect(page.get_by_label("Not published")).to_contain_text("one stamp is missing")
    keys.enter(link(page, "Approve and publish"))
    expect(page.get_by_role("button", name="Approve and publish")).to_be_visible()


def test_a_link_signs_its_person_in_by_the_keyboard_alone(tab: Opener, demo: Demo) -> None:
    page = tab()
    page.goto(demo.link("demo"))
    Keyboard(page).enter(page.get_by_role("button", name="Sign in as demo"))
    expect(page.locator(".banner[role=status]")).to_be_focused()
    expect(page.get_by_role("heading", level=1)).to_have_text("demo")


@pytest.mark.parametrize(
    "name", ["home", "search", "project", "history", "account", "manage", "stage"]
)
def test_the_focus_is_seen_at_every_stop(name: str, tab: Opener) -> None:
    sight = SIGHTS[name]
    page = tab(who=sight.who, viewport={"width": 390, "height": 700})
    page.goto(sight.path)
    stops = Keyboard(page).all_stops()
    assert ("Skip to content" in stops[0], "New projects" in stops[-1]) == (True, True)
