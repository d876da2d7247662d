"""From text to actor: every reason to refuse, the burning of single-use tokens, the last use."""

import os
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, transaction
from pytest_django import DjangoAssertNumQueries

from strongroom.core.actors import OPERATOR, Action, Reach
from strongroom.core.coordinates import ProjectId
from strongroom.core.errors import ForbiddenError
from strongroom.people.models import SpentToken, Token, User
from strongroom.people.tokens import caveats, macaroons, secrets
from strongroom.people.tokens.authenticate import authenticate, recognise
from strongroom.people.tokens.minting import Mint, Minted, Order, create, revoke
from tests.fakes.clocks import NOON, StoppedClock
from tests.fakes.people import member

pytestmark = pytest.mark.django_db

MASTER = b"m" * 32
HOME = "192.0.2.7"


@pytest.fixture
def clock() -> StoppedClock:
    return StoppedClock()


@pytest.fixture
def token(clock: StoppedClock) -> Minted:
    user = member("Ada", clock)
    order = Order("laptop", (caveats.until(NOON + timedelta(days=1)),))
    return create(user, order, by=OPERATOR, mint=Mint(MASTER, clock, os.urandom))


def narrowed(token: Minted, *limits: caveats.Caveat) -> str:
    return macaroons.narrow(token.text, [caveats.encode(limit) for limit in limits])


def refusal(text: str, clock: StoppedClock, source: str = HOME) -> str:
    with pytest.raises(ForbiddenError) as caught:
        authenticate(text, master=MASTER, clock=clock, source=source)
    assert caught.value.remedy
    return caught.value.code


def test_a_token_stands_for_its_owner(token: Minted, clock: StoppedClock) -> None:
    actor = authenticate(token.text, master=MASTER, clock=clock, source=HOME)
    assert (actor.kind, actor.name, actor.user_id) == ("person", "Ada", token.row.user_id)
    assert actor.credential == f"token {token.row.pk}"
    assert actor.reach == Reach()


def test_a_token_of_an_administrator_is_no_administrator(
    token: Minted, clock: StoppedClock
) -> None:
    assert not authenticate(token.text, master=MASTER, clock=clock, source=HOME).admin


def test_a_narrowed_token_reaches_no_further_than_its_holder_left_it(
    token: Minted, clock: StoppedClock
) -> None:
    text = narrowed(token, caveats.projects(["pypi:box"]), caveats.actions([Action.UPLOAD]))
    reach = authenticate(text, master=MASTER, clock=clock, source=HOME).reach
    assert reach.projects == {ProjectId("pypi", "box")}
    assert reach.actions == {Action.UPLOAD}


def test_a_forged_token_costs_no_query(
    clock: StoppedClock, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    forged = macaroons.mint(b"another key", bytes(16), "u", [])
    with django_assert_num_queries(0):
        assert refusal(forged, clock) == "token-invalid"


def test_a_token_without_its_row_is_refused(token: Minted, clock: StoppedClock) -> None:
    Token.objects.all().delete()
    assert refusal(token.text, clock) == "token-unknown"


def test_a_token_whose_row_is_of_another_kind_is_refused(
    token: Minted, clock: StoppedClock
) -> None:
    Token.objects.update(kind="ci")
    assert refusal(token.text, clock) == "token-unknown"


def test_a_revoked_token_is_refused_with_all_that_were_narrowed_from_it(
    token: Minted, clock: StoppedClock
) -> None:
    revoke(token.row, by=OPERATOR, clock=clock)
    assert refusal(token.text, clock) == "token-revoked"
    assert refusal(narrowed(token, caveats.ecosystems(["pypi"])), clock) == "token-revoked"


def test_an_expired_token_is_refused(token: Minted, clock: StoppedClock) -> None:
    clock.forward(timedelta(days=1, seconds=1))
    assert refusal(token.text, clock) == "token-expired"


def test_the_server_can_end_a_token_earlier_than_its_text_says(
    token: Minted, clock: StoppedClock
) -> None:
    Token.objects.update(expires_at=NOON)
    clock.forward(timedelta(seconds=1))
    assert refusal(token.text, clock) == "token-expired"


def test_a_row_that_forgot_its_expiry_does_not_prolong_the_token(
    token: Minted, clock: StoppedClock
) -> None:
    Token.objects.update(expires_at=None)
    assert authenticate(token.text, master=MASTER, clock=clock, source=HOME).name == "Ada"
    clock.forward(timedelta(days=2))
    assert refusal(token.text, clock) == "token-expired"


def test_a_token_from_another_network_is_refused(token: Minted, clock: StoppedClock) -> None:
    text = narrowed(token, caveats.networks(["192.0.2.0/24"]))
    assert refusal(text, clock, "198.51.100.1") == "token-wrong-network"
    assert authenticate(text, master=MASTER, clock=clock, source=HOME).name == "Ada"


def test_a_token_of_an_account_that_was_closed_is_refused(
    token: Minted, clock: StoppedClock
) -> None:
    User.objects.update(is_active=False)
    assert refusal(token.text, clock) == "account-inactive"


def test_a_single_use_token_passes_once(token: Minted, clock: StoppedClock) -> None:
    text = narrowed(token, caveats.Once())
    assert authenticate(text, master=MASTER, clock=clock, source=HOME).name == "Ada"
    assert refusal(text, clock) == "token-spent"
    assert SpentToken.objects.get().spent_at == NOON


def test_narrowing_a_spent_token_does_not_make_it_fresh(token: Minted, clock: StoppedClock) -> None:
    text = narrowed(token, caveats.Once())
    authenticate(text, master=MASTER, clock=clock, source=HOME)
    for more in (caveats.Once(), caveats.ecosystems(["pypi"])):
        assert refusal(macaroons.narrow(text, [caveats.encode(more)]), clock) == "token-spent"


def test_spending_a_narrowed_token_leaves_the_one_that_it_came_from(
    token: Minted, clock: StoppedClock
) -> None:
    authenticate(narrowed(token, caveats.Once()), master=MASTER, clock=clock, source=HOME)
    assert authenticate(token.text, master=MASTER, clock=clock, source=HOME).name == "Ada"


def test_a_refused_presentation_does_not_spend_the_token(
    token: Minted, clock: StoppedClock
) -> None:
    text = narrowed(token, caveats.networks(["192.0.2.0/24"]), caveats.Once())
    assert refusal(text, clock, "198.51.100.1") == "token-wrong-network"
    assert authenticate(text, master=MASTER, clock=clock, source=HOME).name == "Ada"


def test_the_last_use_is_recorded(token: Minted, clock: StoppedClock) -> None:
    authenticate(token.text, master=MASTER, clock=clock, source=HOME)
    row = Token.objects.get()
    assert (row.last_used_at, row.last_used_from) == (NOON, HOME)


def test_the_last_use_is_written_at_most_once_a_minute(
    token: Minted, clock: StoppedClock, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    authenticate(token.text, master=MASTER, clock=clock, source=HOME)
    clock.forward(timedelta(seconds=59))
    with django_assert_num_queries(1):
        authenticate(token.text, master=MASTER, clock=clock, source="192.0.2.8")
    clock.forward(timedelta(seconds=1))
    with django_assert_num_queries(2):
        authenticate(token.text, master=MASTER, clock=clock, source="192.0.2.8")
    assert Token.objects.get().last_used_from == "192.0.2.8"


def test_a_refused_token_records_no_use(token: Minted, clock: StoppedClock) -> None:
    revoke(token.row, by=OPERATOR, clock=clock)
    refusal(token.text, clock)
    assert Token.objects.get().last_used_at is None


@pytest.mark.django_db(transaction=True)
def test_a_single_use_token_cannot_be_burnt_in_a_transaction_that_may_fail(
    token: Minted, clock: StoppedClock
) -> None:
    text = narrowed(token, caveats.Once())
    with pytest.raises(RuntimeError), transaction.atomic():
        authenticate(text, master=MASTER, clock=clock, source=HOME)
    assert not SpentToken.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_of_many_requests_at_once_one_passes(token: Minted, clock: StoppedClock) -> None:
    text = narrowed(token, caveats.Once())

    def request(_: int) -> str:
        try:
            return authenticate(text, master=MASTER, clock=clock, source=HOME).name
        except ForbiddenError as refused:
            return refused.code
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as threads:
        told = sorted(threads.map(request, range(16)))
    assert told == ["Ada", *["token-spent"] * 15]


def test_a_token_that_is_only_recognised_is_neither_spent_nor_noted(
    token: Minted, clock: StoppedClock
) -> None:
    text = narrowed(token, caveats.Once())
    for _ in range(2):
        recognise(text, master=MASTER, clock=clock, source=HOME)
    assert Token.objects.get().last_used_at is None
    assert authenticate(text, master=MASTER, clock=clock, source=HOME).name == "Ada"
    with pytest.raises(ForbiddenError) as caught:
        recognise(text, master=MASTER, clock=clock, source=HOME)
    assert caught.value.code == "token-spent"


@pytest.mark.parametrize("source", [HOME, "198.51.100.1"])
def test_what_is_recognised_is_what_would_be_taken(
    token: Minted, clock: StoppedClock, source: str
) -> None:
    near = narrowed(token, caveats.networks(["192.0.2.0/24"]))
    for text in (token.text, near, token.text[:-4] + "aaaa", "", "strongroom_u_AAAA"):
        outcomes = []
        for judge in (recognise, authenticate):
            try:
                judge(text, master=MASTER, clock=clock, source=source)
                outcomes.append("taken")
            except ForbiddenError as error:
                outcomes.append(error.code)
        assert outcomes[0] == outcomes[1]
    revoke(token.row, by=OPERATOR, clock=clock)
    with pytest.raises(ForbiddenError, match="revoked"):
        recognise(near, master=MASTER, clock=clock, source=HOME)


def test_a_token_trusts_publishers_only_if_it_was_made_for_that(
    token: Minted, clock: StoppedClock
) -> None:
    trust = caveats.actions([Action.TRUST])
    mint = Mint(MASTER, clock, os.urandom)
    made = create(token.row.user, Order("", (trust,)), by=OPERATOR, mint=mint).text
    texts = (made, narrowed(token, trust))
    found = [authenticate(text, master=MASTER, clock=clock, source=HOME) for text in texts]
    assert [one.reach.actions for one in found] == [{Action.TRUST}, frozenset()]


def test_every_altered_byte_of_a_token_is_refused(token: Minted, clock: StoppedClock) -> None:
    kind, payload = secrets.unwrap(token.text)
    for place in range(len(payload)):
        altered = bytearray(payload)
        altered[place] ^= 1
        refusal(secrets.wrap(kind, bytes(altered)), clock)
