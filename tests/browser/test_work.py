import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Opener
from tests.browser.demo import Demo
from tests.browser.keyboard import Keyboard
from tests.browser.measures import lost_text, overflow, violations

pytestmark = pytest.mark.browser

HERE = "/manage/jobs/"


def test_a_failed_job_fits_every_window_and_has_nothing_to_complain_of(
    tab: Opener, demo: Demo
) -> None:
    job = demo.fail_a_job()
    page = tab(who="demo")
    for path in (HERE, f"{HERE}{job}/retry/", f"{HERE}{job}/drop/"):
        page.goto(path)
        for width in (1280, 390, 320):
            page.set_viewport_size({"width": width, "height": 800})
            assert (path, width, overflow(page)) == (path, width, 0)
        assert lost_text(page) == []
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            assert violations(page) == []


def test_a_failed_job_is_dropped_by_the_keyboard_alone(tab: Opener, demo: Demo) -> None:
    demo.fail_a_job()
    page = tab(who="demo")
    keys = Keyboard(page)
    page.goto("/account/")
    keys.enter(page.get_by_role("link", name="Work in the background"))
    keys.enter(page.get_by_role("link", name="Drop forget"))
    keys.enter(page.get_by_role("button", name="Drop it"))
    expect(page.locator(".banner[role=status]")).to_have_text("forget is dropped.")
    expect(page.locator(".banner[role=status]")).to_be_focused()
    expect(page.get_by_text("Nothing has failed.")).to_be_visible()


def test_a_failed_job_is_retried_by_the_keyboard_alone(tab: Opener, demo: Demo) -> None:
    demo.fail_a_job()
    page = tab(who="demo")
    keys = Keyboard(page)
    page.goto(HERE)
    keys.enter(page.get_by_role("link", name="Retry forget"))
    keys.enter(page.get_by_role("button", name="Retry it"))
    expect(page.locator(".banner[role=status]")).to_have_text("forget is queued again.")
