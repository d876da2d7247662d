"""A private project over the whole site: its readers have all of it, others not even its name."""

import json
from collections.abc import Iterator
from datetime import timedelta
from hashlib import sha256
from types import ModuleType

import pytest
from allauth.mfa.models import Authenticator
from pytest_django import Settings
from werkzeug.test import TestResponse

from strongroom.core.actors import OPERATOR, Action
from strongroom.core.coordinates import ProjectId
from strongroom.ecosystems.pypi.pages import simple
from strongroom.packages.catalog.criticality import pin
from strongroom.packages.catalog.visibility import set_private
from strongroom.packages.publishing.creation import Wish, create
from strongroom.people.access.grants import grant
from strongroom.people.access.roles import Role
from strongroom.people.models import Token, User
from strongroom.people.oversight.names import Named, prohibit
from strongroom.people.tokens.caveats import Actions, Projects, Until
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


READER = Actions(frozenset({Action.READ}))
UPLOADER = Actions(frozenset({Action.UPLOAD}))


@pytest.mark.parametrize("critical", [False, True])
def test_who_reads_what(site: Registry, critical: bool) -> None:
    """Ask by each credential for each address of a private project, and of a public one."""
    site.publish("parcel", "1.0")
    if critical:
        pin(site.house.desk, OPERATOR, VAULT, "on")
    for name, token, reads in credentials(site):
        for path in READS:
            answer = ask(site, path, token)
            assert (name, path, answer.status_code) == (name, path, 200 if reads else 404)
        for path in ("/simple/parcel/", "/project/parcel/", "/api/v1/projects/pypi/parcel"):
            assert ask(site, path, token).status_code == 200


def credentials(site: Registry) -> Iterator[tuple[str, str | None, bool]]:
    """Yield each kind of credential, and whether it reads the private project."""
    other = Projects(frozenset({ProjectId("pypi", "parcel")}))
    yield "none", None, False
    yield "no token", "nonsense", False
    yield "its owner's", site.token, True
    yield "its owner's, to read", site.mint(site.owner, READER), True
    yield "its owner's, to upload alone", site.mint(site.owner, UPLOADER), False
    yield "its owner's, for another project", site.mint(site.owner, other), False
    for role in Role:
        user = site.user(f"the-{role}")
        grant(user.pk, VAULT, role, site.clock)
        yield role, site.mint(user), True
    yield "an administrator's", site.mint(_admin(site)), False
    yield "a stranger's", site.mint(site.user("eve")), False
    ended = site.user("ended")
    grant(ended.pk, VAULT, Role.OWNER, site.clock)
    minute = int(site.clock.now().timestamp()) + 60
    expired = site.mint(site.owner, Until(minute))
    revoked = site.mint(ended)
    Token.objects.filter(user=ended).update(revoked_at=site.clock.now())
    yield "revoked", revoked, False
    closed = site.user("closed")
    grant(closed.pk, VAULT, Role.OWNER, site.clock)
    text = site.mint(closed)
    User.objects.filter(pk=closed.pk).update(is_active=False)
    yield "of a closed account", text, False
    single = site.user("single")
    grant(single.pk, VAULT, Role.OWNER, site.clock)
    text = site.mint(single)
    Authenticator.objects.filter(user=single).delete()
    yield "of an account with one factor", text, False
    yield "about to expire", expired, True
    site.clock.forward(timedelta(seconds=61))
    yield "expired", expired, False


def _admin(site: Registry) -> User:
    user = site.user("root")
    user.admin = True
    user.save()
    return user


def test_a_stranger_is_told_that_nobody_may_take_the_name(site: Registry) -> None:
    stranger = site.mint(site.user("mallory"))
    wanted = site.house.desk.ecosystem("pypi").name("banned")
    named = Named("pypi", wanted.similar, wanted.display)
    prohibit(site.house.office, OPERATOR, named, "it was malware")
    answers = {}
    for name in ("vault", "vau1t", "banned"):
        sent = form(wheel_filename(name, "1.0"), wheel(name, "1.0"))
        answer = site.post(sent, stranger)
        answers[name] = (answer.status.replace(name, "X"), answer.data.replace(name.encode(), b"X"))
    assert answers["vault"] == answers["vau1t"] == answers["banned"]
    assert answers["vault"][0] == "409 Nobody may take the name X. Choose another name."
    assert site.post(form(FILE, BYTES), stranger).status_code == 409


@pytest.mark.parametrize("state", ["empty", "yanked", "quarantined"])
def test_a_private_name_never_falls_through(site: Registry, state: str) -> None:
    """An installer goes on to its next index after a 404 (dependency confusion)."""
    name = "vault"
    if state == "empty":
        name = "hollow"
        create(site.house.desk, sure(site.owner), Wish("pypi", name, private=True))
    elif state == "yanked":
        site.yank("vault", "1.0", "broken")
    else:
        site.set_status("vault", "quarantined", "case 42")
    answer = ask(site, f"/simple/{name}/", site.token, Accept=simple.JSON)
    assert answer.status_code == 200
    files = json.loads(answer.data)["files"]
    assert len(files) == (1 if state == "yanked" else 0)
    for kind in ("index.html", "index.json"):
        site.house.shelf.pages.closed.remove(f"simple/{name}/{kind}")
    assert ask(site, f"/simple/{name}/", site.token).status_code == 503
    assert ask(site, f"/simple/{name}/", None).status_code == 404


def test_a_reader_of_one_project_gets_no_file_of_another_by_it(site: Registry) -> None:
    eve = site.user("eve")
    create(site.house.desk, sure(eve), Wish("pypi", "hers", private=True))
    token = site.mint(eve)
    assert ask(site, "/simple/hers/", token).status_code == 200
    for path in (
        PLACE.replace("vault", "hers", 1),
        PLACE,
        f"/simple/hers/../vault/{DIGEST}/{FILE}",
    ):
        assert ask(site, path, token).status_code == 404


def test_what_happened_in_private_is_told_to_nobody_afterwards(site: Registry) -> None:
    set_private(site.house.desk, OPERATOR, VAULT, private=False)
    site.settle()
    kinds = [one["kind"] for one in events(site, "/api/v1/events") if one["project"] == "vault"]
    assert kinds == ["visibility-changed"]
    assert [one["kind"] for one in events(site, "/api/v1/projects/pypi/vault/events")] == kinds
    set_private(site.house.desk, OPERATOR, VAULT, private=True)
    assert not [one for one in events(site, "/api/v1/events") if one["project"] == "vault"]


def events(site: Registry, path: str) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(site.get(path).data)["events"]
    return found
