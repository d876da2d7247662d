"""People who sign in by password and by codes, at the addresses of the real site."""

import json
import re
import time
from dataclasses import dataclass, field

import pytest
from django.http import HttpResponse
from django.test import Client
from pytest_django import Settings

from strongroom.core.actors import OPERATOR
from strongroom.core.clock import SystemClock
from strongroom.people.accounts.factors import enrol_totp
from strongroom.people.accounts.users import create_user
from strongroom.people.models import Counter, Letter, User
from strongroom.site.assembly import house
from tests.fakes.people import totp_code

LOGIN = "/account/login/"
CODE = "/account/security/authenticate/"
PASSWORD = "a quiet kettle in may"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@dataclass
class Person:
    """Somebody with a password, a code by time, and a browser."""

    user: User
    browser: Client = field(default_factory=Client)

    def stranger(self, source: str = "192.0.2.7") -> Client:
        """Return a browser that nobody knows, at an address."""
        return Client(REMOTE_ADDR=source)

    def password(self, browser: Client, password: str = PASSWORD, name: str = "") -> HttpResponse:
        form = {"login": name or self.user.username, "password": password}
        return browser.post(LOGIN, form)  # type: ignore[return-value] # of the test client

    def code(self, browser: Client, code: str = "") -> HttpResponse:
        code = code or totp_code(SECRET, time.time())
        return browser.post(CODE, {"code": code})  # type: ignore[return-value] # likewise

    def prove(self, browser: Client) -> None:
        """Show the factor once more, as sensitive acts ask for."""
        forget_codes()
        browser.post("/account/security/prove/", {"code": totp_code(SECRET, time.time())})
        forget_codes()

    def sign_in(self, browser: Client) -> Client:
        """Sign in all the way, mail and all; the code may be used once more after it."""
        self.password(browser)
        self.code(browser)
        if not is_in(browser):
            browser.post(link())
        assert is_in(browser)
        forget_codes()
        return browser


def is_in(browser: Client) -> bool:
    """Say whether a browser is signed in."""
    return browser.get("/account/sessions/").status_code == 200


def forget_codes() -> None:
    """Let codes by time be used again, as if the next step had begun."""
    Counter.objects.filter(key__contains="totp.used").delete()
    Counter.objects.filter(key__startswith="code-used").delete()


def letters() -> list[tuple[str, str, str]]:
    """Return the letters that were written, but notices: to whom, subject and text."""
    return [
        (row.to, *json.loads(house().letters.open(row.sealed, "letter")))
        for row in Letter.objects.filter(notice=None).order_by("pk")
    ]


def link() -> str:
    """Return the path of the newest link that confirms a sign-in."""
    (*_, text) = [text for _, _, text in letters() if "/account/device/" in text]
    found = re.search(r"/account/device/[^/\s]+/", text)
    assert found is not None
    return found[0]


@pytest.fixture
def ada(db: None, settings: Settings) -> Person:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    clock = SystemClock()
    user = create_user("ada", "ada@example.org", admin=False, actor=OPERATOR, clock=clock)
    user.set_password(PASSWORD)
    user.save()
    enrol_totp(user, SECRET, seal=house().seal_factor, by=OPERATOR, clock=clock)
    Letter.objects.all().delete()
    return Person(user)
