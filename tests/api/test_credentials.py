import base64
from datetime import timedelta

import pytest
from django.test import Client

from strongroom.core.actors import Action
from strongroom.people.models import User
from strongroom.people.tokens import caveats
from tests.api.conftest import Registry, bearer

ME = "/api/v1/me"
YANK = "/api/v1/projects/pypi/parcel/releases/1.0/yank"


def test_without_a_token_a_program_is_asked_for_one(registry: Registry) -> None:
    answer = registry.client.get(ME)
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Bearer ")
    assert answer.json()["code"] == "credential-missing"


def test_a_token_tells_its_owner_and_how_far_it_goes(registry: Registry) -> None:
    until = registry.clock.now() + timedelta(days=1)
    token = registry.token(
        registry.user("alice"), caveats.actions([Action.UPLOAD]), caveats.until(until)
    )
    answer = registry.client.get(ME, headers=bearer(token))
    assert answer.json()["user"] == "alice"
    assert answer.json()["reach"]["actions"] == ["upload"]
    assert answer.json()["reach"]["projects"] is None
    assert answer.json()["reach"]["expires_at"] == "2026-11-21T12:00:00Z"


def test_an_answer_about_a_token_shows_no_secret_and_is_not_kept(registry: Registry) -> None:
    token = registry.token(registry.user("alice"))
    answer = registry.client.get(ME, headers=bearer(token))
    assert token[-20:] not in answer.content.decode()
    assert b"example.org" not in answer.content
    assert answer["Cache-Control"] == "no-store"


def test_a_token_is_taken_as_a_password_too(registry: Registry) -> None:
    pair = f"__token__:{registry.token(registry.user('alice'))}"
    basic = "Basic " + base64.b64encode(pair.encode()).decode()
    assert registry.client.get(ME, headers={"Authorization": basic}).status_code == 200


@pytest.mark.parametrize(
    "header", ["Bearer", "Bearer strongroom_p_x", "Basic !", "Digest x", "Basic YTpi", "x"]
)
def test_what_is_no_token_is_refused(registry: Registry, header: str) -> None:
    answer = registry.client.get(ME, headers={"Authorization": header})
    assert answer.status_code == 403
    assert answer["Content-Type"] == "application/problem+json"


def test_a_token_for_another_network_is_refused(registry: Registry) -> None:
    token = registry.token(registry.user("alice"), caveats.networks(["192.0.2.0/24"]))
    assert registry.client.get(ME, headers=bearer(token)).status_code == 403
    client = Client(REMOTE_ADDR="192.0.2.7")
    assert client.get(ME, headers=bearer(token)).status_code == 200


def test_a_session_cookie_is_no_credential(registry: Registry, owner: User) -> None:
    registry.client.force_login(owner, "strongroom.people.accounts.sessions.SessionBackend")
    assert registry.client.cookies["strongroom_session"].value
    assert registry.client.get(ME).status_code == 401
    assert registry.client.delete(YANK).status_code == 401
    posted = registry.client.post(YANK, {}, "application/json")
    assert posted.status_code == 401


def test_a_read_neither_needs_nor_spends_a_token(registry: Registry, owner: User) -> None:
    once = bearer(registry.token(owner, caveats.Once()))
    registry.client.get("/api/v1/projects/pypi/parcel", headers=once)
    assert registry.client.get(ME, headers=once).status_code == 200
    assert registry.client.get(ME, headers=once).json()["code"] == "token-spent"
