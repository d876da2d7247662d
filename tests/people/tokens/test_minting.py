"""Minting and revoking: a row, an event, and a text that is nowhere but with its holder."""

import json
import os
from datetime import timedelta

import pytest
from django.core import serializers

from strongroom.core.actors import OPERATOR, Actor
from strongroom.core.errors import ForbiddenError, InvalidError
from strongroom.core.events import Kind
from strongroom.people.models import Token, User
from strongroom.people.tokens import caveats, macaroons, secrets
from strongroom.people.tokens.authenticate import authenticate
from strongroom.people.tokens.lifetimes import Lifetimes
from strongroom.people.tokens.minting import Mint, Minted, Order, create, revoke
from strongroom.people.tokens.verdict import verify
from strongroom.proof.ledger.events import last_serial, since
from strongroom.proof.models import EventRow
from tests.fakes.clocks import NOON, StoppedClock
from tests.fakes.people import member

pytestmark = pytest.mark.django_db

MASTER = b"m" * 32
MINT = Mint(MASTER, StoppedClock(), os.urandom)
BOX = caveats.projects(["pypi:box"])
TOMORROW = caveats.until(NOON + timedelta(days=1))


@pytest.fixture
def user() -> User:
    return member("Ada", MINT.clock)


def minted(user: User, *limits: caveats.Caveat) -> Minted:
    return create(user, Order("laptop", limits), by=OPERATOR, mint=MINT)


def test_a_new_token_is_well_formed_and_genuine(user: User) -> None:
    token = minted(user, BOX)
    assert secrets.well_formed(token.text)
    assert verify(token.text, MASTER).identifier == token.row.identifier


def test_the_row_tells_its_owner_what_the_token_is(user: User) -> None:
    row = Token.objects.get(pk=minted(user, BOX, TOMORROW).row.pk)
    assert (row.user, row.label, row.kind) == (user, "laptop", "u")
    assert row.caveats == [["projects", "pypi:box"], ["until", TOMORROW.second]]
    assert row.expires_at == NOON + timedelta(days=1)
    assert (row.created_at, row.last_used_at, row.revoked_at) == (NOON, None, None)


def test_making_a_token_is_one_event_that_keeps_its_limits_private(user: User) -> None:
    token = minted(user, BOX, TOMORROW)
    _, recorded = since(0, 10)
    assert recorded.event.kind is Kind.TOKEN_CREATED
    assert recorded.event.actor == "operator"
    assert recorded.event.facts == {
        "token": token.row.pk,
        "owner": "Ada",
        "kind": "u",
        "expires_at": "2026-11-21T12:00:00+00:00",
    }


def test_two_tokens_are_never_alike(user: User) -> None:
    assert minted(user).text != minted(user).text


def test_nothing_in_the_database_is_a_token_or_a_part_of_one(user: User) -> None:
    token = minted(user, BOX)
    authenticate(token.text, master=MASTER, clock=StoppedClock(), source="192.0.2.7")
    rows = [*User.objects.all(), *Token.objects.all(), *EventRow.objects.all()]
    dump = serializers.serialize("json", rows)
    macaroon = macaroons.parse(token.text)
    assert secrets.PATTERN.search(dump) is None
    for secret in (macaroon.seed, macaroon.signature):
        assert secret.hex() not in dump
        assert secrets._to_base62(int.from_bytes(secret, "big")) not in dump


@pytest.mark.parametrize("key", [MASTER, b"", bytes(32)], ids=["the key", "none", "zeros"])
def test_the_rows_do_not_let_their_reader_make_a_token_even_with_the_key(
    user: User, key: bytes
) -> None:
    row = minted(user).row
    known = bytes.fromhex(row.identifier)
    limits = [json.dumps(limit, separators=(",", ":")).encode() for limit in row.caveats]
    forged = macaroons.mint(key, known, row.kind, limits)
    with pytest.raises(ForbiddenError) as caught:
        authenticate(forged, master=MASTER, clock=StoppedClock(), source="")
    assert caught.value.code in {"token-invalid", "token-unknown"}


def test_a_printed_token_shows_no_text(user: User) -> None:
    token = minted(user)
    assert token.text not in repr(token)
    assert repr(MASTER) not in repr(MINT)


def test_a_token_makes_no_tokens(user: User) -> None:
    thief = Actor(kind="person", name="Ada", credential="token 41", user_id=user.pk)
    with pytest.raises(ForbiddenError) as caught:
        create(user, Order(), by=thief, mint=MINT)
    assert caught.value.code == "token-makes-no-token"
    assert not Token.objects.exists()


@pytest.mark.parametrize("label", ["x" * 101, "two\nlines", "\u202eesrever"])
def test_a_label_that_would_mislead_a_reader_is_refused(user: User, label: str) -> None:
    with pytest.raises(InvalidError) as caught:
        create(user, Order(label), by=OPERATOR, mint=MINT)
    assert caught.value.code == "token-bad-label"


def test_a_token_that_is_over_before_it_begins_is_refused(user: User) -> None:
    with pytest.raises(InvalidError) as caught:
        minted(user, caveats.until(NOON))
    assert caught.value.code == "token-bad-expiry"
    assert [recorded.event.kind for recorded in since(0, 10)] == [Kind.USER_CREATED]


def test_a_token_that_nobody_gave_an_end_carries_one(user: User) -> None:
    token = minted(user, BOX)
    end = NOON + timedelta(days=90)
    assert token.row.expires_at == end
    assert verify(token.text, MASTER).scope.expires_at == end
    assert token.row.caveats[-1] == ["until", int(end.timestamp())]


def test_no_token_is_without_end_unless_that_is_allowed(user: User) -> None:
    with pytest.raises(InvalidError) as caught:
        create(user, Order("x", endless=True), by=OPERATOR, mint=MINT)
    assert caught.value.code == "token-lasts-too-long"
    free = Mint(MASTER, MINT.clock, os.urandom, Lifetimes(at_most=None))
    token = create(user, Order("x", endless=True), by=OPERATOR, mint=free)
    assert (token.row.expires_at, token.row.caveats) == (None, [])


def test_revoking_is_one_event_and_lasts(user: User) -> None:
    token = minted(user)
    assert revoke(token.row, by=OPERATOR, clock=StoppedClock())
    assert Token.objects.get().revoked_at == token.row.revoked_at == NOON
    assert [recorded.event.kind for recorded in since(0, 10)][1:] == [
        Kind.TOKEN_CREATED,
        Kind.TOKEN_REVOKED,
    ]


def test_revoking_twice_changes_and_tells_nothing(user: User) -> None:
    token = minted(user)
    later = StoppedClock(NOON + timedelta(days=1))
    revoke(token.row, by=OPERATOR, clock=StoppedClock())
    before = last_serial()
    assert not revoke(token.row, by=OPERATOR, clock=later)
    assert Token.objects.get().revoked_at == NOON
    assert last_serial() == before
