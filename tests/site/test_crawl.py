"""A crawl of every address with a private project's name: it answers others as nobody's name does.

The addresses are those of the route table, so one that is new is crawled too. "Private" images were
readable by anybody for about four years elsewhere (CVE-2026-27771): one address had been forgotten.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern

from strongroom.core.actors import OPERATOR
from strongroom.core.clock import SystemClock
from strongroom.people.accounts import links
from strongroom.site.addresses import addresses
from strongroom.web.visitors import ENROLLED
from tests.fakes.registry import Registry
from tests.site.test_private import DIGEST, FILE, site  # noqa: F401 - a fixture

SECRET, NOBODYS = "vault", "vaalt"
METHODS = ("GET", "POST", "PUT", "DELETE")
# What stands in the places of an address that are not a project's name.
PLACES = {
    "version": "1.0",
    "ecosystem": "pypi",
    "filename": FILE,
    "sha256": DIGEST,
    "status": "archived",
    "wanted": "on",
    "visibility": "public",
}
NUMBERS = {"int": "1", "uuid": "00000000-0000-0000-0000-000000000000"}
# What the shelf's rooms hold, whose patterns take any path.
SHELVED = (
    f"simple/{SECRET}/",
    f"simple/{SECRET}",
    f"simple/{SECRET.title()}/",
    f"simple/{SECRET}/{DIGEST}/{FILE}",
    f"simple/{SECRET}/{DIGEST}/{FILE}.metadata",
    f"pypi/{SECRET}/json",
    f"pypi/{SECRET}/1.0/json",
    f"rss/project/{SECRET}/releases.xml",
    f"integrity/{SECRET}/1.0/{FILE}/provenance",
    f"project/{SECRET}/",
    f"project/{SECRET}/1.0/",
    f"project/{SECRET}/history/",
)
LISTS = (
    "/",
    "/simple/",
    "/rss/updates.xml",
    "/rss/packages.xml",
    f"/search/?q={SECRET}",
    f"/api/v1/search?q={SECRET}",
    "/api/v1/events",
    "/api/v1/users/alice",
    "/user/alice/",
)


def paths(route: URLPattern) -> Iterator[str]:
    """Yield an address for each place of a route in which a project's name can stand."""
    text = str(route.pattern)
    if text.startswith("^("):
        return  # the rooms of the shelf
    if text.startswith("^"):
        for wanted in route.pattern.regex.groupindex:
            yield re.sub(
                r"\(\?P<(\w+)>(?:[^()]|\([^()]*\))*\)",
                lambda found: SECRET if found[1] == wanted else PLACES.get(found[1], SECRET),  # noqa: B023
                text.strip("^$").replace("/?", "/").replace("(?:/|$)", "/"),
            ).replace("\\", "")
        return
    names = re.findall(r"<(?:(\w+):)?(\w+)>", text)
    for _, wanted in names:

        def put(found: re.Match[str], wanted: str = wanted) -> str:
            kind, name = found[1], found[2]
            if kind in NUMBERS:
                return NUMBERS[kind]
            return SECRET if name == wanted else PLACES.get(name, SECRET)

        yield re.sub(r"<(?:(\w+):)?(\w+)>", put, text)


@pytest.fixture
def crawled(site: Registry) -> tuple[str, ...]:  # noqa: F811
    """Return all addresses that can hold a project's name."""
    found = {path for route in addresses(site.house) for path in paths(route)}
    return (*SHELVED, *sorted(one for one in found if SECRET in one))


def visitor(registry: Registry) -> Client:
    """Return the browser of somebody who has no role in anything, and has shown a key."""
    user = registry.user("mallory")
    browser = Client(SERVER_NAME="registry.test")
    link = links.create_link(user, OPERATOR, SystemClock(), lambda: "link-of-mallory")
    browser.post(f"/sign-in/{link}")
    session = browser.session
    session[ENROLLED] = {"user": user.pk, "type": "webauthn"}
    session.save()
    browser.get("/account/")
    return browser


def told(browser: Client, method: str, path: str, **headers: str) -> tuple[object, ...]:
    """Return all that an answer tells, and how many queries it took."""
    with transaction.atomic(), CaptureQueriesContext(connection) as queries:
        sent: dict[str, Any] = {"content_type": "application/json"} if method == "PUT" else {}
        answer = getattr(browser, method.lower())(f"/{path}", headers=headers, **sent)
        body = b"".join(answer) if answer.streaming else answer.content
        transaction.set_rollback(True)
    hidden = re.sub(rb'(csrfmiddlewaretoken" value=")[^"]*', rb"\1", body)
    kept = {
        name: value
        for name, value in answer.headers.items()
        if name not in {"X-Request-ID", "Content-Length"}
    }
    return answer.status_code, answer.reason_phrase, kept, hidden, len(queries)


def as_of(answer: tuple[object, ...], name: str, other: str) -> tuple[object, ...]:
    """Return an answer with one name in place of another, in whichever case."""
    text = repr(answer).replace(name, other).replace(name.title(), other.title())
    return (text,)


def test_every_address_answers_a_private_name_as_nobodys(
    site: Registry,  # noqa: F811
    crawled: tuple[str, ...],
) -> None:
    token = site.mint(site.user("eve"))
    visitors: Mapping[str, tuple[Client, Mapping[str, str]]] = {
        "nobody": (Client(SERVER_NAME="registry.test"), {}),
        "a stranger": (visitor(site), {}),
        "a stranger's token": (
            Client(SERVER_NAME="registry.test"),
            {"Authorization": f"Bearer {token}"},
        ),
        "no token": (Client(SERVER_NAME="registry.test"), {"Authorization": "Bearer nonsense"}),
    }
    assert len(crawled) > 40
    differing = []
    for who, (browser, headers) in visitors.items():
        for path in crawled:
            for method in METHODS:
                absent = path.replace(SECRET, NOBODYS).replace(SECRET.title(), NOBODYS.title())
                private = as_of(told(browser, method, path, **headers), SECRET, NOBODYS)
                nobodys = as_of(told(browser, method, absent, **headers), SECRET, NOBODYS)
                if private != nobodys:
                    differing.append((who, method, path, private, nobodys))
    assert differing == []


def test_no_list_names_it_to_anybody_else(site: Registry) -> None:  # noqa: F811
    everything = [*LISTS, *(f"/{route.pattern}" for route in addresses(site.house) if plain(route))]
    for browser in (Client(SERVER_NAME="registry.test"), visitor(site)):
        for path in everything:
            shown = listed(browser, path)
            if SECRET in path:  # which a page of results repeats
                other = listed(browser, path.replace(SECRET, NOBODYS))
                assert shown.replace(SECRET, NOBODYS) == other
            else:
                assert SECRET not in shown, path


def listed(browser: Client, path: str) -> str:
    """Return what an address answers, with its headers."""
    answer = browser.get(path)
    body = b"".join(answer) if answer.streaming else answer.content
    return f"{answer.headers} {body!r}"


def test_no_page_of_the_shelf_names_it(site: Registry) -> None:  # noqa: F811
    for path in ("/", "/simple/", "/rss/updates.xml", "/rss/packages.xml"):
        assert SECRET not in site.get(path).text


def plain(route: URLPattern) -> bool:
    """Say whether a route is one address alone."""
    return not str(route.pattern).startswith("^") and "<" not in str(route.pattern)
