"""Making a registry ready, again and again."""

import threading
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from strongroom.core.actors import OPERATOR
from strongroom.packages.publishing.pipeline import publish
from strongroom.packages.publishing.steps import Upload
from strongroom.people.accounts.users import create_user
from strongroom.site.assembly import House, build
from strongroom.site.configuration import Configuration
from strongroom.site.preparation import Prepared, prepare, render
from strongroom.stores.keys import open_keys
from tests.fakes.clocks import StoppedClock
from tests.fakes.distributions import wheel, wheel_filename
from tests.fakes.people import sure

pytestmark = pytest.mark.django_db(transaction=True)


class Secrets:
    """Gives a new secret each time, and counts them."""

    def __init__(self) -> None:
        self.given = 0

    def __call__(self) -> str:
        self.given += 1
        return f"secret-{self.given}"


@pytest.fixture
def clock() -> StoppedClock:
    """Return a clock that a test can move."""
    return StoppedClock()


@pytest.fixture
def house(data: Path, clock: StoppedClock) -> House:
    """Return a registry that nobody has made ready."""
    return build(Configuration(data=data), open_keys(data / "keys", None), clock)


def test_a_new_registry_gets_its_first_pages_and_a_link(house: House) -> None:
    assert prepare(house, Secrets()) == Prepared((), 0, "http://localhost:8000/claim/secret-1")
    assert house.shelf.pages.get("web/index.html") is not None
    assert house.shelf.pages.get("simple/index.html") is not None


def test_the_link_stays_the_same_while_it_works(house: House) -> None:
    secrets = Secrets()
    first = prepare(house, secrets).claim
    assert (prepare(house, secrets).claim, secrets.given) == (first, 1)


def test_a_link_that_has_expired_is_replaced(house: House, clock: StoppedClock) -> None:
    secrets = Secrets()
    first = prepare(house, secrets).claim
    clock.forward(timedelta(days=8))
    assert prepare(house, secrets).claim != first


def test_a_registry_with_an_account_has_no_link(house: House) -> None:
    secrets = Secrets()
    prepare(house, secrets)
    create_user("alice", "alice@example.org", admin=True, actor=OPERATOR, clock=house.clock)
    assert prepare(house, secrets).claim is None
    assert not (house.configuration.data / "run" / "claim").exists()


def test_pages_are_rendered_once(house: House) -> None:
    prepare(house, Secrets())
    stamp = house.configuration.data / "public" / ".rendered"
    before = stamp.stat().st_mtime_ns
    prepare(house, Secrets())
    assert stamp.stat().st_mtime_ns == before


@pytest.mark.parametrize("change", [{"port": 9000}, {"site_name": "Ours"}])
def test_pages_that_show_something_else_are_rendered_anew(
    house: House, change: dict[str, object]
) -> None:
    prepare(house, Secrets())
    stamp = house.configuration.data / "public" / ".rendered"
    before = stamp.read_text()
    prepare(replace(house, configuration=replace(house.configuration, **change)), Secrets())  # type: ignore[arg-type] # settings by name
    assert stamp.read_text() != before


def test_a_rendering_that_breaks_off_is_begun_again(house: House) -> None:
    render(house, lambda _done, _total: None)
    stamp = house.configuration.data / "public" / ".rendered"
    stamp.unlink()
    prepare(house, Secrets())
    assert stamp.is_file()


class Unrenderable:
    """Reactions of a registry with a project whose pages cannot be rendered."""

    def catch_up(self) -> int:
        raise RuntimeError


def test_a_project_that_cannot_be_rendered_stops_nobody(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    prepare(house, Secrets())
    broken = replace(house, reactions=Unrenderable())  # type: ignore[arg-type] # all it is asked
    assert prepare(broken, Secrets()).claim is not None
    assert "could not catch up" in caplog.text


def test_a_project_whose_lock_shares_a_slot_with_the_preparation_holds_nothing_up(
    house: House,
) -> None:
    # The names "prepare" and "shelf pypi:decimal-lane" share the slot 407 of 1,024.
    alice = create_user("alice", "a@example.org", admin=False, actor=OPERATOR, clock=house.clock)
    desk = house.desk
    with desk.blobs.receive() as incoming:
        incoming.write(wheel("decimal-lane", "1.0"))
        name = wheel_filename("decimal-lane", "1.0")
        publish(
            Upload(sure(alice, "test"), "pypi", name, {}, incoming),
            desk,
        )
    (house.configuration.data / "public" / ".rendered").unlink(missing_ok=True)

    def run() -> None:
        prepare(house, Secrets())

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(20)
    assert not thread.is_alive()
