"""Tokens for programs: a limited one sees and ends itself, another all of its owner's."""

import pytest

from strongroom.core.actors import Action
from strongroom.people.models import Token, User
from strongroom.people.tokens import caveats, macaroons
from strongroom.people.tokens.secrets import PATTERN
from tests.api.conftest import Answer, Registry, bearer

TOKENS = "/api/v1/me/tokens"
LIMITS: list[caveats.Caveat] = [
    caveats.actions([Action.UPLOAD]),
    caveats.projects(["pypi:parcel"]),
    caveats.ecosystems(["pypi"]),
]


@pytest.fixture
def alice(registry: Registry) -> User:
    return registry.user("alice")


def listed(registry: Registry, token: str) -> list[int]:
    answer = registry.client.get(TOKENS, headers=bearer(token))
    assert answer.status_code == 200
    return [row["id"] for row in answer.json()["tokens"]]


def end(registry: Registry, token: str, number: int | None = None) -> Answer:
    path = TOKENS if number is None else f"{TOKENS}/{number}"
    return registry.client.delete(path, headers=bearer(token))


def newest() -> int:
    return Token.objects.order_by("-pk").values_list("pk", flat=True)[0]


def live() -> int:
    return Token.objects.filter(revoked_at=None).count()


def test_a_token_without_limits_is_told_all_of_its_owner_s(registry: Registry, alice: User) -> None:
    tokens = [registry.token(alice) for _ in range(3)]
    registry.token(registry.user("bob"))
    assert len(listed(registry, tokens[0])) == 3


@pytest.mark.parametrize("limit", LIMITS)
def test_a_limited_token_is_told_of_itself_alone(
    registry: Registry, alice: User, limit: caveats.Caveat
) -> None:
    registry.token(alice)
    token = registry.token(alice, limit)
    assert listed(registry, token) == [newest()]


def test_the_list_tells_last_use_and_from_where_and_no_token(
    registry: Registry, alice: User
) -> None:
    token = registry.token(alice, *LIMITS)
    answer = registry.client.get(TOKENS, headers=bearer(token))
    (row,) = answer.json()["tokens"]
    assert (row["label"], row["last_used_from"]) == ("test", "127.0.0.1")
    assert row["last_used_at"] == "2026-11-20T12:00:00Z"
    assert row["reach"]["projects"] == ["pypi:parcel"]
    assert row["reach"]["expires_at"] is not None
    assert PATTERN.search(answer.content.decode()) is None


@pytest.mark.parametrize("limits", [[], LIMITS], ids=["whole", "limited"])
def test_a_token_ends_itself(registry: Registry, alice: User, limits: list[caveats.Caveat]) -> None:
    token = registry.token(alice, *limits)
    assert end(registry, token, newest()).json() == {"ended": 1}
    answer = registry.client.get(TOKENS, headers=bearer(token))
    assert (answer.status_code, answer.json()["code"]) == (403, "token-revoked")


def test_a_narrowed_token_ends_what_it_was_narrowed_from(registry: Registry, alice: User) -> None:
    token = registry.token(alice)
    narrowed = macaroons.narrow(token, [caveats.encode(limit) for limit in LIMITS])
    assert listed(registry, narrowed) == [newest()]
    assert end(registry, narrowed, newest()).json() == {"ended": 1}
    assert live() == 0


@pytest.mark.parametrize("limit", LIMITS)
def test_a_limited_token_ends_no_other(
    registry: Registry, alice: User, limit: caveats.Caveat
) -> None:
    registry.token(alice)
    other, token = newest(), registry.token(alice, limit)
    for answer in (end(registry, token, other), end(registry, token), end(registry, token, 9999)):
        assert (answer.status_code, answer.json()["code"]) == (403, "token-out-of-scope")
    assert live() == 2


def test_a_token_without_limits_ends_others_and_all(registry: Registry, alice: User) -> None:
    token = registry.token(alice)
    registry.token(alice)
    assert end(registry, token, newest()).json() == {"ended": 1}
    assert end(registry, token, newest()).json() == {"ended": 0}
    registry.token(alice)
    assert end(registry, token).json() == {"ended": 2}
    assert live() == 0


def test_nobody_ends_the_token_of_another(registry: Registry, alice: User) -> None:
    token = registry.token(registry.user("bob"))
    registry.token(alice)
    theirs = newest()
    answer = end(registry, token, theirs)
    assert (answer.status_code, answer.json()["code"]) == (404, "no-such-token")
    end(registry, token)
    assert Token.objects.get(pk=theirs).revoked_at is None


def test_no_program_makes_a_token(registry: Registry, alice: User) -> None:
    answer = registry.client.post(
        TOKENS, {}, content_type="application/json", headers=bearer(registry.token(alice))
    )
    assert answer.status_code == 405
    assert Token.objects.count() == 1


@pytest.mark.parametrize("number", ["0", "-1", "x", str(2**63)])
def test_a_number_that_is_none_is_refused(registry: Registry, alice: User, number: str) -> None:
    path = f"{TOKENS}/{number}"
    answer = registry.client.delete(path, headers=bearer(registry.token(alice)))
    assert answer.status_code in {400, 404}
