"""Clients of Upload 2.0 for the tests of this door."""

import pytest

from tests.fakes.publishers import Publisher, Session
from tests.fakes.registry import Registry


@pytest.fixture
def alice(registry: Registry) -> Publisher:
    """Return a client with a token that may do all that its owner may."""
    return Publisher(registry.client, registry.token)


@pytest.fixture
def mallory(registry: Registry) -> Publisher:
    """Return a client of somebody who has no role anywhere."""
    return Publisher(registry.client, registry.mint(registry.user("mallory")))


@pytest.fixture
def session(alice: Publisher) -> Session:
    """Return an open publishing session of alice's, for `parcel` 2.0."""
    opened: Session = alice.create("Parcel", "2.0").json
    return opened
