"""A registry's web door over a real database and a folder, at addresses of its own."""

import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from types import ModuleType

import pytest
from django.test import Client
from pytest_django import Settings

from strongroom.core.actors import OPERATOR
from strongroom.core.clock import SystemClock
from strongroom.core.events import Recorded
from strongroom.ecosystems.pypi.knowledge import PyPI
from strongroom.packages.catalog.desk import Desk, Limits
from strongroom.packages.models import File, Project, Release
from strongroom.packages.staging.yard import Yard
from strongroom.people.access.grants import grant
from strongroom.people.access.roles import Role
from strongroom.people.accounts import links
from strongroom.people.models import User
from strongroom.people.tokens.minting import Mint
from strongroom.site.jobs import board as queue
from strongroom.stores.blobs.disk import DiskBlobs
from strongroom.web import faults
from strongroom.web.accounts.tokens import urls as token_urls
from strongroom.web.press import Press
from strongroom.web.urls import urls
from strongroom.web.visitors import ENROLLED
from strongroom.web.work import Board
from tests.fakes.people import member
from tests.web.specimens import NOON, PARCEL, URL

CLOCK = SystemClock()  # sessions end by the machine's own clock
MINT = Mint(b"m" * 32, CLOCK, secrets.token_bytes)


@dataclass
class Shop:
    """A web door with its desk, and the events that were handed on."""

    desk: Desk
    yard: Yard
    events: list[Recorded] = field(default_factory=list)

    def user(self, name: str, *, admin: bool = False) -> User:
        return member(name, CLOCK, admin=admin)

    def link(self, user: User | None) -> str:
        return links.create_link(user, OPERATOR, CLOCK, lambda: f"secret-of-{user}")

    def visitor(self, name: str, role: Role | None = None, *, admin: bool = False) -> Client:
        """Return the browser of a person who signed in by a link and has shown a security key."""
        user = self.user(name, admin=admin)
        if role is not None:
            grant(user.pk, PARCEL, role, CLOCK)
        browser = Client()
        browser.post(f"/sign-in/{self.link(user)}")
        session = browser.session
        session[ENROLLED] = {"user": user.pk, "type": "webauthn"}
        session.save()
        browser.get("/account/")  # takes the greeting
        return browser


def board() -> Board:
    """Return the board of the real queue."""
    return Board(
        queue.listed,
        queue.find,
        lambda actor, job: queue.retry(actor, job, CLOCK),
        lambda actor, job: queue.drop(actor, job, CLOCK),
    )


@pytest.fixture
def shop(db: None, tmp_path: Path, settings: Settings) -> Shop:
    events: list[Recorded] = []
    desk = Desk(
        ecosystems={"pypi": PyPI(public_url=URL)},
        blobs=DiskBlobs(tmp_path / "blobs"),
        clock=CLOCK,
        checks=(),
        limits=Limits(max_file_bytes=1_000_000, release_open=timedelta(days=1)),
        react=events.extend,
    )
    yard = Yard(desk, b"k" * 32, secrets.token_bytes, timedelta(7), timedelta(0), "0.1.0")
    addresses = ModuleType("addresses")
    vars(addresses).update(
        urlpatterns=[
            *urls(yard, CLOCK, board(), Press(URL), b"d" * 32),
            *token_urls(Press(URL), MINT, lambda name: f"pypi:{PyPI(URL).name(name).key}"),
        ],
        handler400=faults.bad_request,
        handler403=faults.forbidden,
        handler404=faults.not_found,
        handler500=faults.failed,
    )
    settings.ROOT_URLCONF = addresses
    return Shop(desk, yard, events)


@pytest.fixture
def parcel(shop: Shop) -> Project:
    project = Project.objects.create(
        ecosystem="pypi",
        key="parcel",
        display="Parcel",
        similar="parce1",
        summary="Wraps things up.",
        latest="1.0",
        created_at=NOON,
        updated_at=NOON,
    )
    release = Release.objects.create(project=project, key="1", display="1.0", published_at=NOON)
    File.objects.create(
        release=release,
        filename="parcel-1.0-py3-none-any.whl",
        kind="bdist_wheel",
        size=1,
        sha256="a" * 64,
        blake2b_256="b" * 64,
        md5="c" * 32,
        uploaded_at=NOON,
        uploader="marta",
    )
    return project


@pytest.fixture
def owner(shop: Shop, parcel: Project) -> Client:
    return shop.visitor("marta", Role.OWNER)
