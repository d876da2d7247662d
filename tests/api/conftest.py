"""A registry for the tests of the API: a real desk over a folder, with one small project in it."""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import pytest
from django.http import HttpResponse
from django.test import Client
from pytest_django import Settings

from strongroom.api.urls import urls
from strongroom.core.actors import Actor
from strongroom.ecosystems.pypi.knowledge import PyPI
from strongroom.packages.catalog.card import write
from strongroom.packages.catalog.desk import Desk, Limits
from strongroom.packages.catalog.listing import listing
from strongroom.packages.publishing.pipeline import publish
from strongroom.packages.publishing.steps import Upload
from strongroom.packages.staging.yard import Yard
from strongroom.people.models import User
from strongroom.people.tokens.authenticate import authenticate
from strongroom.people.tokens.caveats import Caveat
from strongroom.people.tokens.minting import Mint, Order, create
from strongroom.stores.blobs.disk import DiskBlobs
from tests.fakes.clocks import StoppedClock
from tests.fakes.distributions import wheel, wheel_filename
from tests.fakes.offices import Bureau
from tests.fakes.people import member, sure
from tests.fakes.receivers import herald

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse

    Answer: TypeAlias = _MonkeyPatchedWSGIResponse
else:
    Answer = HttpResponse

MASTER = b"m" * 32


@dataclass(frozen=True, slots=True)
class Registry:
    """A registry whose API answers `client`."""

    desk: Desk
    yard: Yard
    clock: StoppedClock
    client: Client

    def user(self, name: str, *, admin: bool = False) -> User:
        return member(name, self.clock, admin=admin)

    def token(self, user: User, *caveats: Caveat) -> str:
        mint = Mint(MASTER, self.clock, secrets.token_bytes)
        order = Order("test", caveats)
        return create(user, order, by=sure(user), mint=mint).text

    def publish(self, user: User, name: str, version: str) -> None:
        with self.desk.blobs.receive() as incoming:
            incoming.write(wheel(name, version))
            actor = sure(user)
            filename = wheel_filename(name, version)
            receipt = publish(Upload(actor, "pypi", filename, {}, incoming), self.desk)
        pypi = self.desk.ecosystems["pypi"]
        write(listing(receipt.project, pypi), pypi)


def bearer(token: str) -> dict[str, str]:
    """Return the header in which a token travels."""
    return {"Authorization": f"Bearer {token}"}


@pytest.fixture
def registry(db: None, tmp_path: Path, settings: Settings) -> Registry:
    """Return an empty registry."""
    clock = StoppedClock()
    pypi = PyPI(public_url="http://registry.test")
    desk = Desk(
        ecosystems={pypi.id: pypi},
        blobs=DiskBlobs(tmp_path / "blobs"),
        clock=clock,
        checks=(),
        limits=Limits(max_file_bytes=10_000_000, release_open=timedelta(days=14)),
        react=lambda _: None,
    )

    def known(text: str, source: str) -> Actor:
        return authenticate(text, master=MASTER, clock=clock, source=source)

    yard = Yard(desk, b"k" * 32, secrets.token_bytes, timedelta(7), timedelta(0), "0.1.0")
    settings.ROOT_URLCONF = tuple(urls(yard, known, herald(clock), Bureau(clock).office))
    return Registry(desk, yard, clock, Client())


@pytest.fixture
def owner(registry: Registry) -> User:
    """Return alice, who published `parcel` 1.0 and 1.1."""
    alice = registry.user("alice")
    for version in ("1.0", "1.1"):
        registry.publish(alice, "Parcel", version)
    return alice
