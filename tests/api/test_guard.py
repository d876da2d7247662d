import json

import pytest

from strongroom.api.guard import BODY_AT_MOST
from strongroom.people.models import User
from tests.api.conftest import Answer, Registry, bearer

YANK = "/api/v1/projects/pypi/parcel/releases/1.0/yank"
JSON = "application/json"


def post(registry: Registry, user: User, body: bytes, content_type: str = JSON) -> Answer:
    headers = bearer(registry.token(user))
    return registry.client.post(YANK, body, content_type, headers=headers)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"reason"',
        b"\xff\xfe",
        b'{"reason": 1}',
        b'{"reason": null}',
        b'{"reason": "\\ud800"}',
        b'{"\\ud800": ""}',
        b'{"reason": "\\u0000"}',
        b'{"reason": "\\u202e"}',
        b"[" * 10_000,
        b"1" * 10_000,
        b'{"reason": NaN}',
        json.dumps({"reason": "x" * 501}).encode(),
    ],
    ids=lambda body: body[:20].decode("ascii", "replace"),
)
def test_a_body_that_is_not_as_documented_is_a_problem(
    registry: Registry, owner: User, body: bytes
) -> None:
    answer = post(registry, owner, body)
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"


def test_a_large_body_is_refused_unread(registry: Registry, owner: User) -> None:
    answer = post(registry, owner, b"{" + b" " * BODY_AT_MOST)
    assert answer.status_code == 413


@pytest.mark.parametrize("content_type", ["text/plain", "", "multipart/form-data; boundary=x"])
def test_a_body_that_is_not_declared_as_json_is_refused(
    registry: Registry, owner: User, content_type: str
) -> None:
    answer = post(registry, owner, b"{}", content_type)
    assert (answer.status_code, answer.json()["code"]) == (400, "content-type-unsupported")


def test_a_body_without_a_length_is_refused(registry: Registry, owner: User) -> None:
    headers = bearer(registry.token(owner)) | {"Transfer-Encoding": "chunked"}
    answer = registry.client.post(YANK, b"{}", JSON, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "length-missing")


@pytest.mark.parametrize(
    "address",
    [
        "projects/pypi/a%00b",
        "projects/%00/a",
        "projects/pypi/parcel/releases/%00",
        "users/%00",
        "search?q=%00",
        "search?q=a&%00=1",
        "search",
        "search?q=a&limit=0",
        "search?q=a&limit=1e3",
        "search?q=a&offset=99999999999999999999",
        "events?since=-1",
        "events?since=9223372036854775808",
        "projects/pypi/%F0%9F%92%A9",
        "projects/pypi/%FF%FE",
        "projects/pypi/%ED%A0%80",
        "projects/pypi/-",
        "projects/pypi/%0A",
        "projects/pypi/parcel/releases/not-a-version",
        "projects/pypi/" + "a" * 300,
        "users/" + "a" * 300,
    ],
)
def test_an_address_that_makes_no_sense_is_a_problem(registry: Registry, address: str) -> None:
    answer = registry.client.get(f"/api/v1/{address}")
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["remedy"]


@pytest.mark.parametrize("address", ["/api", "/api/", "/api/v2/", "/api/v1", "/api/v1/a%0Ab"])
def test_an_unknown_address_is_a_problem(registry: Registry, address: str) -> None:
    answer = registry.client.get(address)
    assert (answer.status_code, answer.json()["code"]) == (404, "no-such-address")


@pytest.mark.parametrize(
    ("method", "address", "allowed"),
    [
        ("POST", "/api/v1/search", "GET, HEAD"),
        ("TRACE", "/api/v1/me", "GET, HEAD"),
        ("PUT", "/api/v1/openapi.json", "GET, HEAD"),
        ("GET", YANK, "DELETE, POST"),
        ("HEAD", YANK, "DELETE, POST"),
    ],
)
def test_a_wrong_method_names_the_right_ones(
    registry: Registry, method: str, address: str, allowed: str
) -> None:
    answer = registry.client.generic(method, address)
    assert answer.status_code == 405
    assert answer["Allow"] == allowed
    assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.usefixtures("owner")
def test_head_tells_the_length_and_sends_nothing(registry: Registry) -> None:
    address = "/api/v1/projects/pypi/parcel"
    answer = registry.client.head(address)
    assert answer.status_code == 200
    assert answer["Content-Length"] == str(len(registry.client.get(address).content))
    assert answer.content == b""
