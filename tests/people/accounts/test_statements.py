"""ID tokens are taken only if all of them is right."""

import base64
import json
from datetime import timedelta

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from strongroom.core.actors import Assurance
from strongroom.core.errors import ForbiddenError
from strongroom.people.accounts.statements import Expected, Statement, assured, read
from tests.fakes.clocks import NOON
from tests.fakes.identity import Key

KEY = Key("first")
AT = int(NOON.timestamp())
EXPECTED = Expected("https://id.corp.test", "us", "n-1", NOON)
GOOD: dict[str, object] = {
    "iss": "https://id.corp.test",
    "sub": "7",
    "aud": "us",
    "iat": AT,
    "exp": AT + 300,
    "nonce": "n-1",
}


def stated(claims: dict[str, object]) -> Statement:
    return read(KEY.sign(claims), [KEY.public()], EXPECTED, "groups")


def refused(token: str, *keys: dict[str, object]) -> str:
    with pytest.raises(ForbiddenError) as refusal:
        read(token, keys or [KEY.public()], EXPECTED, "groups")
    assert refusal.value.code == "company-login-refused"
    return refusal.value.sentence


def test_what_is_stated_is_read() -> None:
    more = {
        "email": "Eve@corp.test",
        "email_verified": True,
        "preferred_username": "eve",
        "groups": ["dev", 7],
        "amr": ["pwd", "mfa"],
        "acr": "phr",
        "aud": ["us"],
        "azp": "us",
    }
    assert stated(GOOD | more) == Statement(
        "7", "eve@corp.test", "eve", frozenset({"dev"}), frozenset({"pwd", "mfa", "phr"})
    )


@pytest.mark.parametrize("verified", [False, None, "true", 1])
def test_an_address_that_is_not_verified_is_none(verified: object) -> None:
    assert stated(GOOD | {"email": "eve@corp.test", "email_verified": verified}).email == ""


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"iss": "https://id.evil.test"}, "another issuer"),
        ({"aud": "others"}, "for another"),
        ({"aud": ["others"]}, "for another"),
        ({"aud": ["us", "others"]}, "for another"),
        ({"aud": ["us", "others"], "azp": "others"}, "for another"),
        ({"azp": "others"}, "for another"),
        ({"nonce": "n-2"}, "another sign-in"),
        ({"nonce": "é"}, "another sign-in"),
        ({"exp": AT - 61}, "not of now"),
        ({"iat": AT + 61}, "not of now"),
        ({"iat": AT - 601}, "not of now"),
        ({"exp": "later"}, "no moments"),
        ({"iat": True}, "no moments"),
        ({"sub": ""}, "subject"),
        ({"sub": 7}, "subject"),
        ({"sub": "7" * 256}, "subject"),
    ],
)
def test_a_claim_that_is_wrong_refuses_it(wrong: dict[str, object], why: str) -> None:
    assert why in refused(KEY.sign(GOOD | wrong))


@pytest.mark.parametrize("name", sorted(GOOD))
def test_a_claim_that_is_missing_refuses_it(name: str) -> None:
    refused(KEY.sign({key: value for key, value in GOOD.items() if key != name}))


def test_a_token_for_several_is_taken_where_it_names_us_as_its_party() -> None:
    assert stated(GOOD | {"aud": ["us", "others"], "azp": "us"}).subject == "7"


def test_an_unsigned_token_is_refused() -> None:
    assert "signed" in refused(jwt.encode(GOOD, "", "none", headers={"kid": "first"}))


def test_a_public_key_is_no_shared_secret() -> None:
    shown = b"k" * 64  # what stands for the bytes of the key, which the library refuses to use so
    assert "signed" in refused(jwt.encode(GOOD, shown, "HS256", headers={"kid": "first"}))


def test_a_token_by_another_key_is_refused() -> None:
    assert "signature" in refused(Key("first").sign(GOOD))
    assert "key" in refused(Key("second").sign(GOOD))


def test_a_token_that_was_altered_is_refused() -> None:
    head, _, sign = KEY.sign(GOOD).split(".")
    body = base64.urlsafe_b64encode(json.dumps(GOOD | {"sub": "1"}).encode()).rstrip(b"=").decode()
    assert "signature" in refused(f"{head}.{body}.{sign}")


@pytest.mark.parametrize("token", ["", "a.b.c", "é", "." * 2])
def test_what_is_no_token_is_refused(token: str) -> None:
    refused(token)


def test_keys_that_do_not_fit_are_no_keys() -> None:
    token = KEY.sign(GOOD)
    refused(token, {**KEY.public(), "use": "enc"})
    refused(token, {**KEY.public(), "alg": "RS256"})
    refused(token, {"kty": "oct", "k": "AAAA", "kid": "first"})
    refused(token, KEY.public(), KEY.public())
    refused(token, {"kty": "EC", "kid": "first"})


def test_a_token_without_a_key_name_is_by_the_only_key_that_there_is() -> None:
    private = rsa.generate_private_key(65537, 2048)
    shown = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(private.public_key()))
    token = jwt.encode(GOOD, private, "RS256")
    assert read(token, [shown], EXPECTED, "groups").subject == "7"


def test_only_what_the_operator_lets_count_counts() -> None:
    said = stated(GOOD | {"amr": ["mfa", "hwk"], "acr": "phrh"})
    assert assured(said, {}) is Assurance.SINGLE_FACTOR
    assert assured(said, {"mfa": Assurance.MULTI_FACTOR}) is Assurance.MULTI_FACTOR
    both = {"mfa": Assurance.MULTI_FACTOR, "phrh": Assurance.PHISHING_RESISTANT}
    assert assured(said, both) is Assurance.PHISHING_RESISTANT


def test_a_moment_of_difference_between_clocks_is_allowed() -> None:
    near = timedelta(seconds=59).total_seconds()
    assert stated(GOOD | {"iat": AT + near, "exp": AT - near}).subject == "7"
