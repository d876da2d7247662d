"""Guesses at what signs in: so many are checked and no more, and nobody is locked out by others."""

import re
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import MD5PasswordHasher
from django.db import connections
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from strongroom.people.accounts import counters
from strongroom.people.accounts.limits import ACCOUNT, SOURCE
from strongroom.people.models import Counter, User
from strongroom.site.assembly import house
from tests.site.accounts.conftest import (
    CODE,
    LOGIN,
    PASSWORD,
    Person,
    forget_codes,
    is_in,
    letters,
)

FREE = ACCOUNT.steps[0].after
TOLD = ACCOUNT.told
CHECKED: list[str] = []


class Counting(MD5PasswordHasher):
    """Notes which passwords are checked."""

    def verify(self, password: str, encoded: str) -> bool:
        CHECKED.append(password)
        return bool(super().verify(password, encoded))


@pytest.fixture
def checked(ada: Person, settings: Settings) -> list[str]:
    """Return the passwords that are checked from now on."""
    settings.PASSWORD_HASHERS = [f"{__name__}.Counting"]
    CHECKED.clear()
    return CHECKED


def later(seconds: float) -> None:
    """Let time pass for all that was counted."""
    for row in Counter.objects.filter(key__startswith="guess:"):
        if row.value:
            row.value = [row.value[0], row.value[1] - seconds]
            row.save()


def at_once(act: Callable[[int], int], times: int) -> list[int]:
    """Do something in so many threads, each with a connection of its own."""
    start = threading.Barrier(times)

    def in_thread(number: int) -> int:
        start.wait(20)
        try:
            return act(number)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(in_thread, range(times)))


@pytest.mark.django_db(transaction=True)
def test_of_many_passwords_at_once_exactly_the_limit_is_checked(
    ada: Person, checked: list[str]
) -> None:
    def guess(number: int) -> int:
        browser = ada.stranger(f"192.0.2.{number}")
        return ada.password(browser, f"wrong guess number {number}").status_code

    statuses = at_once(guess, 12)
    assert sorted(statuses) == [200] * FREE + [429] * (12 - FREE)
    assert len(checked) == FREE


@pytest.mark.django_db(transaction=True)
def test_of_many_codes_at_once_exactly_the_limit_is_checked(ada: Person) -> None:
    browsers = [ada.stranger(f"192.0.2.{number}") for number in range(10)]
    for browser in browsers:
        ada.password(browser)
    statuses = at_once(lambda number: ada.code(browsers[number], f"{number:06}").status_code, 10)
    assert statuses.count(429) == 10 - FREE


def test_the_right_password_does_not_pass_while_there_is_a_pause(ada: Person) -> None:
    for _ in range(FREE):
        ada.password(ada.browser, "wrong")
    answer = ada.password(ada.browser)
    assert answer.status_code == 429
    assert 0 < int(answer["Retry-After"]) <= 30
    later(31)
    assert ada.password(ada.browser)["Location"] == CODE


@pytest.mark.parametrize("name", ["ADA", "Ada@Example.ORG", " ada ", "ada@example.org"])
def test_no_other_spelling_of_the_name_gives_more_guesses(ada: Person, name: str) -> None:
    for _ in range(FREE):
        ada.password(ada.stranger(), "wrong")
    assert ada.password(ada.stranger(), name=name).status_code == 429


def test_an_unknown_name_is_answered_as_a_known_one(ada: Person) -> None:
    def answers(name: str) -> list[tuple[int, str]]:
        told = []
        for number in range(FREE + 2):
            browser = ada.stranger(f"198.51.100.{number}")
            answer = ada.password(browser, "wrong", name)
            text = answer.content.decode().replace(name, "NAME")
            told.append((answer.status_code, text.partition("<main")[2][:4000]))
        return told

    def plain(told: list[tuple[int, str]]) -> list[tuple[int, str]]:
        return [(status, re.sub(r'value="\w{64}"|\d+ seconds', "", text)) for status, text in told]

    assert plain(answers("ada")) == plain(answers("nobody-of-this-name"))


def test_an_unknown_name_costs_the_work_of_a_check(ada: Person, settings: Settings) -> None:
    made: list[str] = []

    class Slow(MD5PasswordHasher):
        def encode(self, password: str, salt: str) -> str:
            made.append(password)
            return str(super().encode(password, salt))

    globals()["Slow"] = Slow
    settings.PASSWORD_HASHERS = [f"{__name__}.Slow"]
    ada.password(ada.stranger(), "some guess", "nobody")
    assert made == ["some guess"]


def test_wrong_codes_from_many_addresses_lock_nobody_out(ada: Person) -> None:
    # Somebody knows the password, and has many addresses.
    ada.sign_in(ada.browser)
    ada.browser.post("/account/logout/")
    checks = 0
    browsers = [ada.stranger(f"203.0.113.{number}") for number in range(12)]
    for browser in browsers:
        ada.password(browser)
    for round_number in range(3):
        for browser in browsers:
            checks += ada.code(browser, f"{round_number:06}").status_code != 429
    assert checks == FREE
    # The pauses hold for strangers; a browser that is known is none.
    ada.password(ada.browser)
    ada.code(ada.browser)
    assert is_in(ada.browser)


def test_the_way_by_a_security_key_is_open_to_whoever_has_it(ada: Person) -> None:
    for _ in range(FREE + 3):
        ada.password(ada.stranger(), "wrong")
    answer = ada.stranger().post("/account/security/keys/login/", {"credential": "{}"})
    assert answer.status_code == 403  # it is no key's answer, and is told so: not 429
    keys = Counter.objects.filter(key__startswith="guess:").values_list("key", flat=True)
    assert all("password" in key or "source" in key for key in keys)


def test_a_known_browser_has_its_own_count(ada: Person) -> None:
    ada.sign_in(ada.browser)
    ada.browser.post("/account/logout/")
    for _ in range(FREE + 3):
        ada.password(ada.stranger(), "wrong")
    statuses = [ada.password(ada.browser, "wrong").status_code for _ in range(FREE + 1)]
    assert statuses == [200] * FREE + [429]


def test_a_known_browser_of_an_account_gives_no_guesses_at_another(ada: Person) -> None:
    # The attacker's own account claims the victim's address, unverified, and is known here.
    ada.sign_in(ada.browser)
    victim = User.objects.create(
        username="eve", folded="eve", email="shared@example.org", created_at=timezone.now()
    )
    victim.set_password("the victims own password")
    victim.save()
    User.objects.filter(pk=ada.user.pk).update(email="shared@example.org")
    ada.browser.post("/account/logout/")
    for number in range(FREE):
        ada.password(ada.browser, f"wrong {number}", "shared@example.org")
    answer = ada.password(ada.stranger(), "the victims own password", "eve")
    assert answer.status_code == 429


def test_the_owner_is_written_to_once(ada: Person) -> None:
    for _ in range(TOLD + 2):
        ada.password(ada.stranger(), "wrong")
        later(3600)
    told = [one for one in letters() if "tries to sign in" in one[1]]
    assert [to for to, _, _ in told] == ["ada@example.org"]
    assert "ten wrong passwords" in told[0][2]


def test_the_owner_learns_that_the_password_is_known(ada: Person) -> None:
    for _ in range(TOLD):
        browser = ada.stranger()
        ada.password(browser)
        ada.code(browser, "000000")
        later(3600)
    assert "knows your password" in letters()[-1][2]


def test_nobody_is_written_to_for_a_name_that_nobody_has(ada: Person) -> None:
    for _ in range(TOLD + 1):
        ada.password(ada.stranger(), "wrong", "nobody")
        later(3600)
    assert letters() == []


def test_one_source_cannot_try_one_password_on_everybody(ada: Person) -> None:
    first = SOURCE.steps[0].after
    statuses = [
        ada.password(ada.stranger(), "summer", f"name-{number}").status_code
        for number in range(first + 1)
    ]
    assert statuses == [200] * first + [429]
    assert ada.password(ada.stranger("192.0.2.8"), "summer", "one-more").status_code == 200


def test_the_addresses_of_one_network_of_ipv6_are_one_source(ada: Person) -> None:
    for number in range(SOURCE.steps[0].after):
        ada.password(ada.stranger(f"2001:db8::{number:x}"), "summer", f"name-{number}")
    assert ada.password(ada.stranger("2001:db8::ffff"), "x", "more").status_code == 429
    assert ada.password(ada.stranger("2001:db8:0:1::1"), "x", "more").status_code == 200


def test_signing_in_rightly_uses_nothing_up(ada: Person) -> None:
    ada.sign_in(ada.browser)
    for _ in range(FREE + 3):
        ada.browser.post("/account/logout/")
        forget_codes()
        ada.password(ada.browser)
        ada.code(ada.browser)
        assert is_in(ada.browser)


def test_a_code_is_taken_once_though_it_is_right_for_longer(ada: Person) -> None:
    ada.sign_in(ada.browser)
    ada.browser.post("/account/logout/")
    ada.password(ada.browser)
    ada.code(ada.browser)
    assert is_in(ada.browser)
    # The library forgets the code after one step of 30 s; it is right for three.
    Counter.objects.filter(key__contains="totp.used").delete()
    thief = ada.stranger()
    ada.password(thief)
    assert ada.code(thief).status_code == 200
    assert not is_in(thief)


def test_proving_oneself_again_is_a_guess_too(ada: Person) -> None:
    ada.sign_in(ada.browser)
    statuses = [
        ada.browser.post("/account/security/prove/", {"code": "000000"}).status_code
        for _ in range(FREE + 1)
    ]
    assert statuses == [200] * FREE + [429]


def test_the_present_password_is_a_guess_too(ada: Person, settings: Settings) -> None:
    ada.sign_in(ada.browser)
    ada.prove(ada.browser)
    form = {"oldpassword": "wrong", "password1": "x" * 20, "password2": "x" * 20}
    statuses = [
        ada.browser.post("/account/password/change/", form).status_code for _ in range(FREE + 1)
    ]
    assert statuses == [200] * FREE + [429]


def test_a_password_that_was_changed_is_not_limited_by_guesses_at_the_old_one(ada: Person) -> None:
    ada.sign_in(ada.browser)
    ada.prove(ada.browser)
    for _ in range(FREE):
        ada.password(ada.stranger(), "wrong")
    new = "another kettle in june"
    form = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    assert ada.browser.post("/account/password/change/", form).status_code == 302
    assert ada.password(ada.stranger(), new)["Location"] == CODE


@pytest.mark.django_db(transaction=True)
def test_of_many_mailed_codes_at_once_exactly_the_limit_is_checked(
    ada: Person, settings: Settings
) -> None:
    # The library counts tries in the session, where all at once read the same count.
    EmailAddress.objects.update(verified=False)
    ada.password(ada.browser)
    ada.code(ada.browser)
    page = ada.browser.get("/account/verify/")
    assert page.status_code == 200
    key = ada.browser.cookies["strongroom_session"].value

    def guess(number: int) -> int:
        browser = Client(REMOTE_ADDR=f"192.0.2.{number}")
        browser.cookies["strongroom_session"] = key
        return browser.post("/account/verify/", {"code": f"AAA{number:03}"}).status_code

    statuses = at_once(guess, 10)
    assert sum(status != 429 for status in statuses) <= 5


def test_sign_ups_resets_and_mails_are_limited_by_source(ada: Person) -> None:
    def ask() -> HttpResponse:
        form = {"email": "ada@example.org"}
        return ada.browser.post("/account/password/reset/", form)  # type: ignore[return-value] # of the test client

    statuses = [ask().status_code for _ in range(6)]
    assert statuses == [302] * 5 + [429]
    refused = ask()
    assert "Retry-After" in refused
    assert "too-many-requests" in refused.content.decode()


def test_a_reset_is_answered_alike_whether_there_is_an_account(ada: Person) -> None:
    known, unknown = (
        ada.stranger().post("/account/password/reset/", {"email": address})
        for address in ("ada@example.org", "nobody@example.org")
    )
    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    assert sorted(to for to, _, _ in letters()) == ["ada@example.org", "nobody@example.org"]


def test_the_link_of_a_reset_leads_to_the_registry_whatever_the_request_says(ada: Person) -> None:
    form = {"email": "ada@example.org"}
    ada.browser.post("/account/password/reset/", form, headers={"Host": "127.0.0.1"})
    text = letters()[-1][2]
    assert f"{house().configuration.url}/account/password/reset/key/" in text
    assert "127.0.0.1" not in text


def test_guesses_that_are_refused_are_counted_for_the_operator(ada: Person) -> None:
    for _ in range(FREE + 1):
        ada.password(ada.stranger(), "wrong")
    assert b'strongroom_guesses_refused_total{secret="password"}' in house().metrics.exposition()


def test_counters_hold_no_name_password_or_code(ada: Person) -> None:
    ada.password(ada.stranger(), "hunter2-hunter2", "hunter2-hunter2")
    browser = ada.stranger()
    ada.password(browser)
    ada.code(browser, "123123")
    everything = repr(list(Counter.objects.values()))
    for secret in ("hunter2", "123123", PASSWORD):
        assert secret not in everything


def test_what_was_counted_is_swept_when_it_is_over(ada: Person) -> None:
    ada.password(ada.stranger(), "wrong")
    counters.forget(timezone.now().timestamp() + ACCOUNT.kept + 1)
    assert not Counter.objects.filter(key__startswith="guess:").exists()


def test_the_form_of_a_sign_in_says_no_more_than_that_it_failed(ada: Person) -> None:
    text = ada.browser.post(LOGIN, {"login": "ada", "password": "wrong"}).content.decode()
    assert "ada@example.org" not in text
    assert letters() == []
