"""The feed: signed for everybody, and cheap to ask again."""

import re
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from strongroom.packages.models import Project
from strongroom.people.models import User
from tests.api.conftest import Answer, Registry
from tests.house.sources import ROOT

ASKED = "/api/v1/events?since=0&limit=2"
REGISTRY = "http://registry.test"


@pytest.fixture
def verified() -> Callable[..., bytes]:
    """Return the example of the documentation."""
    page = Path(ROOT / "docs" / "use" / "feed.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    made: dict[str, Any] = {}
    exec(compile(code, "feed.md", "exec"), made)  # noqa: S102 - our own documentation
    found: Callable[..., bytes] = made["verified"]
    return found


def key(registry: Registry) -> dict[str, str]:
    (one,) = registry.client.get("/api/v1/keys").json()["keys"]
    return dict(one)


def now(registry: Registry) -> None:
    """Have the registry's clock show the present, which the example asks for."""
    registry.clock.moment = datetime.fromtimestamp(time.time(), UTC)


def asked(registry: Registry, path: str = ASKED, **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return registry.client.get(path, headers=named)


def test_a_page_is_verified_as_the_documentation_says(
    registry: Registry, owner: User, verified: Callable[..., bytes]
) -> None:
    now(registry)
    answer = asked(registry)
    told = verified(answer.content, answer["X-JWS-Signature"], key(registry), REGISTRY, ASKED)
    assert told == answer.content


def test_a_page_that_was_altered_swapped_or_kept_is_refused(
    registry: Registry, owner: User, verified: Callable[..., bytes]
) -> None:
    now(registry)
    answer, known = asked(registry), key(registry)
    sign = answer["X-JWS-Signature"]
    with pytest.raises(Exception, match="Signature verification failed"):
        verified(answer.content.replace(b"alice", b"mallo"), sign, known, REGISTRY, ASKED)
    for registrys, question in (
        ("http://other.test", ASKED),
        (REGISTRY, "/api/v1/events?since=2&limit=2"),
    ):
        with pytest.raises(ValueError, match="another"):
            verified(answer.content, sign, known, registrys, question)
    registry.clock.moment = datetime.fromtimestamp(time.time() - 3600, UTC)
    old = asked(registry)
    with pytest.raises(ValueError, match="another"):
        verified(old.content, old["X-JWS-Signature"], known, REGISTRY, ASKED)


def test_what_is_the_same_is_not_sent_again_but_signed_anew(
    registry: Registry, owner: User, verified: Callable[..., bytes]
) -> None:
    first = asked(registry)
    now(registry)
    same = asked(registry, If_None_Match=first["ETag"])
    assert (same.status_code, same.content) == (304, b"")
    assert same["ETag"] == first["ETag"]
    verified(first.content, same["X-JWS-Signature"], key(registry), REGISTRY, ASKED)
    assert asked(registry, If_None_Match=f'"x", W/{first["ETag"]}').status_code == 304
    assert asked(registry, If_None_Match='"x"').status_code == 200


def test_news_are_sent(registry: Registry, owner: User) -> None:
    tip = "/api/v1/events?since=0&limit=1000"
    before = asked(registry, tip)
    registry.publish(owner, "Parcel", "1.2")
    after = asked(registry, tip, If_None_Match=before["ETag"])
    assert after.status_code == 200
    assert len(after.json()["events"]) > len(before.json()["events"])


def test_a_refusal_is_not_signed(registry: Registry) -> None:
    answer = asked(registry, "/api/v1/events?since=-1")
    assert answer.status_code == 400
    assert "X-JWS-Signature" not in answer.headers


def test_a_page_names_no_private_project(registry: Registry, owner: User) -> None:
    Project.objects.update(private=True)
    answer = asked(registry)
    assert answer.json()["events"] == []
    assert b"parcel" not in answer.content.lower()
