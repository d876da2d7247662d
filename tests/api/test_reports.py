"""The door of reports of leaked tokens: its addresses, its headers and bodies, its answers."""

import json
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from strongroom.api.reports import urls
from strongroom.people.leaks.acts import Tell
from strongroom.people.leaks.intake import Intake
from strongroom.people.leaks.partners import Partner
from strongroom.people.leaks.signatures import read_key
from strongroom.people.models import Token
from tests.api.conftest import MASTER, Registry
from tests.fakes.clocks import NOON
from tests.fakes.reporters import Scanner, signed

SECRET = "g" * 40
SHARED = b"h" * 40
REPORTS = "/leaks/github", "/leaks/reports", "/leaks/gitlab/v1/revoke_tokens"


@dataclass
class Door:
    """The door, somebody's token that has leaked, and who found it."""

    client: Client
    scanner: Scanner
    token: str

    def send(self, path: str, body: bytes, **headers: str) -> Any:  # noqa: ANN401 - Django's test client is not typed
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.post(path, body, content_type="application/json", headers=named)

    def listing(self, *texts: str) -> bytes:
        return json.dumps([{"token": one, "type": "strongroom_token"} for one in texts]).encode()


@pytest.fixture
def door(registry: Registry, settings: Settings) -> Door:
    scanner = Scanner()
    scanner.rotate("first")
    intake = Intake(
        Tell(MASTER, registry.clock),
        Partner("https://keys.example.org/", scanner.shown),
        SECRET.encode(),
        {"scanner": read_key(SHARED)},
    )
    settings.ROOT_URLCONF = tuple(urls(intake))
    return Door(Client(enforce_csrf_checks=True), scanner, registry.token(registry.user("ada")))


def ended() -> bool:
    return Token.objects.get().revoked_at is not None


def test_github_is_answered_with_a_label_for_each_token(door: Door) -> None:
    body = door.listing(door.token, "strongroom_u_none")
    answer = door.send("/leaks/github", body, **door.scanner.headers(body, "first"))
    assert answer.status_code == 200
    assert answer.json() == [
        {"token_raw": door.token, "token_type": "strongroom_token", "label": "true_positive"},
        {
            "token_raw": "strongroom_u_none",
            "token_type": "strongroom_token",
            "label": "false_positive",
        },
    ]
    assert answer["Cache-Control"] == "no-store"
    assert ended()


def test_the_same_report_again_is_answered_just_the_same(door: Door) -> None:
    body = door.listing(door.token)
    headers = door.scanner.headers(body, "first")
    first, second = (door.send("/leaks/github", body, **headers) for _ in range(2))
    assert (first.status_code, first.content) == (second.status_code, second.content)


@pytest.mark.parametrize(
    "headers",
    [{"Authorization": SECRET}, {"Authorization": f"Bearer {SECRET}"}, {"X_Gitlab_Token": SECRET}],
    ids=["bare", "bearer", "own"],
)
def test_gitlab_is_answered_that_all_are_accepted(door: Door, headers: dict[str, str]) -> None:
    answer = door.send(REPORTS[2], door.listing(door.token), **headers)
    assert (answer.status_code, answer.content) == (204, b"")
    assert ended()


def test_gitlab_is_told_which_findings_can_be_revoked(door: Door) -> None:
    path = "/leaks/gitlab/v1/revocable_token_types"
    answer = door.client.get(path, headers={"Authorization": SECRET})
    assert answer.json() == {"types": ["gitleaks_rule_id_strongroom_token"]}
    assert door.client.get(path).status_code == 403


def test_a_reporter_signs_a_dated_body(door: Door) -> None:
    said = {"made_at": int(NOON.timestamp()), "nonce": "n" * 20, "found": [{"token": door.token}]}
    body = json.dumps(said).encode()
    headers = {"Strongroom_Reporter": "scanner", "Strongroom_Signature": signed(body, SHARED)}
    answer = door.send("/leaks/reports", body, **headers)
    assert [one["label"] for one in answer.json()] == ["true_positive"]
    assert ended()
    assert door.send("/leaks/reports", body, **headers).status_code == 403


@pytest.mark.parametrize("path", REPORTS)
def test_an_unsigned_report_does_nothing_and_is_told_nothing(door: Door, path: str) -> None:
    answers = [door.send(path, door.listing(one)) for one in (door.token, "none")]
    assert [one.status_code for one in answers] == [403, 403]
    assert answers[0].content == answers[1].content
    assert answers[0].json()["code"] == "report-not-genuine"
    assert not ended()


@pytest.mark.parametrize("path", REPORTS)
def test_a_token_vouches_for_no_report(door: Door, path: str) -> None:
    bearer = {"Authorization": f"Bearer {door.token}"}
    assert door.send(path, door.listing(door.token), **bearer).status_code == 403
    assert not ended()


@pytest.mark.parametrize("path", REPORTS)
def test_a_report_has_a_bounded_body(door: Door, path: str) -> None:
    answer = door.send(path, b" " * 40_000)
    assert (answer.status_code, answer.json()["code"]) == (413, "body-too-large")


@pytest.mark.parametrize("path", REPORTS)
def test_a_report_has_a_length(door: Door, path: str) -> None:
    answer = door.client.post(path, b"", content_type="application/json", CONTENT_LENGTH="x")
    assert (answer.status_code, answer.json()["code"]) == (400, "length-missing")


@pytest.mark.parametrize("path", REPORTS)
def test_reports_are_sent_and_not_read(door: Door, path: str) -> None:
    answer = door.client.get(path)
    assert (answer.status_code, answer["Allow"]) == (405, "POST")


@pytest.mark.parametrize("path", REPORTS)
def test_where_nobody_is_configured_no_report_is_taken(
    door: Door, registry: Registry, settings: Settings, path: str
) -> None:
    settings.ROOT_URLCONF = tuple(urls(Intake(Tell(MASTER, registry.clock))))
    answer = door.send(path, door.listing(door.token))
    assert (answer.status_code, answer.json()["code"]) == (404, "reports-not-taken")


@pytest.mark.parametrize("name", ["gitleaks.toml", "trufflehog.yaml", "pattern.json"])
def test_anybody_may_read_the_patterns(name: str, settings: Settings) -> None:
    settings.ROOT_URLCONF = tuple(urls(Intake(None)))  # type: ignore[arg-type] # patterns need none
    answer = Client().get(f"/leaks/patterns/{name}")
    assert answer.status_code == 200
    assert b"strongroom_[a-z]{1,8}_" in answer.content
    assert "public" in answer["Cache-Control"]
