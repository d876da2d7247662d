"""What a webhook may be, and how long it is tried."""

from datetime import timedelta

import pytest

from strongroom.core.errors import ForbiddenError, InvalidError, StrongroomError
from strongroom.core.events import PUBLIC, Kind
from strongroom.packages.hooks.rules import (
    FIRST_PAUSE,
    LONGEST_PAUSE,
    OFF_AFTER,
    URL_AT_MOST,
    State,
    address,
    after_failure,
    is_delivered,
    kinds,
    pause,
)
from strongroom.stores.addresses import networks
from tests.fakes.clocks import NOON


def code(raw: str, *allowed: str, http: bool = False) -> str:
    with pytest.raises(StrongroomError) as refusal:
        address(raw, networks(allowed), http=http)
    return refusal.value.code


def test_an_address_is_reached_over_tls_unless_the_operator_says_otherwise() -> None:
    assert address("https://hooks.example.org/a?b=c", (), http=False).host == "hooks.example.org"
    assert code("http://hooks.example.org/") == "hook-address-invalid"
    assert not address("http://hooks.example.org/", (), http=True).secure


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "x",
        "ftp://a.test/",
        "https://u:p@a.test/",
        "https://a.test\\@b.test/",
        "https://0x7f.1/",
    ],
)
def test_what_two_readers_could_take_differently_is_refused(raw: str) -> None:
    assert code(raw) == "outside-url-invalid"


def test_an_address_has_an_end() -> None:
    long = "https://a.test/".ljust(URL_AT_MOST + 1, "x")
    assert address(long[:-1], (), http=False).url == long[:-1]
    assert code(long) == "hook-address-invalid"


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "[::1]", "169.254.169.254", "10.0.0.1", "[::ffff:10.0.0.1]"],
)
def test_the_inside_is_refused_at_once_where_it_is_named_by_number(host: str) -> None:
    with pytest.raises(ForbiddenError) as refusal:
        address(f"https://{host}/", (), http=False)
    assert refusal.value.code == "hook-address-refused"
    everywhere = networks(["0.0.0.0/0", "::/0"])
    assert address(f"https://{host}/", everywhere, http=False).is_address


def test_kinds_are_public_ones_in_one_order_and_at_least_one() -> None:
    asked = ["release-yanked", "project-created", "release-yanked"]
    assert kinds(asked) == (Kind.PROJECT_CREATED, Kind.RELEASE_YANKED)
    assert kinds(map(str, PUBLIC)) == tuple(PUBLIC)
    for wrong in ([], ["token-created"], ["file-published", "x"], [""]):
        with pytest.raises(InvalidError):
            kinds(wrong)


def test_pauses_grow_and_end_growing() -> None:
    pauses = [pause(failures) for failures in range(1, 40)]
    assert pauses[0] == FIRST_PAUSE
    assert pauses == sorted(pauses)
    assert pauses[-1] == LONGEST_PAUSE


def test_only_an_answer_of_success_counts() -> None:
    assert [one for one in (None, 199, 200, 204, 299, 300, 404) if is_delivered(one)] == [
        200,
        204,
        299,
    ]


def test_a_hook_goes_off_when_it_says_so_or_after_days() -> None:
    almost = timedelta(seconds=1)
    assert after_failure(500, NOON, NOON + OFF_AFTER - almost) is State.ON
    assert after_failure(500, NOON, NOON + OFF_AFTER) is State.FAILING
    assert after_failure(None, NOON, NOON + OFF_AFTER) is State.FAILING
    assert after_failure(410, NOON, NOON) is State.GONE
