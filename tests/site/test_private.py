"""A private project over the whole site: its readers have all of it, others not even its name."""

from hashlib import sha256
from types import ModuleType

import pytest
from pytest_django import Settings
from werkzeug.test import TestResponse

from strongroom.core.coordinates import ProjectId
from strongroom.packages.publishing.creation import Wish, create
from strongroom.site.addresses import addresses
from tests.fakes.distributions import wheel, wheel_filename
from tests.fakes.people import sure
from tests.fakes.registry import Registry, form

VAULT = ProjectId("pypi", "vault")
FILE = wheel_filename("vault", "1.0")
BYTES = wheel("vault", "1.0")
DIGEST = sha256(BYTES).hexdigest()
PLACE = f"/simple/vault/{DIGEST}/{FILE}"
INDEX = "/simple/vault/"
READS = (
    INDEX,
    PLACE,
    f"{PLACE}.metadata",
    "/pypi/vault/json",
    "/pypi/vault/1.0/json",
    "/rss/project/vault/releases.xml",
    "/project/vault/",
    "/project/vault/1.0/",
    "/project/vault/history/",
    "/api/v1/projects/pypi/vault",
    "/api/v1/projects/pypi/vault/releases/1.0",
    "/api/v1/projects/pypi/vault/events",
    "/api/v1/projects/pypi/vault/retention",
)


@pytest.fixture
def site(registry: Registry, settings: Settings) -> Registry:
    """Return the registry with all addresses of the site, and a private project of alice's."""
    settings.ROOT_URLCONF = whole(registry)
    create(registry.house.desk, sure(registry.owner), Wish("pypi", "vault", private=True))
    assert registry.post(form(FILE, BYTES)).status == "200 OK"
    registry.settle()
    return registry


def whole(registry: Registry) -> ModuleType:
    addressed = ModuleType("site")
    handlers = {"handler400": "bad_request", "handler404": "not_found", "handler500": "failed"}
    vars(addressed).update(
        urlpatterns=tuple(addresses(registry.house)),
        **{name: f"strongroom.web.faults.{view}" for name, view in handlers.items()},
    )
    return addressed


def ask(site: Registry, path: str, token: str | None, **headers: str) -> TestResponse:
    if token is not None:
        headers["Authorization"] = f"Bearer {token}"
    return site.get(path, **headers)


@pytest.mark.parametrize("path", READS)
def test_its_readers_have_all_of_it(site: Registry, path: str) -> None:
    answer = ask(site, path, site.token)
    assert answer.status_code == 200
    assert "public" not in answer.headers["Cache-Control"]
    assert answer.headers["Cache-Control"] in {"private, no-cache", "private, no-store", "no-store"}


@pytest.mark.parametrize("path", READS)
def test_nobody_and_a_stranger_get_what_they_get_of_a_name_that_is_not_there(
    site: Registry, path: str
) -> None:
    stranger = site.mint(site.user("mallory"))
    for token in (None, stranger, "nonsense"):
        private, absent = (ask(site, one, token) for one in (path, path.replace("vault", "vaalt")))
        assert private.status == absent.status.replace("vaalt", "vault")
        assert private.status_code == 404
        assert private.data == absent.data.replace(b"vaalt", b"vault")
        assert sorted(private.headers.keys()) == sorted(absent.headers.keys())
