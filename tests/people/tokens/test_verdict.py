"""The verdict: ours and unaltered, or refused, before any query."""

import json

import pytest

from strongroom.core.errors import ForbiddenError, InvalidError
from strongroom.people.tokens import caveats, macaroons
from strongroom.people.tokens.scopes import scope_of
from strongroom.people.tokens.verdict import describe, verify
from tests.fakes.clocks import NOON

MASTER, SEED = b"m" * 32, bytes(range(16))
BOX, ONCE = caveats.encode(caveats.projects(["pypi:box"])), caveats.encode(caveats.Once())
NOON_END = caveats.encode(caveats.until(NOON))
TEXT = macaroons.mint(MASTER, SEED, "u", [BOX])


def refusal(text: str, master: bytes = MASTER) -> str:
    with pytest.raises(ForbiddenError) as caught:
        verify(text, master)
    assert caught.value.remedy
    assert text[:30] not in str(caught.value)
    return caught.value.code


def test_a_genuine_token_tells_its_row_and_its_scope() -> None:
    genuine = verify(TEXT, MASTER)
    assert (genuine.kind, genuine.identifier) == ("u", macaroons.identifier_of(SEED))
    assert genuine.scope == scope_of([caveats.projects(["pypi:box"])])
    assert genuine.spends is None


def test_refusals_have_codes_of_their_own() -> None:
    assert refusal("strongroom_u_0 not a token at all") == "token-malformed"
    assert refusal(TEXT[:-1] + ("A" if TEXT[-1] != "A" else "B")) == "token-damaged"
    assert refusal(TEXT, b"another key") == "token-invalid"


def test_a_limit_that_this_version_does_not_know_is_refused_and_not_ignored() -> None:
    assert refusal(macaroons.narrow(TEXT, [b'["moon-phase","full"]'])) == "token-unknown-limit"


def test_forgery_is_told_before_its_limits_are_read() -> None:
    forged = macaroons.mint(b"another key", SEED, "u", [b'["moon-phase","full"]'])
    assert refusal(forged) == "token-invalid"


def test_all_tokens_narrowed_from_a_single_use_one_spend_the_same() -> None:
    single = macaroons.narrow(TEXT, [ONCE])
    again = [single, *(macaroons.narrow(single, [more]) for more in (BOX, NOON_END, ONCE))]
    assert len({verify(text, MASTER).spends for text in again}) == 1
    assert verify(single, MASTER).spends is not None


def test_what_is_spent_ends_with_the_single_use_token_and_not_with_those_narrowed_from_it() -> None:
    ended = macaroons.narrow(TEXT, [NOON_END, ONCE])
    endless = macaroons.narrow(TEXT, [ONCE, NOON_END])
    spent = [verify(text, MASTER).spends for text in (ended, endless)]
    assert [one and one.ends_at for one in spent] == [verify(ended, MASTER).scope.expires_at, None]


def test_single_use_tokens_made_from_one_reusable_token_spend_apart() -> None:
    first = macaroons.narrow(TEXT, [ONCE])
    second = macaroons.narrow(TEXT, [NOON_END, ONCE])
    assert verify(first, MASTER).spends != verify(second, MASTER).spends


def test_what_is_spent_does_not_show_the_signature() -> None:
    single = macaroons.narrow(TEXT, [ONCE])
    spent = verify(single, MASTER).spends
    assert spent is not None
    assert spent.digest != macaroons.parse(single).signature.hex()


def test_a_description_needs_no_key_and_shows_no_secret() -> None:
    told = describe(TEXT)
    macaroon = macaroons.parse(TEXT)
    assert told["projects"] == ["pypi:box"]
    assert told["identifier"] == macaroon.identifier
    for secret in (TEXT, TEXT[13:-6], macaroon.seed.hex(), macaroon.signature.hex()):
        assert secret not in json.dumps(told)


def test_describing_what_is_no_token_is_refused() -> None:
    with pytest.raises(InvalidError):
        describe("strongroom_u_0")
