"""A provider on loopback, an exchange that trusts it, and a publisher of `parcel`."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from ipaddress import ip_network

import pytest

from strongroom.core.actors import OPERATOR
from strongroom.core.coordinates import ProjectId
from strongroom.core.errors import StrongroomError
from strongroom.people.models import Publisher
from strongroom.people.publishers import configured, register
from strongroom.people.publishers.exchange import Exchange, Issued, mint
from strongroom.people.publishers.register import Order, Place
from strongroom.stores.issuers import Issuers
from strongroom.stores.outside import Outside
from tests.fakes.clocks import StoppedClock
from tests.fakes.issuers import Claims, Issuer, issuing

LOOPBACK = (ip_network("127.0.0.0/8"),)
AUDIENCE = "registry.test"
PARCEL = ProjectId("pypi", "parcel")
TYPED = {"owner": "Octo", "repository": "parcel", "workflow": "release.yml"}
MASTER = b"m" * 32
HOME = "192.0.2.7"


@dataclass(frozen=True, slots=True)
class Market:
    """Where statements are exchanged: an issuer that stands for GitHub, and a stopped clock."""

    issuer: Issuer
    exchange: Exchange
    clock: StoppedClock

    def publisher(self, key: str = "parcel", **typed: str) -> Publisher:
        """Give a project a publisher."""
        project = ProjectId("pypi", key)
        order = Order(self.exchange.providers[0].name, {**TYPED, **typed})
        place, now = Place(project, key), self.clock.now()
        return register.add(place, order, self.exchange.providers, OPERATOR, now)

    def mint(self, claims: Claims, source: str = HOME) -> Issued:
        """Exchange a new statement."""
        return mint(self.exchange, self.issuer.token(claims, AUDIENCE), source)

    def refusal(self, claims: Claims) -> tuple[str, str]:
        """Return why a new statement is refused: the code and the sentence."""
        with pytest.raises(StrongroomError) as caught:
            self.mint(claims)
        return caught.value.code, caught.value.sentence

    def trusting(self, word: str) -> "Market":
        """Return the same with another setting; `ISSUER` in it stands for the issuer."""
        known = configured.providers([word.replace("ISSUER", self.issuer.url)])
        return replace(self, exchange=replace(self.exchange, providers=known))


@pytest.fixture
def clock() -> StoppedClock:
    return StoppedClock()


@pytest.fixture
def issuer(clock: StoppedClock) -> Iterator[Issuer]:
    with issuing() as found:
        found.now = lambda: clock.now().timestamp()
        yield found


@pytest.fixture
def seconds() -> list[float]:
    """Return the steady clock by which keys grow old; its only item can be changed."""
    return [0.0]


@pytest.fixture
def market(issuer: Issuer, clock: StoppedClock, seconds: list[float]) -> Market:
    def outside(_: str) -> Outside:
        return Outside("tests", LOOPBACK)

    exchange = Exchange(
        configured.providers([f"github={issuer.url}"]),
        AUDIENCE,
        Issuers(outside, lambda: seconds[0]).keys,
        MASTER,
        clock,
        os.urandom,
    )
    return Market(issuer, exchange, clock)
