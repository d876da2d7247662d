"""Upkeep knows the closed place as it knows the open one, and lets nothing private out of it."""

import pytest

from strongroom.core.actors import OPERATOR
from strongroom.core.coordinates import ProjectId
from strongroom.packages.catalog.visibility import set_private
from strongroom.packages.publishing.creation import Wish, create
from strongroom.packages.upkeep.reading import UNPACED
from strongroom.packages.upkeep.scrub import scrub
from strongroom.packages.upkeep.sweep import find as strays
from strongroom.packages.upkeep.sweep import remove
from tests.fakes.people import sure
from tests.fakes.registry import Registry
from tests.packages.upkeep.filled import checked, rebuilt, silent

VAULT = ProjectId("pypi", "vault")
LATER = 1e12  # seconds; everything was written before


@pytest.fixture
def vault(registry: Registry) -> Registry:
    """Return the registry with a private project that was public before."""
    registry.publish("vault", "1.0")
    set_private(registry.house.desk, OPERATOR, VAULT, private=True)
    create(registry.house.desk, sure(registry.owner), Wish("pypi", "empty", private=True))
    registry.settle()
    registry.house.reactions.put_shared()
    return registry


def test_what_is_as_it_must_be_is_left_alone(vault: Registry) -> None:
    assert checked(vault).count == 0
    assert rebuilt(vault).count == 0
    premises = vault.house.premises
    assert remove(premises, strays(premises, LATER)) == ()
    report = scrub(premises, UNPACED, None, silent)
    assert (report.damaged, report.replaced, report.rendered) == ((), (), ())


def test_what_is_lost_of_the_closed_place_is_put_up_again(vault: Registry) -> None:
    rooms = vault.house.shelf.pages
    before = sorted(one.name for one in rooms.walk("closed"))
    for name in before:
        rooms.discard(name)
    assert rebuilt(vault).count > 0
    assert sorted(one.name for one in rooms.walk("closed")) == before
    assert checked(vault).count == 0


def test_what_got_out_is_found_and_taken_down(vault: Registry) -> None:
    rooms = vault.house.shelf.pages
    page = rooms.closed.get("simple/vault/index.html")
    assert page is not None
    rooms.open.put("simple/vault/index.html", page.body)
    assert "simple/vault/index.html" in {one.what for one in checked(vault).differences}
    assert rebuilt(vault).count > 0
    assert rooms.open.get("simple/vault/index.html") is None
