"""Scopes: further caveats only ever take away."""

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strongroom.core.actors import EVERYWHERE, Action, Reach
from strongroom.core.coordinates import ProjectId
from strongroom.core.errors import ForbiddenError
from strongroom.people.tokens import caveats, macaroons
from strongroom.people.tokens.caveats import Caveat
from strongroom.people.tokens.scopes import Scope, admit, scope_of, shown
from strongroom.people.tokens.verdict import verify
from tests.fakes.clocks import NOON

MASTER, SEED = b"m" * 32, bytes(16)
TEXT = macaroons.mint(MASTER, SEED, "u", [])
ECOSYSTEMS = ["npm", "pypi"]
PROJECTS = ["npm:box", "pypi:box", "pypi:parcel"]
ACTIONS = [Action.UPLOAD, Action.YANK]
TIMES = [NOON + timedelta(hours=hours) for hours in range(3)]
SOURCES = ["192.0.2.7", "192.0.2.200", "::ffff:192.0.2.7", "2001:db8::7", "2001:db9::7", ""]
NETWORKS = ["0.0.0.0/0", "192.0.2.0/24", "192.0.2.0/25", "192.0.2.7", "::/0", "2001:db8::/32"]

Point = tuple[str, Action, datetime, str]


def some(values: list[str]) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(values), min_size=1, max_size=3)


any_caveat: st.SearchStrategy[Caveat] = st.one_of(
    some(ECOSYSTEMS).map(caveats.ecosystems),
    some(PROJECTS).map(caveats.projects),
    st.lists(st.sampled_from(ACTIONS), min_size=1).map(caveats.actions),
    some(NETWORKS).map(caveats.networks),
    st.sampled_from(TIMES).map(caveats.until),
    st.just(caveats.Once()),
)


def covers(reach: Reach, project: ProjectId, action: Action) -> bool:
    return (
        (reach.ecosystems is None or project.ecosystem in reach.ecosystems)
        and (reach.projects is None or project in reach.projects)
        and (reach.actions is None or action in reach.actions)
    )


def permitted(text: str) -> set[Point]:
    """Return every act of a small world that a token permits."""
    scope, allowed = verify(text, MASTER).scope, set()
    for moment, source in product(TIMES, SOURCES):
        try:
            reach = admit(scope, moment, source)
        except ForbiddenError:
            continue
        for name, action in product(PROJECTS, ACTIONS):
            if covers(reach, ProjectId(*name.split(":")), action):
                allowed.add((name, action, moment, source))
    return allowed


@given(st.lists(st.lists(any_caveat, max_size=3), max_size=6))
def test_no_sequence_of_narrowings_ever_widens_a_token(steps: list[list[Caveat]]) -> None:
    text, before = TEXT, permitted(TEXT)
    for step in steps:
        text = macaroons.narrow(text, [caveats.encode(caveat) for caveat in step])
        after = permitted(text)
        assert after <= before
        before = after


@given(st.lists(any_caveat, max_size=6))
def test_a_token_permits_exactly_what_each_of_its_caveats_permits(limits: list[Caveat]) -> None:
    expected = permitted(TEXT)
    for limit in limits:
        expected &= permitted(macaroons.narrow(TEXT, [caveats.encode(limit)]))
    whole = macaroons.narrow(TEXT, [caveats.encode(limit) for limit in limits])
    assert permitted(whole) == expected


@given(st.lists(any_caveat, max_size=6))
def test_a_token_never_becomes_reusable_again(limits: list[Caveat]) -> None:
    assert scope_of(limits).once == (caveats.Once() in limits)


def test_a_token_without_caveats_is_not_limited() -> None:
    assert scope_of([]) == Scope()
    assert admit(Scope(), NOON, "") == EVERYWHERE
    assert len(permitted(TEXT)) == 3 * 2 * 3 * 6


def test_limits_without_overlap_leave_nothing() -> None:
    reach = scope_of([caveats.projects(["pypi:box"]), caveats.projects(["npm:box"])]).reach
    assert reach.projects == frozenset()


def test_the_last_second_counts_and_the_next_does_not() -> None:
    scope = scope_of([caveats.until(NOON)])
    assert admit(scope, NOON + timedelta(microseconds=999_999), "") == EVERYWHERE
    with pytest.raises(ForbiddenError) as caught:
        admit(scope, NOON + timedelta(seconds=1), "")
    assert caught.value.code == "token-expired"


@pytest.mark.parametrize("source", ["198.51.100.1", "2001:db8::1", "", "unknown", "192.0.2.7:80"])
def test_an_address_outside_or_unreadable_is_refused(source: str) -> None:
    with pytest.raises(ForbiddenError) as caught:
        admit(scope_of([caveats.networks(["192.0.2.0/24"])]), NOON, source)
    assert caught.value.code == "token-wrong-network"


def test_an_ipv4_client_of_an_ipv6_socket_is_known_by_its_ipv4_address() -> None:
    scope = scope_of([caveats.networks(["192.0.2.0/24"])])
    assert admit(scope, NOON, "::ffff:192.0.2.7") == EVERYWHERE


def test_a_scope_is_shown_as_plain_values() -> None:
    boxes = caveats.projects(["pypi:parcel", "pypi:box"])
    assert shown(scope_of([boxes, caveats.until(NOON)])) == {
        "ecosystems": None,
        "projects": ["pypi:box", "pypi:parcel"],
        "actions": None,
        "networks": None,
        "expires_at": datetime(2026, 11, 20, 12, tzinfo=UTC).isoformat(),
        "once": False,
    }
