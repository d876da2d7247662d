"""People meet their accounts: in a real browser, with keys it knows, and letters that are read."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Opener
from tests.browser.demo import Demo
from tests.browser.keyboard import Keyboard
from tests.browser.keys import plug_in, shown
from tests.browser.people import PASSWORD, There, code_for, heading, sign_in_by_key, sign_up
from tests.fakes.mailbox import Mailbox
from tests.native.server import program

pytestmark = pytest.mark.browser


def ask_for_an_account(page: Page, keys: Keyboard) -> None:
    page.goto("/account/signup/")
    heading(page, "Make an account")
    keys.write(page.get_by_label("User name"), "paula")
    keys.write(page.get_by_label("E-mail address"), "paula@example.org")
    keys.write(page.get_by_label("Password"), "short")
    keys.enter(page.get_by_role("button", name="Make the account"))
    expect(page.get_by_label("Password")).to_be_focused()
    expect(page.get_by_label("Password")).to_have_accessible_description(re.compile("too short"))
    heading(page, "Make an account")
    keys.write(page.get_by_label("Password"), PASSWORD)
    keys.enter(page.get_by_role("button", name="Make the account"))
    heading(page, "Verify your address")


def come_in(page: Page, keys: Keyboard, code: str) -> None:
    page.goto("/account/login/")
    keys.write(page.get_by_label("User name or e-mail address"), "paula")
    keys.write(page.get_by_label("Password"), PASSWORD)
    keys.enter(page.get_by_role("button", name="Sign in", exact=True))
    heading(page, "Your second factor")
    keys.write(page.get_by_label("Code"), code)
    keys.enter(page.get_by_role("button", name="Sign in"))
    heading(page, "paula")


def make_and_end_a_token(page: Page, keys: Keyboard) -> None:
    page.goto("/account/")
    keys.enter(page.get_by_role("link", name="Make a token"))
    heading(page, "Make a token")
    keys.write(page.get_by_label("What it is for"), "robot")
    keys.enter(page.get_by_role("button", name="Make the token"))
    expect(page.get_by_role("alert")).to_contain_text("No project is chosen.")
    expect(page.get_by_role("alert")).to_be_focused()
    heading(page, "Make a token")
    keys.write(page.get_by_label("Their names"), "parcel")
    keys.enter(page.get_by_role("button", name="Make the token"))
    heading(page, "Your new token")
    expect(page.get_by_role("group", name="Your new token")).to_contain_text("strongroom_u_")
    keys.enter(page.get_by_role("link", name="I have kept it: go on"))
    heading(page, "Tokens")
    keys.enter(page.get_by_role("link", name="Revoke robot"))
    heading(page, "Revoke robot")
    keys.enter(page.get_by_role("button", name="Revoke robot"))
    expect(page.locator(".banner[role=status]")).to_have_text("robot is revoked.")
    heading(page, "Tokens")


@pytest.mark.either
def test_an_account_with_password_and_app_is_made_and_used_by_the_keyboard_alone(
    tab: Opener, box: Mailbox
) -> None:
    page = tab()
    keys = Keyboard(page)
    ask_for_an_account(page, keys)
    # Nothing is open before the address is proved.
    page.goto("/account/")
    expect(page).to_have_url(re.compile("/account/verify/"))
    keys.write(page.get_by_label("Code"), code_for(box, "paula@example.org"))
    keys.enter(page.get_by_role("button", name="Verify", exact=True))
    heading(page, "Security")
    keys.enter(page.get_by_role("link", name="Use an authenticator app"))
    heading(page, "Is it you?")
    keys.write(page.get_by_label("Password"), PASSWORD)
    keys.enter(page.get_by_role("button", name="Go on"))
    heading(page, "Set up an authenticator app")
    secret = page.get_by_role("group", name="Secret").inner_text()
    keys.write(page.get_by_label("Authenticator code"), shown(secret))
    keys.enter(page.get_by_role("button", name="Turn it on"))
    heading(page, "Recovery codes")
    codes = page.get_by_role("group", name="Recovery codes").inner_text().split()
    with page.expect_download() as download:
        keys.reach(page.get_by_role("link", name="Download them"))
        page.keyboard.press("Enter")
    assert download.value.path().read_text().split() == codes
    keys.enter(page.get_by_role("link", name="I have kept them: go on"))
    page.goto("/account/security/codes/")
    expect(page.get_by_role("group", name="Recovery codes")).to_have_count(0)
    expect(page.get_by_text("10 codes are left.")).to_be_visible()
    # The code that enrolled it is used up; an app shows the next one half a minute later.
    for code in (shown(secret, ahead=1), codes[0]):
        page.goto("/account/logout/")
        keys.enter(page.get_by_role("button", name="Sign out"))
        come_in(page, keys, code)
    make_and_end_a_token(page, keys)


@pytest.mark.either
def test_an_account_has_a_passkey_and_never_a_password(tab: Opener, box: Mailbox) -> None:
    page = tab()
    key = plug_in(page)
    sign_up(page, box, "quentin")
    heading(page, "Security")
    expect(page.get_by_text("You could lock yourself out")).to_be_visible()
    page.get_by_role("link", name="Make recovery codes").first.click()
    heading(page, "New recovery codes")
    page.get_by_role("button", name="Make recovery codes").click()
    heading(page, "Recovery codes")
    page.get_by_role("link", name="I have kept them: go on").click()
    expect(page.get_by_text("You could lock yourself out")).to_have_count(0)
    page.goto("/account/logout/")
    page.get_by_role("button", name="Sign out").click()
    sign_in_by_key(page)
    heading(page, "quentin")
    expect(page.get_by_text("1 passkey, no password.")).to_be_visible()
    # Who has shown the key just now is not asked again; later it is the key, and nothing weaker.
    page.goto("/account/password/set/")
    heading(page, "Set a password")
    page.goto("/account/reauthenticate/?next=/account/password/set/")
    heading(page, "Is it you?")
    expect(page.get_by_role("link", name="Use a recovery code")).to_be_visible()
    page.get_by_role("button", name="Use a passkey or security key").click()
    heading(page, "Set a password")
    page.goto("/account/security/keys/add/")
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_role("alert")).to_have_text(re.compile("enrolled already"))
    expect(page.get_by_role("alert")).to_be_focused()
    heading(page, "Add a passkey")
    key.pull_out()
    plug_in(page)
    page.get_by_label("Name").fill("the spare one")
    page.get_by_role("button", name="Add a passkey").click()
    heading(page, "Security")
    page.get_by_role("link", name="Remove Master key").click()
    heading(page, "Remove Master key")
    page.get_by_role("button", name="Remove this key").click()
    heading(page, "Security")
    expect(page.get_by_text("the spare one").first).to_be_visible()
    assert "removed" in box.letter("quentin@example.org", "removed")["Subject"]


def test_a_key_that_its_person_cannot_unlock_signs_nobody_in(tab: Opener, box: Mailbox) -> None:
    page = tab()
    key = plug_in(page)
    sign_up(page, box, "rosa")
    page.goto("/account/logout/")
    page.get_by_role("button", name="Sign out").click()
    key.refuse()
    sign_in_by_key(page)
    expect(page.get_by_role("alert")).to_have_text(re.compile("The browser gave no key"))
    expect(page.get_by_role("alert")).to_be_focused()
    heading(page, "Sign in")


@pytest.mark.either
def test_other_sessions_end_when_their_owner_says_so_and_with_the_password(
    tab: Opener, box: Mailbox
) -> None:
    here, there = tab(), There(tab(), box, "sven")
    plug_in(here)
    sign_up(here, box, "sven")
    here.goto("/account/password/set/")
    for label in ("Password", "Password (again)"):
        here.get_by_label(label, exact=True).fill(PASSWORD)
    here.get_by_role("button", name="Set it").click()
    expect(here.get_by_role("heading", level=1)).to_have_text("Security")
    here.get_by_role("link", name="Make recovery codes").first.click()
    here.get_by_role("button", name="Make recovery codes").click()
    codes = here.get_by_role("group", name="Recovery codes").inner_text().split()
    there.sign_in(codes[0])
    here.goto("/account/sessions/")
    heading(here, "Sessions")
    here.get_by_role("button", name="End all other sessions").click()
    expect(here.locator(".banner")).to_have_text("1 other session has ended.")
    there.is_out()
    there.sign_in(codes[1])
    here.goto("/account/password/change/")
    heading(here, "Change your password")
    here.get_by_label("Current Password").fill(PASSWORD)
    for label in ("New Password", "New Password (again)"):
        here.get_by_label(label, exact=True).fill(f"{PASSWORD}, nor straw")
    here.get_by_role("button", name="Change it").click()
    heading(here, "Security")
    there.is_out()
    assert box.letter("sven@example.org", "password")


@pytest.mark.either
def test_a_forgotten_password_is_set_anew_by_a_letter_and_the_factor_still_asked_for(
    tab: Opener, box: Mailbox
) -> None:
    page = tab()
    plug_in(page)
    sign_up(page, box, "tilda")
    page.goto("/account/logout/")
    page.get_by_role("button", name="Sign out").click()
    page.goto("/account/password/reset/")
    page.get_by_label("E-mail address").fill("tilda@example.org")
    page.get_by_role("button", name="Send the link").click()
    heading(page, "Look into your mail")
    link = re.search(r"http\S+", box.letter("tilda@example.org", "Reset").get_content())
    assert link is not None
    page.goto(link[0])
    heading(page, "Choose a new password")
    assert link[0] not in page.url
    for label in ("New Password", "New Password (again)"):
        page.get_by_label(label, exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Set it").click()
    heading(page, "Your password is changed")
    page.get_by_role("link", name="Sign in").click()
    page.get_by_label("User name or e-mail address").fill("tilda")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    heading(page, "Your second factor")
    page.get_by_role("button", name="Use a passkey or security key").click()
    heading(page, "tilda")


def test_whoever_lacks_a_factor_is_led_to_one_and_back(tab: Opener, demo: Demo) -> None:
    page = tab()
    plug_in(page)
    page.goto(demo.link("chidi"))
    page.get_by_role("button", name="Sign in as chidi").click()
    page.goto("/manage/project/paper-moon/")
    heading(page, "Security")
    page.get_by_role("link", name="Add a passkey").first.click()
    heading(page, "Add a passkey")
    page.get_by_role("button", name="Add a passkey").click()
    heading(page, "Recovery codes")
    page.get_by_role("link", name="I have kept them: go on").click()
    heading(page, "Manage paper-moon")


def test_the_last_factor_that_roles_need_stays(tab: Opener) -> None:
    page = tab(who="ada")
    page.goto("/account/security/")
    expect(page.get_by_text("your roles need it")).to_be_visible()
    expect(page.get_by_role("link", name="Remove")).to_have_count(0)
    rename = page.get_by_role("link", name="Rename").get_attribute("href")
    assert rename is not None
    page.goto(rename.replace("/name/", "/remove/"))
    expect(page.get_by_text("Code: factor-needed")).to_be_visible()


def test_an_address_is_added_proved_and_removed(tab: Opener, box: Mailbox) -> None:
    page = tab()
    plug_in(page)
    sign_up(page, box, "ulla")
    page.goto("/account/addresses/")
    page.get_by_label("E-mail address").fill("ulla@example.net")
    page.get_by_role("button", name="Add", exact=True).click()
    heading(page, "Verify your address")
    page.get_by_label("Code").fill(code_for(box, "ulla@example.net"))
    page.get_by_role("button", name="Verify").click()
    page.goto("/account/addresses/")
    heading(page, "E-mail addresses")
    page.get_by_role("button", name="Make primary ulla@example.net").click()
    page.get_by_role("button", name="Remove ulla@example.org").click()
    expect(page.get_by_role("button", name="Remove")).to_have_count(0)
    # The address that is gone is told, too.
    assert box.letter("ulla@example.org", "removed")


def test_a_page_at_another_name_says_where_keys_work(demo: Demo) -> None:
    page = demo.browser.new_page()
    page.goto(f"{demo.server.url}/account/login/")
    expect(page.get_by_role("alert")).to_have_text(re.compile(re.escape(demo.url)))
    page.close()


def test_an_account_is_made_without_scripts(tab: Opener, box: Mailbox) -> None:
    page = tab(java_script_enabled=False)
    page.goto("/account/signup/")
    page.get_by_label("User name").fill("vera")
    page.get_by_label("E-mail address").fill("vera@example.org")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Make the account").click()
    page.get_by_label("Code").fill(code_for(box, "vera@example.org"))
    page.get_by_role("button", name="Verify").click()
    page.get_by_role("link", name="Use an authenticator app").click()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    secret = page.get_by_role("group", name="Secret").inner_text()
    page.get_by_label("Authenticator code").fill(shown(secret))
    page.get_by_role("button", name="Turn it on").click()
    expect(page.get_by_role("group", name="Recovery codes")).to_be_visible()


@pytest.mark.either
def test_nobody_has_a_token_before_address_and_factor_are_proved(
    tab: Opener, demo: Demo, box: Mailbox
) -> None:
    page = tab()
    page.goto("/account/signup/")
    page.get_by_label("User name").fill("wanda")
    page.get_by_label("E-mail address").fill("wanda@example.org")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Make the account").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Verify your address")
    make = ("token", "create", "--data", demo.folder, "--user", "wanda")
    with pytest.raises(AssertionError, match="address"):
        program(*make, settings=demo.server.settings)
    page.get_by_label("Code").fill(code_for(box, "wanda@example.org"))
    page.get_by_role("button", name="Verify").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Security")
    with pytest.raises(AssertionError, match="factor"):
        program(*make, settings=demo.server.settings)
