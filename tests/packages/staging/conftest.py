"""A bench, people, and a project whose files one of them must approve."""

from pathlib import Path

import pytest

from strongroom.core.actors import OPERATOR, Actor
from strongroom.core.coordinates import ProjectId
from strongroom.packages.catalog.changes import appoint
from strongroom.packages.staging.approving import set_approvals
from strongroom.people.access.roles import Role
from tests.fakes.bench import SETTLED, Bench, open_bench

PARCEL = ProjectId("box", "parcel")


@pytest.fixture
def bench(db: None, tmp_path: Path) -> Bench:
    """Return a bench where nothing has happened."""
    return open_bench(tmp_path)


@pytest.fixture
def alice(bench: Bench) -> Actor:
    """Return an owner."""
    return bench.person("alice")


@pytest.fixture
def bob(bench: Bench) -> Actor:
    """Return a maintainer, where there is a project."""
    return bench.person("bob")


@pytest.fixture
def mallory(bench: Bench) -> Actor:
    """Return somebody who has no role anywhere."""
    return bench.person("mallory")


@pytest.fixture
def parcel(bench: Bench, alice: Actor, bob: Actor) -> str:
    """Return the key of a project with release 1.0, whose two people have been there for long."""
    bench.publish(alice, "parcel", "1.0")
    appoint(bench.desk, OPERATOR, PARCEL, "bob", Role.MAINTAINER)
    bench.clock.forward(SETTLED)
    return "parcel"


@pytest.fixture
def approved(bench: Bench, alice: Actor, parcel: str) -> str:
    """Return the key of that project, which now asks for one approval."""
    set_approvals(bench.desk, alice, PARCEL, 1)
    bench.told.clear()
    return parcel
