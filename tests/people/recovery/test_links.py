"""The secrets in the links of recovery."""

from datetime import timedelta

import pytest

from strongroom.core.errors import ForbiddenError
from strongroom.people.recovery import links
from tests.fakes.clocks import NOON

KEY, OTHER = b"k" * 32, b"o" * 32
END = NOON + timedelta(hours=1)


def test_a_link_asks_for_its_account_until_it_ends() -> None:
    secret = links.to_ask(KEY, 7, "a@example.org", END)
    assert links.user_of(secret) == 7
    assert links.is_to_ask(KEY, secret, "a@example.org", NOON)
    assert not links.is_to_ask(KEY, secret, "a@example.org", END)


def test_a_link_ends_with_the_address_that_it_was_mailed_to() -> None:
    secret = links.to_ask(KEY, 7, "a@example.org", END)
    assert not links.is_to_ask(KEY, secret, "b@example.org", NOON)


def test_no_part_of_a_link_can_be_changed() -> None:
    user, end, proof = links.to_ask(KEY, 7, "a@example.org", END).split("-")
    for changed in (
        f"8-{end}-{proof}",
        f"{user}-{int(end) + 1}-{proof}",
        f"{user}-{end}-{'0' * 64}",
    ):
        assert not links.is_to_ask(KEY, changed, "a@example.org", NOON)
    assert not links.is_to_ask(OTHER, f"{user}-{end}-{proof}", "a@example.org", NOON)
    assert not links.is_to_ask(KEY, "no secret", "a@example.org", NOON)


def test_a_link_stops_its_recovery_and_no_other() -> None:
    secret = links.to_stop(KEY, 5)
    assert links.to_be_stopped(KEY, secret) == 5
    for wrong in (secret.replace("5-", "6-", 1), links.to_stop(OTHER, 5), "", "5", "x" * 80):
        with pytest.raises(ForbiddenError) as refusal:
            links.to_be_stopped(KEY, wrong)
        assert refusal.value.code == "recovery-link-invalid"


def test_what_is_no_link_is_nobodys() -> None:
    with pytest.raises(ForbiddenError):
        links.user_of("0-0-x")
