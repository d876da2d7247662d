"""What people do with their accounts in a browser, step by step."""

import re

from playwright.sync_api import Page, expect

from tests.browser.measures import lost_text, overflow, violations
from tests.fakes.mailbox import Mailbox

PASSWORD = "a horse that eats no hay"


def heading(page: Page, text: str) -> None:
    """Wait for a page, which fits a phone and a desk, and of which axe-core has no complaint."""
    expect(page.get_by_role("heading", level=1)).to_have_text(text)
    for width in (320, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        assert (text, width, overflow(page), lost_text(page)) == (text, width, 0, [])
    assert violations(page) == []


def code_for(box: Mailbox, address: str) -> str:
    text = box.letter(to=address, about="Confirm").get_content()
    found = re.search(r"\b[A-Z0-9]{4}-[A-Z0-9]{4}\b", text)
    assert found is not None, text
    return found[0]


def sign_up(page: Page, box: Mailbox, name: str) -> None:
    """Make an account by a passkey; its page asks for a spare afterwards."""
    page.goto("/account/signup/passkey/")
    page.get_by_label("User name").fill(name)
    page.get_by_label("E-mail address").fill(f"{name}@example.org")
    page.get_by_role("button", name="Go on").click()
    page.get_by_label("Code").fill(code_for(box, f"{name}@example.org"))
    page.get_by_role("button", name="Verify").click()
    page.get_by_role("button", name="Make the passkey").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Security")


def sign_in_by_key(page: Page) -> None:
    page.goto("/account/login/")
    page.get_by_role("button", name="Sign in with a passkey").click()


class There:
    """Another browser of somebody, which signs in by password and recovery code."""

    def __init__(self, page: Page, box: Mailbox, name: str) -> None:
        self.page, self._box, self._name = page, box, name

    def sign_in(self, code: str) -> None:
        """Sign in, and confirm it by the letter that a browser nobody knows makes needful."""
        self._box.letters.clear()
        page, address = self.page, f"{self._name}@example.org"
        page.goto("/account/login/")
        page.get_by_label("User name or e-mail address").fill(address)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in", exact=True).click()
        page.get_by_label("Code").fill(code)
        page.get_by_role("button", name="Sign in").click()
        heading(page, "Look into your mail")
        letter = self._box.letter(address, "Confirm your sign-in").get_content()
        link = re.search(r"http\S+/device/\S+", letter)
        assert link is not None, letter
        page.goto(link[0])
        heading(page, "Confirm your sign-in")
        page.get_by_role("button", name="Sign in").click()
        heading(page, self._name)

    def is_out(self) -> None:
        """See that nobody is signed in any more."""
        self.page.goto("/account/")
        expect(self.page.get_by_role("heading", level=1)).to_have_text("Sign in")
