"""A clock that jumps: by an hour back and forth, by ten years, and back again."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from pytest_django import Settings

from strongroom.people.tokens.caveats import Once, Until
from strongroom.proof.ledger.events import since
from tests.fakes.clocks import NOON
from tests.fakes.distributions import wheel, wheel_filename
from tests.fakes.registry import Registry, form, open_registry

HOUR, YEARS = timedelta(hours=1), timedelta(days=3653)
JUMPS = (-HOUR, 2 * HOUR, YEARS, -YEARS, -HOUR)


@pytest.fixture
def registry(db: None, data: Path, settings: Settings) -> Iterator[Registry]:
    with open_registry(data, settings) as opened:
        yield opened


def publish(registry: Registry, name: str, token: str | None = None) -> str:
    body = wheel(name, "1.0")
    return registry.post(form(wheel_filename(name, "1.0"), body), token).status


def test_uploads_go_on_and_no_event_is_older_than_the_one_before(registry: Registry) -> None:
    token = registry.mint(registry.owner, endless=True)
    for number, jump in enumerate(JUMPS):
        registry.clock.forward(jump)
        assert publish(registry, f"parcel-{number}", token) == "200 OK"
    events = since(0, 100)
    assert [one.at for one in events] == sorted(one.at for one in events)
    assert events[-1].at == NOON + HOUR + YEARS
    assert [one.serial for one in events] == sorted(one.serial for one in events)


def test_pages_show_what_was_published_under_a_clock_that_went_back(registry: Registry) -> None:
    registry.publish("parcel", "1.0")
    registry.clock.forward(-HOUR)
    registry.publish("parcel", "2.0")
    page = registry.get("/simple/parcel/").text
    assert ("parcel-1.0" in page, "parcel-2.0" in page) == (True, True)


def test_a_token_holds_for_its_window_by_the_clock_of_now(registry: Registry) -> None:
    token = registry.mint(registry.owner, Until(int((NOON + HOUR).timestamp())))
    told = []
    for number, jump in enumerate((timedelta(), YEARS, -YEARS, -HOUR)):
        registry.clock.forward(jump)
        told.append(publish(registry, f"parcel-{number}", token)[:3])
    assert told == ["200", "403", "200", "200"]


def test_a_token_for_one_request_stays_spent_when_the_clock_goes_back(registry: Registry) -> None:
    token = registry.mint(registry.owner, Once(), endless=True)
    assert publish(registry, "parcel-1", token) == "200 OK"
    for jump in JUMPS:
        registry.clock.forward(jump)
        assert publish(registry, "parcel-2", token).startswith("403 The token was for one request")
