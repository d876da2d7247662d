"""The keys of a partner: remembered, asked for anew when they change, and never without a pause."""

from collections.abc import Callable

import pytest

from strongroom.core.errors import UnavailableError
from strongroom.people.leaks.partners import KEPT, PAUSE, Partner
from strongroom.people.leaks.signatures import is_signed
from tests.fakes.reporters import Scanner, signed

pytestmark = pytest.mark.django_db

NOW = 1_000_000.0
ADDRESS = "https://keys.example.org/"


@pytest.fixture
def scanner() -> Scanner:
    scanner = Scanner()
    scanner.rotate("first")
    return scanner


@pytest.fixture
def partner(scanner: Scanner) -> Partner:
    return Partner(ADDRESS, scanner.shown)


def knows(partner: Partner, scanner: Scanner, name: str, now: float) -> bool:
    key = partner.key(name, now)
    return key is not None and is_signed(b"body", signed(b"body", scanner.keys[name]), key)


def test_keys_are_asked_for_once_and_remembered(partner: Partner, scanner: Scanner) -> None:
    for second in range(3):
        assert knows(partner, scanner, "first", NOW + second)
    assert scanner.asked == 1


def test_other_processes_remember_them_too(partner: Partner, scanner: Scanner) -> None:
    assert knows(partner, scanner, "first", NOW)
    assert knows(Partner(ADDRESS, scanner.shown), scanner, "first", NOW)
    assert scanner.asked == 1


def test_a_changed_key_is_found_at_the_next_report(partner: Partner, scanner: Scanner) -> None:
    assert knows(partner, scanner, "first", NOW)
    scanner.rotate("second")
    assert knows(partner, scanner, "second", NOW + PAUSE)
    assert partner.key("first", NOW + PAUSE) is None


def test_forged_names_of_keys_have_us_ask_once_a_minute(partner: Partner, scanner: Scanner) -> None:
    assert knows(partner, scanner, "first", NOW)
    for second in range(int(PAUSE)):
        assert partner.key(f"forged {second}", NOW + second) is None
    assert scanner.asked == 1
    assert partner.key("forged", NOW + PAUSE) is None
    assert scanner.asked == 2


def test_a_key_that_was_withdrawn_is_believed_for_an_hour(
    partner: Partner, scanner: Scanner
) -> None:
    assert knows(partner, scanner, "first", NOW)
    scanner.rotate("second")
    assert partner.key("first", NOW + KEPT - 1) is not None
    assert partner.key("first", NOW + KEPT) is None


def test_what_is_known_holds_while_the_partner_does_not_answer(
    partner: Partner, scanner: Scanner
) -> None:
    assert knows(partner, scanner, "first", NOW)
    scanner.gone = True
    assert partner.key("second", NOW + PAUSE) is None
    assert knows(partner, scanner, "first", NOW + PAUSE)


def away() -> bytes:
    raise UnavailableError("outside-unreachable", "It does not answer.")


@pytest.mark.parametrize("fetch", [away, lambda: b"none"], ids=["away", "nonsense"])
def test_where_nothing_is_known_the_reporter_is_asked_to_come_again(
    fetch: Callable[[], bytes], partner: Partner, scanner: Scanner
) -> None:
    silent = Partner(ADDRESS, fetch)
    for moment in (NOW, NOW + 1):
        with pytest.raises(UnavailableError) as caught:
            silent.key("first", moment)
        assert caught.value.code == "leak-keys-unknown"
    assert knows(partner, scanner, "first", NOW + PAUSE)
