"""When something has gone wrong with an account: all factors lost, or somebody else in it."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Opener
from tests.browser.demo import Demo
from tests.browser.keys import plug_in
from tests.browser.people import PASSWORD, There, heading, sign_in_by_key, sign_up
from tests.fakes.mailbox import Mailbox

pytestmark = [pytest.mark.browser, pytest.mark.either]


def link_in(box: Mailbox, name: str, about: str, below: str) -> str:
    """Return the path of the link in a letter to somebody."""
    text = box.letter(f"{name}@example.org", about).get_content()
    found = re.search(rf"http://\S+?({below}\S+)", text)
    assert found is not None, text
    return found[1]


def agree(page: Page, name: str) -> None:
    """Agree to somebody's recovery, having shown a key."""
    page.goto("/manage/recoveries/")
    heading(page, "Recoveries")
    page.get_by_role("link", name=f"Agree {name}").click()
    if "/prove/" in page.url:
        page.get_by_role("button", name="Use a passkey or security key").click()
    heading(page, f"Agree to the recovery of {name}")
    page.get_by_role("button", name=f"Agree to the recovery of {name}").click()
    expect(page.locator(".banner")).to_contain_text("done")


def test_who_lost_all_factors_recovers_as_the_policy_says_and_no_administrator_alone(
    tab: Opener, box: Mailbox, demo: Demo
) -> None:
    admins = [tab(), tab()]
    for page, name in zip(admins, ("xena", "yuri"), strict=True):
        plug_in(page)
        sign_up(page, box, name)
        demo.command("user", "admin", name, "--reason", "looks after accounts")
    page = tab()
    key = plug_in(page)
    sign_up(page, box, "zora")
    page.goto("/account/logout/")
    page.get_by_role("button", name="Sign out").click()
    page.goto("/account/recovery/policy/")
    heading(page, "Recovery policy")
    page.get_by_role("link", name="Ask for a recovery").click()
    heading(page, "Recover an account")
    page.get_by_label("User name, or primary address").fill("zora")
    page.get_by_role("button", name="Mail the link").click()
    heading(page, "Look into your mail")
    page.goto(link_in(box, "zora", "recover your account", "/account/recovery/ask/"))
    heading(page, "Recover an account")
    page.get_by_role("button", name="Ask for the recovery").click()
    heading(page, "The recovery has begun")
    assert link_in(box, "zora", "are to be removed", "/account/recovery/stop/")
    # Before its time nobody can agree; after it one alone changes nothing.
    admins[0].goto("/manage/recoveries/")
    expect(admins[0].get_by_role("link", name="Agree zora")).to_have_count(0)
    demo.let_recoveries_ripen()
    agree(admins[0], "zora")
    expect(admins[0].get_by_role("link", name="Agree zora")).to_have_count(0)
    agree(admins[1], "zora")
    sign_in_by_key(page)
    expect(page.get_by_role("alert")).to_be_visible()
    key.pull_out()
    plug_in(page)
    page.goto(link_in(box, "zora", "enrol new second factors", "/sign-in/"))
    page.get_by_role("button", name="Sign in as zora").click()
    page.goto("/account/security/keys/add/")
    page.get_by_role("button", name="Add a passkey").click()
    heading(page, "Recovery codes")
    assert box.letter("zora@example.org", "were removed")


def test_who_says_this_was_not_me_throws_the_other_out(tab: Opener, box: Mailbox) -> None:
    here, there = tab(), There(tab(), box, "olga")
    plug_in(here)
    sign_up(here, box, "olga")
    here.goto("/account/password/set/")
    for label in ("Password", "Password (again)"):
        here.get_by_label(label, exact=True).fill(PASSWORD)
    here.get_by_role("button", name="Set it").click()
    here.goto("/account/security/codes/new/")
    here.get_by_role("button", name="Make recovery codes").click()
    codes = here.get_by_role("group", name="Recovery codes").inner_text().split()
    there.sign_in(codes[0])
    there.page.goto("/account/addresses/")
    here.goto(link_in(box, "olga", "Somebody signed in", "/not-me/"))
    heading(here, "This was not me")
    here.get_by_role("button", name="This was not me: take it away").click()
    heading(here, "It is taken away")
    there.is_out()
    assert box.letter("olga@example.org", "it was not you")
    here.goto("/account/")
    expect(here.get_by_role("heading", level=1)).to_have_text("Sign in")
    # Her key was there before, and still signs her in.
    sign_in_by_key(here)
    heading(here, "olga")
