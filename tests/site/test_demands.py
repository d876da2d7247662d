"""Every address by which something can be changed, and what it demands of whom.

The addresses are those of the whole site. One that is new, or that takes another method, fails here
until its demands are listed: a door that forgets to ask is how tokens have changed projects before
(PyPI, January 2020).
"""

import base64
import hashlib
import json
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from types import ModuleType
from typing import Any

import pytest
from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.http import Http404
from django.test import Client, RequestFactory
from django.urls import URLPattern
from pytest_django import Settings

from strongroom.core.actors import OPERATOR, Action
from strongroom.core.clock import SystemClock
from strongroom.packages.catalog import inviting
from strongroom.packages.catalog.criticality import pin
from strongroom.packages.hooks.changes import Wanted, create
from strongroom.packages.staging.rows import content_of, files_of, find
from strongroom.people.access.roles import Role
from strongroom.people.accounts import links
from strongroom.people.organisations import founding
from strongroom.people.organisations.founding import Manner, Plan
from strongroom.people.oversight.directory import Directory
from strongroom.people.tokens import caveats
from strongroom.site.addresses import addresses
from tests.fakes.distributions import sdist, sdist_filename, wheel, wheel_filename
from tests.fakes.organisations import TERMS, acme, invited
from tests.fakes.publishers import MEDIA_TYPE, META, Publisher
from tests.fakes.registry import Registry, form
from tests.site import demanded
from tests.site.demanded import (
    CHANGES,
    DIRECTORY,
    HOOK,
    KEY,
    NOTHING,
    OF_TOKENS,
    OWN,
    PARCEL,
    SESSIONS,
    SIGNED,
    TOKENS,
    TOTP,
    Change,
)
from tests.site.demanded_of_people import APPOINTING, HANDING, ORGANISATIONS, STAFFING

PROGRAMS = {**demanded.PROGRAMS, **APPOINTING}
TABLES = (
    *demanded.TABLES,
    (ORGANISATIONS, demanded.OF_ADMINISTRATORS),
    (STAFFING, demanded.OF_PEOPLE),
    (HANDING, demanded.OF_OVERSIGHT),
)
CLOCK = SystemClock()  # sessions end by the machine's own clock


@dataclass(frozen=True, slots=True)
class Scene:
    """A registry with its whole site, a project of alice's, stages of it, and her token."""

    registry: Registry
    names: Mapping[str, str]
    token: str
    trusting: str  # a token of hers that was made to trust publishers

    def send(self, browser: Client, method: str, change: Change, **headers: str) -> Any:  # noqa: ANN401 - Django's
        """Send a change."""
        sent: dict[str, Any] = {}
        path = change.path.format(**self.names)
        if change.json is not None:
            body = dict(change.json)
            if "{promise}" in body:
                body = promise("wheel", "3.0")
            v2 = path.startswith("/upload")
            sent = {
                "data": json.dumps({"meta": META, **body} if v2 else body),
                "content_type": MEDIA_TYPE if v2 else "application/json",
            }
        elif change.body is not None:
            sent = {"data": change.body, "content_type": "application/octet-stream"}
        elif change.form.get("content") == "{wheel}":
            sent = {"data": upload()}
        elif method == "POST":
            sent = {"data": {k: str(v).format(**self.names) for k, v in change.form.items()}}
        ask = getattr(browser, method.lower())
        return ask(path, headers=headers, **sent)


def client() -> Client:
    """Return a browser, or a program, that knows nothing yet."""
    return Client(SERVER_NAME="registry.test")


def upload() -> dict[str, object]:
    """Return an upload form as Django's client sends one."""
    name, body = wheel_filename("parcel", "4.0"), wheel("parcel", "4.0")
    return {**form(name, body), "content": SimpleUploadedFile(name, body)}


def promise(kind: str, version: str) -> dict[str, object]:
    name, body = (
        (wheel_filename("parcel", version), wheel("parcel", version))
        if kind == "wheel"
        else (sdist_filename("parcel", version), sdist("parcel", version))
    )
    return {
        "filename": name,
        "size": len(body),
        "hashes": {"sha256": hashlib.sha256(body).hexdigest()},
        "mechanism": "http-post-bytes",
    }


@pytest.fixture
def routes(registry: Registry, settings: Settings) -> tuple[URLPattern, ...]:
    """Return all addresses of a registry; each can be asked."""
    site = ModuleType("site")
    listened = Directory(frozenset({"b.test"}), b"")
    routes = tuple(addresses(replace(registry.house, clock=CLOCK, directory=listened)))
    handlers = {f"handler{n}": f"strongroom.web.faults.{name}" for n, name in FAULTS}
    vars(site).update(urlpatterns=list(routes), **handlers)
    settings.ROOT_URLCONF = site
    return routes


@pytest.fixture
def scene(registry: Registry, routes: tuple[URLPattern, ...]) -> Scene:
    """Return a registry with its whole site."""
    assert routes
    registry.owner.admin = True
    registry.owner.save()
    registry.publish("parcel", "1.0")
    alice = Publisher(registry.client, registry.token)
    whole, part = (alice.create("parcel", version).json for version in ("2.0", "3.0"))
    alice.upload(whole, wheel_filename("parcel", "2.0"), wheel("parcel", "2.0"))
    link = part["links"]["upload"]
    file = alice.ask("POST", link, promise("sdist", "3.0")).json
    stage = whole["links"]["session"].rpartition("/")[2]
    other = alice.create("parcel", "5.0").json
    there = alice.ask("POST", other["links"]["upload"], promise("wheel", "5.0")).json
    alice.ask("POST", there["mechanism"]["file_url"], wheel("parcel", "5.0"))
    office, (bob, _) = registry.house.office, map(registry.user, ("bob", "carol"))
    acme(registry.owner, bob, registry.clock)
    founding.create(TERMS, OPERATOR, Plan("globex", Manner(), "bob"), registry.clock)
    asked = inviting.invite(office, OPERATOR, PARCEL, "carol", Role.READER)
    wanted = Wanted(str(HOOK["url"]), ["file-published"])
    hook = create(registry.house.herald, OPERATOR, PARCEL, wanted).hook
    names = {
        "hook": hook.handle,
        "into_acme": str(invited(office, "acme", "carol")),
        "to_alice": str(invited(office, "globex", "alice")),
        "into_parcel": str(asked.pk),
        "stage": stage,
        "open": part["links"]["session"].rpartition("/")[2],
        "file": path_of(file["links"]["file-upload-session"]),
        "there": path_of(there["links"]["file-upload-session"]),
        "content": content_of(files_of(find(stage))),
    }
    trusting = registry.mint(registry.owner, caveats.actions([Action.TRUST, Action.APPOINT]))
    return Scene(registry, names, registry.token, trusting)


FAULTS = ((400, "bad_request"), (403, "forbidden"), (404, "not_found"), (500, "failed"))


def path_of(url: str) -> str:
    return url.removeprefix("http://registry.test")


def enrolled(scene: Scene, kinds: list[str]) -> None:
    """Give alice exactly these factors."""
    Authenticator.objects.all().delete()
    for kind in kinds:
        Authenticator.objects.create(user=scene.registry.owner, type=kind, data={})


def browser(scene: Scene, shown: list[str]) -> Client:
    """Return a browser in which alice has signed in and shown these factors just now."""
    made = client()
    link = links.create_link(
        scene.registry.owner, OPERATOR, CLOCK, lambda: secrets.token_urlsafe(32)
    )
    made.post(f"/sign-in/{link}")
    session = made.session
    # The house has two clocks here: that of the registry stands still.
    at = max(scene.registry.clock.now(), CLOCK.now()).timestamp()
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [
        {"method": "mfa", "type": kind, "at": at} for kind in shown
    ]
    session[f"{AUTHENTICATION_METHODS_SESSION_KEY}_user"] = str(scene.registry.owner.pk)
    session.save()
    return made


@contextmanager
def undone() -> Iterator[None]:
    """Take back what is done meanwhile."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def outcome(answer: Any, change: Change) -> str:  # noqa: ANN401 - Django's test client is not typed
    """Name what an answer demands."""
    where = answer.headers.get("Location", "").partition("?")[0]
    led = {
        "/account/login/": "sign-in",
        "/account/security/": "enrol",
        "/account/security/prove/": "prove",
        "/account/security/keys/prove/": "prove",
    }
    if where in led:
        return led[where]
    if answer.status_code == change.passed:
        return "passed"
    told = f"{answer.reason_phrase} {answer.content.decode()}"
    codes = [code for code in ("mfa-needed", "webauthn-needed") if code in told]
    if answer.status_code == 403 and not codes:
        # Package clients are told in words.
        codes = [
            code
            for words, code in (
                ("needs a second factor", "mfa-needed"),
                ("needs a security key", "webauthn-needed"),
            )
            if words in told
        ]
    return codes[0] if codes else f"{answer.status_code} {told[:300]}"


def test_every_address_that_takes_a_change_is_listed(routes: tuple[URLPattern, ...]) -> None:
    tables = (*(table for table, _ in TABLES), PROGRAMS, DIRECTORY)
    listed = {one for table in tables for one in table}
    found = set()
    for route in routes:
        name = str(route.pattern)
        if name.startswith((*OWN, *SIGNED)) or name in NOTHING:
            continue
        for method in CHANGES:
            if takes(route, method):
                found.add((method, name))
    assert found == listed


def takes(route: URLPattern, method: str) -> bool:
    """Say whether a view takes a method: it is asked with what nobody may do anything by."""
    request = RequestFactory(SERVER_NAME="registry.test").generic(method, "/")
    request.session = client().session
    request.user = object()  # type: ignore[assignment] # nobody
    names = dict.fromkeys(route.pattern.regex.groupindex, "x")
    try:
        return int(route.callback(request, **names).status_code) != 405
    except Http404:
        return False


@pytest.mark.parametrize("kind", ["ordinary", "critical"])
def test_people_are_led_to_the_factor_that_a_change_needs(scene: Scene, kind: str) -> None:
    if kind == "critical":
        pin(scene.registry.house.desk, OPERATOR, PARCEL, "on")
    for i, (enrol, shown) in enumerate(SESSIONS.values()):
        enrolled(scene, enrol)
        signed_in = browser(scene, shown)
        for listed, expected in TABLES:
            for (method, _), changes in listed.items():
                for change in changes:
                    with undone():
                        answer = scene.send(signed_in, method, change)
                    assert (change.path, outcome(answer, change)) == (
                        change.path,
                        expected[kind][i],
                    )


@pytest.mark.parametrize("kind", ["ordinary", "critical"])
def test_a_token_is_as_good_as_the_factors_of_its_owner(scene: Scene, kind: str) -> None:
    if kind == "critical":
        pin(scene.registry.house.desk, OPERATOR, PARCEL, "on")
    for i, enrol in enumerate(TOKENS.values()):
        enrolled(scene, enrol)
        for (method, _), changes in PROGRAMS.items():
            for change in changes:
                with undone():
                    answer = scene.send(client(), method, change, **credential(scene, change))
                assert (change.path, outcome(answer, change)) == (
                    change.path,
                    OF_TOKENS[kind][i],
                )


def bearer(scene: Scene) -> dict[str, str]:
    return {"Authorization": f"Bearer {scene.token}"}


def credential(scene: Scene, change: Change) -> dict[str, str]:
    if change.trusting:
        return {"Authorization": f"Bearer {scene.trusting}"}
    if change.path.startswith("/api/"):
        return bearer(scene)
    pair = base64.b64encode(f"__token__:{scene.token}".encode()).decode()
    return {"Authorization": f"Basic {pair}"}


def test_a_token_opens_no_page_and_a_session_no_door_of_programs(scene: Scene) -> None:
    signed_in = browser(scene, [KEY])
    for listed, _expected in TABLES:
        for (method, _), changes in listed.items():
            for change in changes:
                for header in (credential(scene, change), bearer(scene)):
                    answer = scene.send(client(), method, change, **header)
                    assert outcome(answer, change) == "sign-in"
    for (method, _), changes in PROGRAMS.items():
        for change in changes:
            assert scene.send(signed_in, method, change).status_code == 401


def test_the_door_of_the_directory_is_opened_by_no_person(scene: Scene) -> None:
    for (method, _), changes in DIRECTORY.items():
        for change in changes:
            for by in (client(), browser(scene, [KEY])):
                assert scene.send(by, method, change).status_code == 401
            assert scene.send(client(), method, change, **bearer(scene)).status_code == 401


def test_an_account_that_lost_its_address_changes_nothing(scene: Scene) -> None:
    signed_in = browser(scene, [KEY])
    EmailAddress.objects.update(verified=False)
    for listed, _expected in TABLES:
        for (method, _), changes in listed.items():
            for change in changes:
                answer = scene.send(signed_in, method, change)
                assert answer.headers["Location"] == "/account/addresses/"
    for (method, _), changes in PROGRAMS.items():
        for change in changes:
            answer = scene.send(client(), method, change, **credential(scene, change))
            told = f"{answer.reason_phrase} {answer.content.decode()}"
            assert answer.status_code in {401, 403}
            assert "verified e-mail address" in told


def test_package_clients_are_told_the_remedy_in_the_reason_phrase(scene: Scene) -> None:
    enrolled(scene, [])
    told = scene.registry.post(upload_fields(), scene.token).status
    assert told == (
        "403 alice needs a second factor for this."
        " Sign in to the registry's pages and add one under Account, Security."
    )
    enrolled(scene, [TOTP])
    pin(scene.registry.house.desk, OPERATOR, PARCEL, "on")
    told = scene.registry.post(upload_fields(), scene.token).status
    assert told == (
        "403 parcel is critical: alice needs a security key or passkey for this."
        " Sign in to the registry's pages and add one under Account, Security."
    )


def upload_fields() -> dict[str, object]:
    return form(wheel_filename("parcel", "4.0"), wheel("parcel", "4.0"))


def test_who_is_led_away_comes_back_to_where_they_were(scene: Scene) -> None:
    enrolled(scene, [TOTP, KEY])
    signed_in = browser(scene, [])
    answer = signed_in.get("/manage/project/parcel/yank/1.0/?a=b")
    assert answer.status_code == 303
    assert answer.headers["Location"] == (
        "/account/security/keys/prove/?next=%2Fmanage%2Fproject%2Fparcel%2Fyank%2F1.0%2F%3Fa%3Db"
    )
