"""A company whose login this registry takes, and how somebody comes by it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.http import HttpResponseBase
from django.test import Client
from pytest_django import Settings

from strongroom.people.models import User
from strongroom.site.addresses import addresses
from strongroom.site.assembly import house
from tests.fakes.houses import configured
from tests.fakes.identity import CLIENT, SECRET, Company, provider

BACK = "/account/company/back/"


@pytest.fixture
def company(db: None, settings: Settings, tmp_path: Path) -> Iterator[Company]:
    """Return a company whose login this registry takes."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # for speed
    (tmp_path / "secret").write_text(f"{SECRET}\n")
    with (
        provider() as made,
        configured(
            settings,
            company_issuer=made.issuer,
            company_client=CLIENT,
            company_secret_file=str(tmp_path / "secret"),
            company_domains=("corp.test",),
            company_roles=("ops=administrator", "dev=maintainer:pypi:web-*", "dev=owner:pypi:core"),
            company_assurance=("mfa=multi-factor",),
        ),
    ):
        settings.ROOT_URLCONF = tuple(addresses(house()))
        made.says(sub="7", email="eve@corp.test", preferred_username="eve", amr=["pwd", "mfa"])
        yield made


@dataclass(frozen=True, slots=True)
class Came:
    """A browser that came back, and what it was answered."""

    browser: Client
    answer: HttpResponseBase

    @property
    def account(self) -> User | None:
        """Return whose session it has."""
        number = self.browser.session.get("_auth_user_id")
        return User.objects.get(pk=number) if number else None


def come(company: Company, browser: Client | None = None, **changed: str) -> Came:
    """Sign in, bringing back other values than the provider gave where they are named."""
    browser = browser or Client()
    location = browser.get("/account/company/")["Location"]
    return Came(browser, browser.get(BACK, company.authorize(location) | changed))
