"""A whole registry over a folder: the house as the site assembles it, behind its WSGI front.

Only the clock is a fake. Besides the shelf's doors it has the door of uploads; the pages for
people and the JSON API have registries of their own in their tests.
"""

import hashlib
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from io import BytesIO
from pathlib import Path
from wsgiref.types import WSGIApplication

from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from pytest_django import Settings
from werkzeug.datastructures import FileStorage
from werkzeug.test import Client, TestResponse

from strongroom.core.actors import OPERATOR
from strongroom.core.coordinates import ProjectId
from strongroom.ecosystems.pypi.wire.exchange import ExchangeDoor
from strongroom.ecosystems.pypi.wire.previews import Previews
from strongroom.ecosystems.pypi.wire.sessions import Sessions
from strongroom.ecosystems.pypi.wire.upload import Door
from strongroom.packages.catalog.changes import set_status, target, yank
from strongroom.people.models import User
from strongroom.people.tokens.caveats import Caveat
from strongroom.people.tokens.lifetimes import Lifetimes
from strongroom.people.tokens.minting import Mint, Order, create
from strongroom.site.application import application
from strongroom.site.assembly import House, build
from strongroom.site.configuration import Configuration
from strongroom.site.reactions import Reactions
from strongroom.stores.keys import open_keys
from tests.fakes.clocks import StoppedClock
from tests.fakes.distributions import Metadata, wheel, wheel_filename
from tests.fakes.people import member, sure

URL = "http://registry.test"


@dataclass(frozen=True, slots=True)
class Registry:
    """A registry that `client` talks to, and `token`, which may do all that its owner may."""

    house: House
    clock: StoppedClock
    app: WSGIApplication
    client: Client
    owner: User
    token: str
    keys: Path = field(repr=False)

    def mint(self, user: User, *caveats: Caveat, endless: bool = False) -> str:
        """Make a token of a user, which ends as tokens do unless `endless`."""
        master = open_keys(self.keys, None).key("tokens")
        lifetimes = Lifetimes(at_most=None) if endless else Lifetimes()
        mint = Mint(master, self.clock, secrets.token_bytes, lifetimes)
        return create(
            user,
            Order("test", caveats, endless=endless),
            by=sure(user),
            mint=mint,
        ).text

    def user(self, name: str) -> User:
        """Make an account."""
        return member(name, self.clock)

    def get(self, path: str, **headers: str) -> TestResponse:
        """Read an address; header names are written with underscores."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.get(path, headers=named, buffered=True)

    def post(self, fields: Mapping[str, object], token: str | None = None) -> TestResponse:
        """Send an upload form."""
        auth = ("__token__", self.token if token is None else token)
        return self.client.post("/legacy/", data=dict(fields), auth=auth, buffered=True)

    def publish(self, name: str, version: str, metadata: Metadata | None = None) -> str:
        """Publish a small wheel; returns the path of its address."""
        body = wheel(name, version, metadata=metadata)
        filename = wheel_filename(name, version)
        answer = self.post(form(filename, body))
        assert answer.status == "200 OK", answer.status
        self.settle()
        return address(filename, body)

    def settle(self) -> None:
        """Do what a worker does a moment later: render what shows the whole registry."""
        self.house.reactions.catch_up()

    def yank(self, name: str, version: str, reason: str) -> None:
        """Yank a release."""
        desk = self.house.desk
        yank(desk, OPERATOR, target(desk, "pypi", name, version), reason)

    def restarted(self) -> Reactions:
        """Return the reactions of another process over the same folder."""
        keys = open_keys(self.keys, None)
        return build(self.house.configuration, keys, self.clock).reactions

    def set_status(self, key: str, status: str, reason: str) -> None:
        """Give a project another status."""
        set_status(self.house.desk, OPERATOR, ProjectId("pypi", key), status, reason)
        self.settle()


def form(filename: str, body: bytes, **fields: object) -> dict[str, object]:
    """Return an upload form with the least that clients send, and `fields` besides."""
    return {
        ":action": "file_upload",
        "protocol_version": "1",
        "sha256_digest": hashlib.sha256(body).hexdigest(),
        **fields,
        "content": FileStorage(BytesIO(body), filename, content_type="application/octet-stream"),
    }


def address(filename: str, body: bytes) -> str:
    """Return the path of a published file."""
    digest = hashlib.sha256(body).hexdigest()
    return f"/files/pypi/{digest[:2]}/{digest[2:4]}/{digest[4:]}/{filename}"


@contextmanager
def open_registry(data: Path, settings: Settings, **configured: object) -> Iterator[Registry]:
    """Open an empty registry over a data folder that has keys; the database is the test's.

    Requests do not close the connection meanwhile, because a test's transaction lives in it.
    """
    ends = (request_started, request_finished)
    for signal in ends:
        signal.disconnect(close_old_connections)
    registry = _registry(data, settings, configured)
    try:
        yield registry
    finally:
        registry.house.metrics.close()
        for signal in ends:
            signal.connect(close_old_connections)


def _registry(data: Path, settings: Settings, configured: Mapping[str, object]) -> Registry:
    clock = StoppedClock()
    configuration = replace(Configuration(data=data, public_url=URL), **configured)  # type: ignore[arg-type] # settings by name
    house = build(configuration, open_keys(data / "keys", None), clock)
    count = house.metrics.uploaded
    door = Door(house.yard, house.authenticate, house.recognise, count, URL)
    sessions = Sessions(house.yard, house.authenticate, URL)
    exchange = ExchangeDoor(house.exchange, URL).urls()
    previews = Previews(house.yard).urls()
    settings.ROOT_URLCONF = (*door.urls(), *sessions.urls(), *previews, *exchange)
    settings.ALLOWED_HOSTS = ["registry.test", "localhost"]
    house.reactions.put_shared()
    app = application(house)
    owner = member("alice", clock)
    empty = Registry(house, clock, app, Client(app), owner, "", data / "keys")
    return replace(empty, token=empty.mint(owner))
