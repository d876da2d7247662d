"""DNS is asked whether a domain takes mail, and what is no answer says nothing."""

import pytest

from strongroom.stores.resolver import Answered, Resolver
from tests.fakes.names import FAILS, MAIL, NULL_MX, SILENT, Records, naming

SOON = 0.05  # seconds, after which nobody waits any longer


def asked(domain: str, names: dict[str, Records], seconds: float = 5.0) -> Answered:
    with naming(names) as server:
        return Resolver((server,), seconds).mail(domain)


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        (MAIL, Answered.FOUND),
        ({"A": ["192.0.2.1"]}, Answered.FOUND),
        ({"AAAA": ["2001:db8::1"]}, Answered.FOUND),
        ({"TXT": ['"v=spf1 -all"']}, Answered.EMPTY),
        (NULL_MX, Answered.NULL),
    ],
)
def test_a_domain_takes_mail_by_its_records(records: Records, expected: Answered) -> None:
    assert asked("example.test", {"example.test": records}) is expected


def test_a_domain_that_is_gone_has_no_name() -> None:
    assert asked("gone.test", {"test": {}}) is Answered.NO_NAME


def test_a_server_that_knows_no_domain_at_all_says_nothing() -> None:
    assert asked("gone.test", {}) is Answered.UNKNOWN


def test_a_server_that_fails_says_nothing() -> None:
    assert asked("example.test", {"example.test": FAILS}, SOON) is Answered.UNKNOWN


def test_a_server_that_fails_for_the_domain_above_says_nothing() -> None:
    assert asked("gone.test", {"test": FAILS}, SOON) is Answered.UNKNOWN


def test_a_server_that_is_silent_says_nothing() -> None:
    assert asked("example.test", {"example.test": SILENT}, SOON) is Answered.UNKNOWN


def test_a_domain_without_mail_servers_half_of_whose_addresses_are_unknown_is_unknown() -> None:
    assert asked("example.test", {"example.test": {"AAAA": ["fails"]}}, SOON) is Answered.UNKNOWN


def test_what_is_no_name_is_unknown() -> None:
    assert asked(f"{'a' * 64}.test", {"test": {}}) is Answered.UNKNOWN
