"""From a statement to a token: every refusal, what is pinned, and that each counts once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from django.db import connection

from strongroom.core.actors import Action, Actor
from strongroom.core.errors import ForbiddenError, StrongroomError
from strongroom.core.events import Kind
from strongroom.people.models import Publisher, PublisherToken, UsedStatement
from strongroom.people.publishers import exchange as exchanging
from strongroom.people.publishers.exchange import burn, forget, mint
from strongroom.people.tokens.authenticate import authenticate, recognise
from strongroom.proof.models import EventRow
from tests.fakes.identity import Key
from tests.fakes.issuers import github
from tests.people.publishers.conftest import AUDIENCE, HOME, MASTER, PARCEL, Market

pytestmark = pytest.mark.django_db


def acting(market: Market, text: str, source: str = HOME) -> Actor:
    return authenticate(text, master=MASTER, clock=market.clock, source=source)


def refused(market: Market, text: str) -> str:
    with pytest.raises(ForbiddenError) as caught:
        acting(market, text)
    return caught.value.code


def test_a_statement_is_exchanged_for_a_token_of_its_publisher(market: Market) -> None:
    row = market.publisher()
    issued = market.mint(github())
    actor = acting(market, issued.text)
    assert issued.text.startswith("strongroom_p_")
    assert (actor.kind, actor.user_id, set(actor.publishers)) == ("publisher", None, {row.pk})
    assert actor.reach.projects == {PARCEL}
    assert actor.reach.actions == {Action.UPLOAD}
    assert not actor.admin
    kinds = list(EventRow.objects.values_list("kind", flat=True))
    assert kinds[-2:] == [Kind.PUBLISHER_PINNED, Kind.PUBLISHER_TOKEN_MINTED]


def test_a_token_lasts_a_quarter_of_an_hour(market: Market) -> None:
    market.publisher()
    issued = market.mint(github())
    life = issued.expires_at - market.clock.now()
    assert timedelta(seconds=900) <= life <= timedelta(seconds=901)
    market.clock.forward(timedelta(seconds=902))
    assert refused(market, issued.text) == "token-expired"


def test_a_token_ends_with_its_publisher(market: Market) -> None:
    row = market.publisher()
    issued = market.mint(github())
    row.delete()
    assert refused(market, issued.text) == "publisher-removed"


def test_a_token_of_several_publishers_keeps_to_those_that_are_left(market: Market) -> None:
    row = market.publisher()
    market.publisher("box")
    issued = market.mint(github())
    row.delete()
    reach = acting(market, issued.text).reach
    assert [str(one) for one in reach.projects or ()] == ["pypi:box"]


def test_publishers_that_may_only_stage_get_a_token_that_may_only_stage(market: Market) -> None:
    market.publisher()
    Publisher.objects.update(stages_only=True)
    assert acting(market, market.mint(github()).text).reach.actions == {Action.STAGE}


@pytest.mark.parametrize(
    "claims",
    [
        github("octo/other"),
        github("evil/parcel"),
        github(repository_owner="evil"),
        github(job_workflow_ref="octo/parcel/.github/workflows/test.yml@refs/tags/v1.0"),
        github(job_workflow_ref="evil/lent/.github/workflows/release.yml@refs/tags/v1.0"),
        github(job_workflow_ref="octo/parcel/.github/workflows/release.yml@refs/heads/x"),
        {**github(), "repository": None},
        {**github(), "repository": ["octo/parcel"]},
        github(repository_id=None),
        github(repository_owner_id=None),
        github(jti=None),
    ],
)
def test_what_states_something_else_is_no_publisher(
    market: Market, claims: dict[str, object]
) -> None:
    market.publisher()
    assert market.refusal(claims)[0] == "invalid-publisher"
    assert not PublisherToken.objects.exists()


def test_the_answer_is_the_same_whether_there_is_a_publisher_or_not(market: Market) -> None:
    nobody = market.refusal(github())
    market.publisher(environment="release")
    assert market.refusal(github()) == nobody


@pytest.mark.parametrize(
    "event", ["pull_request_target", "pull_request", "workflow_run", "issue_comment", None, 7]
)
def test_runs_that_strangers_can_start_publish_nothing(market: Market, event: str) -> None:
    market.publisher()
    code, sentence = market.refusal(github(event=event))
    assert (code, "event_name" in sentence) == ("invalid-publisher", True)


def test_what_is_pinned_must_be_so(market: Market) -> None:
    pinned = {"environment": "release", "ref": "refs/tags/v*", "event": "push"}
    market.publisher(**pinned)
    for amiss in (
        {"environment": None},
        {"environment": "other"},
        {"environment": "release", "ref": "refs/heads/main"},
        {"environment": "release", "event_name": "workflow_dispatch"},
    ):
        assert market.refusal(github(**amiss))[0] == "invalid-publisher"
    assert market.mint(github(environment="Release")).text


def test_a_repository_that_was_made_again_under_its_name_is_another(market: Market) -> None:
    market.publisher()
    market.mint(github())
    assert Publisher.objects.get().pinned == {"repository_owner_id": "10", "repository_id": "100"}
    for again in ({"repository_owner_id": "11"}, {"repository_id": "101"}):
        assert market.refusal(github(**again))[0] == "invalid-publisher"


def test_the_number_of_an_owner_can_be_known_before_the_first_use(market: Market) -> None:
    market.publisher(owner_id="10")
    assert market.refusal(github(repository_owner_id="11"))[0] == "invalid-publisher"
    assert market.mint(github()).text


def test_a_statement_counts_once(market: Market) -> None:
    market.publisher()
    token = market.issuer.token(github(), AUDIENCE)
    mint(market.exchange, token, HOME)
    with pytest.raises(ForbiddenError) as caught:
        mint(market.exchange, token, HOME)
    assert caught.value.code == "invalid-reuse-token"
    assert PublisherToken.objects.count() == 1


def test_what_has_no_number_counts_once_by_what_was_signed(market: Market) -> None:
    google = market.trusting("google=ISSUER")
    typed = {"email": "robot@parcel.test"}
    Publisher.objects.create(
        ecosystem="pypi",
        project="parcel",
        provider=google.exchange.providers[0].name,
        issuer=market.issuer.url,
        lookup="robot@parcel.test",
        typed=typed,
        made_at=market.clock.now(),
    )
    said = {"sub": "7", "email": "robot@parcel.test", "email_verified": True, "jti": None}
    token = market.issuer.token(said, AUDIENCE)
    mint(google.exchange, token, HOME)
    # Another signature of the same: ECDSA has many.
    claims = jwt.decode(token, options={"verify_signature": False})
    again = market.issuer.keys[0].sign(claims)
    assert again != token
    for copy in (token, again):
        with pytest.raises(ForbiddenError) as caught:
            mint(google.exchange, copy, HOME)
        assert caught.value.code == "invalid-reuse-token"


@pytest.mark.django_db(transaction=True)
def test_of_sixty_four_copies_at_once_one_gets_a_token(market: Market) -> None:
    market.publisher()
    token = market.issuer.token(github(), AUDIENCE)

    def attempt(_: int) -> str:
        try:
            return mint(market.exchange, token, HOME).text and "minted"
        except StrongroomError as error:
            return error.code
        finally:
            connection.close()

    with ThreadPoolExecutor(16) as pool:
        found = list(pool.map(attempt, range(64)))
    assert sorted(set(found)) == ["invalid-reuse-token", "minted"]
    assert found.count("minted") == PublisherToken.objects.count() == 1


@pytest.mark.parametrize(
    ("times", "told"),
    [
        ({"aud": "other.test"}, "another registry"),
        ({"aud": [AUDIENCE, "other.test"]}, "another registry"),
        ({"exp": 1}, "not of now"),
        ({"iat": 4102444800, "exp": 4102444900}, "not of now"),
        ({"nbf": 4102444800}, "not of now"),
        ({"iat": 1}, "too long"),
        ({"exp": "soon"}, "no moments"),
        ({"exp": True}, "no moments"),
        ({"sub": "x" * 2000}, "too long"),
    ],
)
def test_what_is_not_for_us_or_not_of_now_is_refused(
    market: Market, times: dict[str, object], told: str
) -> None:
    market.publisher()
    code, sentence = market.refusal({**github(), **times})
    assert code == "invalid-token"
    assert told in sentence


def test_a_clock_that_is_a_little_off_is_forgiven(market: Market) -> None:
    market.publisher()
    now = int(market.clock.now().timestamp())
    assert market.mint({**github(), "iat": now + 20, "nbf": now + 20}).text
    assert market.mint({**github(), "iat": now - 300, "exp": now - 20}).text


def test_the_issuer_of_somebody_else_is_nobody(market: Market) -> None:
    market.publisher()
    code, sentence = market.refusal({**github(), "iss": "https://evil.test"})
    assert (code, market.issuer.asked) == ("invalid-token", [])
    assert "nobody here trusts" in sentence


@pytest.mark.parametrize("text", ["", "x", "a.b", "a.b.c", "a.e30.c", "a." + "x" * 20000 + ".c"])
def test_what_is_no_token_is_refused_before_anybody_is_asked(market: Market, text: str) -> None:
    with pytest.raises(ForbiddenError) as caught:
        mint(market.exchange, text, HOME)
    assert (caught.value.code, market.issuer.asked) == ("invalid-token", [])


def test_a_key_that_the_issuer_does_not_show_signs_nothing(
    market: Market, seconds: list[float]
) -> None:
    market.publisher()
    market.mint(github())
    shown, market.issuer.keys[:] = market.issuer.keys[0], [Key("first")]
    # The same name, another key: what is kept is believed, and so it is refused.
    assert market.refusal(github())[0] == "invalid-token"
    seconds[0] = 601.0
    assert market.mint(github()).text
    market.issuer.keys[:] = [shown]


def test_a_new_key_is_asked_for_once_a_minute(market: Market, seconds: list[float]) -> None:
    market.publisher()
    market.mint(github())
    asked = len(market.issuer.asked)
    market.issuer.keys.append(Key("second"))
    assert market.refusal(github())[0] == "invalid-token"
    assert len(market.issuer.asked) == asked
    seconds[0] = 61.0
    assert market.mint(github()).text
    assert len(market.issuer.asked) == asked + 2


def test_a_token_signs_itself_with_nothing(market: Market) -> None:
    market.publisher()
    claims = jwt.decode(
        market.issuer.token(github(), AUDIENCE), options={"verify_signature": False}
    )
    public = market.issuer.keys[0].private.public_key()
    shared = public.public_bytes_raw() if hasattr(public, "public_bytes_raw") else b"k" * 32
    other = ec.generate_private_key(ec.SECP256R1())
    for forged in (
        jwt.encode(claims, "", algorithm="none"),
        jwt.encode(claims, shared, "HS256", headers={"kid": "first"}),
        jwt.encode(claims, other, "ES256", headers={"kid": "first"}),
    ):
        with pytest.raises(ForbiddenError) as caught:
            mint(market.exchange, forged, HOME)
        assert caught.value.code == "invalid-token"


def test_nobody_publishes_where_no_provider_is_let_in(market: Market) -> None:
    none = exchanging.Exchange(
        (), AUDIENCE, market.exchange.keys, MASTER, market.clock, market.exchange.entropy
    )
    with pytest.raises(ForbiddenError) as caught:
        mint(none, market.issuer.token(github(), AUDIENCE), HOME)
    assert caught.value.code == "not-enabled"


def test_a_burnt_token_has_ended(market: Market) -> None:
    market.publisher()
    text = market.mint(github()).text
    assert burn(text, master=MASTER, clock=market.clock)
    assert refused(market, text) == "token-revoked"
    assert not burn(text, master=MASTER, clock=market.clock)


def test_a_token_for_one_request_is_spent_by_it(market: Market) -> None:
    market.publisher()
    token = market.issuer.token(github(), AUDIENCE)
    text = mint(market.exchange, token, HOME, once=True).text
    recognise(text, master=MASTER, clock=market.clock, source=HOME)
    acting(market, text)
    assert refused(market, text) == "token-spent"


def test_a_token_that_moved_is_told_of_once(market: Market) -> None:
    market.publisher()
    text = market.mint(github(), source="192.0.2.1").text
    for source in ("192.0.2.1", "192.0.2.2", "192.0.2.3"):
        assert acting(market, text, source).publishers
    moved = EventRow.objects.filter(kind=Kind.PUBLISHER_TOKEN_MOVED)
    assert moved.count() == 1


def test_what_cannot_be_used_again_is_forgotten(market: Market) -> None:
    market.publisher()
    market.mint(github())
    assert forget(market.clock.now()) == 0
    assert forget(market.clock.now() + timedelta(days=2)) == 1
    assert not UsedStatement.objects.exists()
    forget(market.clock.now() + timedelta(days=40))
    assert not PublisherToken.objects.exists()
