"""The webhooks of a project, by a token."""

import pytest

from strongroom.core.actors import Action
from strongroom.packages.models import Delivery, Hook
from strongroom.people.models import User
from strongroom.people.tokens.caveats import Actions
from tests.api.conftest import Registry, bearer

HERE = "/api/v1/projects/pypi/parcel/hooks"
NEW = {"url": "https://hooks.example.org/T0PSECRETPATH", "kinds": ["file-published"]}
NOBODYS = f"msg_{'0' * 32}"


@pytest.fixture
def token(registry: Registry, owner: User) -> str:
    return registry.token(owner)


@pytest.fixture
def handle(registry: Registry, token: str) -> str:
    answer = registry.client.post(HERE, NEW, "application/json", headers=bearer(token))
    assert answer.status_code == 201
    return str(answer.json()["handle"])


def test_a_hook_is_made_and_its_secret_shown_once(registry: Registry, token: str) -> None:
    made = registry.client.post(HERE, NEW, "application/json", headers=bearer(token))
    assert made["Cache-Control"] == "no-store"
    told = made.json()
    assert told["secret"].startswith("whsec_")
    for path in (HERE, f"{HERE}/{told['handle']}"):
        content = registry.client.get(path, headers=bearer(token)).content.decode()
        assert told["handle"] in content
        assert "hooks.example.org" in content
        assert "whsec_" not in content
        assert "T0PSECRETPATH" not in content


def test_a_hook_is_shown_with_its_deliveries(registry: Registry, token: str, handle: str) -> None:
    sent = registry.client.post(f"{HERE}/{handle}/test", headers=bearer(token)).json()
    told = registry.client.get(f"{HERE}/{handle}", headers=bearer(token)).json()
    assert told["deliveries"] == [sent]
    assert (sent["serial"], sent["state"], sent["status"]) == (None, "waiting", None)
    again = f"{HERE}/{handle}/deliveries/{sent['message']}/again"
    Delivery.objects.update(state="delivered")
    assert registry.client.post(again, headers=bearer(token)).json()["state"] == "waiting"


def test_a_hook_is_given_a_new_secret_switched_and_removed(
    registry: Registry, token: str, handle: str
) -> None:
    ask, sent = registry.client, bearer(token)
    new = ask.post(f"{HERE}/{handle}/secret", headers=sent).json()
    assert (new["handle"], new["secret"][:6]) == (handle, "whsec_")
    off = ask.put(f"{HERE}/{handle}/state", {"on": False}, "application/json", headers=sent)
    assert off.json()["state"] == "off"
    assert ask.delete(f"{HERE}/{handle}", headers=sent).status_code == 204
    assert not Hook.objects.exists()


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", ""),
        ("POST", ""),
        ("GET", "/{hook}"),
        ("DELETE", "/{hook}"),
        ("POST", "/{hook}/secret"),
        ("PUT", "/{hook}/state"),
        ("POST", "/{hook}/test"),
        ("POST", f"/{{hook}}/deliveries/{NOBODYS}/again"),
    ],
)
def test_who_does_not_configure_the_project_reads_and_changes_nothing(
    registry: Registry, owner: User, handle: str, method: str, path: str
) -> None:
    ask = getattr(registry.client, method.lower())
    body = {"on": False} if path.endswith("state") else NEW
    sent = {"data": body, "content_type": "application/json"} if method != "GET" else {}
    where = HERE + path.format(hook=handle)
    mallory = registry.token(registry.user("mallory"))
    narrow = registry.token(owner, Actions(frozenset({Action.UPLOAD})))
    codes = [ask(where, headers=bearer(text), **sent).json()["code"] for text in (mallory, narrow)]
    assert codes == ["role-missing", "token-out-of-scope"]
    assert ask(where, **sent).status_code == 401
    assert Hook.objects.get().state == "on"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"url": "https://a.test/"},
        {"url": "https://a.test/", "kinds": []},
        {"url": "https://a.test/", "kinds": ["token-created"]},
        {"url": "https://a.test/", "kinds": ["x"]},
        {"url": "ftp://a.test/", "kinds": ["file-published"]},
        {"url": "https://a.test/", "kinds": ["file-published"], "secret": "mine"},
        {"url": "https://a.test/" + "x" * 1000, "kinds": ["file-published"]},
    ],
)
def test_a_hook_that_is_none_is_refused(
    registry: Registry, token: str, body: dict[str, object]
) -> None:
    answer = registry.client.post(HERE, body, "application/json", headers=bearer(token))
    assert answer.status_code == 400
    assert not Hook.objects.exists()


def test_an_address_inside_is_refused(registry: Registry, token: str) -> None:
    body = {"url": "https://169.254.169.254/latest", "kinds": ["file-published"]}
    answer = registry.client.post(HERE, body, "application/json", headers=bearer(token))
    assert (answer.status_code, answer.json()["code"]) == (403, "hook-address-refused")
