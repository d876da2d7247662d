"""No attenuation ever widens: of what the one rule permits in the end, over all acts there are."""

from datetime import timedelta
from functools import cache
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from strongroom.core.actors import Action, Actor, Assurance
from strongroom.core.coordinates import ProjectId
from strongroom.core.errors import ForbiddenError
from strongroom.people.access.roles import Role
from strongroom.people.access.rules import Case, permit
from strongroom.people.tokens import caveats, macaroons
from strongroom.people.tokens.caveats import Caveat
from strongroom.people.tokens.scopes import admit, as_made
from strongroom.people.tokens.verdict import verify
from tests.fakes.clocks import NOON

MASTER = b"m" * 32
TEXT = macaroons.mint(MASTER, bytes(16), "u", [])
PROJECTS = [ProjectId("npm", "box"), ProjectId("pypi", "box"), ProjectId("pypi", "parcel")]
MOMENTS = [NOON, NOON + timedelta(hours=1)]
SOURCES = ["192.0.2.7", "2001:db8::7", ""]
WORLD = list(product(Action, PROJECTS))

one_caveat: st.SearchStrategy[Caveat] = st.one_of(
    st.sets(st.sampled_from(["npm", "pypi"]), min_size=1).map(caveats.ecosystems),
    st.sets(st.sampled_from([str(one) for one in PROJECTS]), min_size=1).map(caveats.projects),
    st.sets(st.sampled_from(list(Action)), min_size=1).map(caveats.actions),
    st.sampled_from(["0.0.0.0/0", "192.0.2.0/24", "2001:db8::/32"]).map(
        lambda one: caveats.networks([one])
    ),
    st.sampled_from(MOMENTS).map(caveats.until),
    st.just(caveats.Once()),
)


CASES = (
    Case(exists=True, roles=frozenset(Role), critical=True),
    Case(exists=False, roles=frozenset(), critical=False),
)


@cache
def permitted(text: str, *, named: bool = False) -> frozenset[tuple[object, ...]]:
    """Return all that the bearer may do who owns every project: acts, moments, places.

    `named`: the token was made for certain acts, as its row knows.
    """
    scope, allowed = verify(text, MASTER).scope, set()
    for moment, source in product(MOMENTS, SOURCES):
        try:
            reach = as_made(admit(scope, moment, source), named=named)
        except ForbiddenError:
            continue
        actor = Actor("person", "ada", "token 1", 1, reach=reach, assurance=max(Assurance))
        for action, project in WORLD:
            for case in CASES:
                try:
                    permit(actor, action, project, case)
                except ForbiddenError:
                    continue
                allowed.add((action, project, moment, source, case.exists))
    return frozenset(allowed)


@settings(max_examples=30)
@given(st.lists(one_caveat, max_size=4))
def test_nothing_that_a_holder_adds_lets_the_token_do_more(limits: list[Caveat]) -> None:
    text, before = TEXT, permitted(TEXT)
    for limit in limits:
        text = macaroons.narrow(text, [caveats.encode(limit)])
        after = permitted(text)
        assert after <= before
        before = after


@settings(max_examples=20)
@given(st.lists(one_caveat, min_size=1, max_size=4), st.randoms(use_true_random=False))
def test_the_order_of_limits_changes_nothing(limits: list[Caveat], random: object) -> None:
    moved = list(limits)
    random.shuffle(moved)  # type: ignore[attr-defined] # hypothesis calls it an object
    texts = [
        macaroons.narrow(TEXT, [caveats.encode(one) for one in row]) for row in (limits, moved)
    ]
    assert permitted(texts[0]) == permitted(texts[1])


def test_an_act_that_a_token_must_be_made_for_is_not_added_by_its_holder() -> None:
    narrowed = macaroons.narrow(TEXT, [caveats.encode(caveats.actions([Action.TRUST]))])
    assert permitted(narrowed) == frozenset()
    assert {point[0] for point in permitted(narrowed, named=True)} == {Action.TRUST}


def test_no_token_does_what_is_done_in_person() -> None:
    acts = {point[0] for point in permitted(TEXT)}
    assert not acts & {Action.APPROVE, Action.QUARANTINE, Action.LOOSEN, Action.PIN}


@settings(max_examples=200)
@given(st.data())
def test_a_payload_with_any_byte_altered_does_nothing(data: st.DataObject) -> None:
    limits = data.draw(st.lists(one_caveat, max_size=3))
    macaroon = macaroons.parse(macaroons.narrow(TEXT, [caveats.encode(one) for one in limits]))
    parts = [macaroon.seed, *macaroon.caveats, macaroon.signature]
    which = data.draw(st.integers(0, len(parts) - 1))
    place = data.draw(st.integers(0, len(parts[which]) - 1))
    altered = bytearray(parts[which])
    altered[place] ^= data.draw(st.integers(1, 255))
    parts[which] = bytes(altered)
    forged = macaroons.Macaroon(macaroon.kind, parts[0], tuple(parts[1:-1]), parts[-1])
    with pytest.raises(ForbiddenError) as caught:
        verify(macaroons._text(forged), MASTER)
    assert caught.value.code == "token-invalid"
