import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Opener

pytestmark = pytest.mark.browser

PROJECT = "/project/parcel-post/"


def test_a_button_copies_and_says_so(tab: Opener) -> None:
    page = tab(permissions=["clipboard-read", "clipboard-write"])
    page.goto(PROJECT)
    button = page.get_by_role("button", name="Copy: Install with pip")
    button.click()
    expect(page.get_by_role("status")).to_have_text("Copied")
    expect(button).to_have_text("Copied")
    copied = page.evaluate("() => navigator.clipboard.readText()")
    assert copied == page.locator(".command code").first.text_content()
    assert copied.startswith("python -m pip install --index-url")


def test_a_digest_can_be_copied_whole(tab: Opener) -> None:
    page = tab(permissions=["clipboard-read", "clipboard-write"])
    page.goto(PROJECT)
    page.get_by_text("Digests").first.click()
    page.get_by_role("button", name="Copy: sha256").first.click()
    copied = page.evaluate("() => navigator.clipboard.readText()")
    assert len(bytes.fromhex(copied)) == 32


def test_every_text_is_there_without_scripts(tab: Opener) -> None:
    page = tab(java_script_enabled=False)
    page.goto(PROJECT)
    expect(page.get_by_role("button", name="Copy")).to_have_count(0)
    expect(page.get_by_text("python -m pip install").first).to_be_visible()
    page.get_by_text("Digests").first.click()
    expect(page.locator(".digests dd code").first).to_be_visible()


def test_a_search_works_without_scripts(tab: Opener) -> None:
    page = tab(java_script_enabled=False)
    page.goto("/")
    page.get_by_role("searchbox").fill("post")
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_role("link", name="parcel-post 2.1.0")).to_be_visible()
