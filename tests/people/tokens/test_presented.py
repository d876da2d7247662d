"""Finding the token in a header: as clients send it, and never a password taken for one."""

import base64

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from strongroom.core.errors import ForbiddenError
from strongroom.people.tokens.presented import presented

TOKEN = "strongroom_u_1abc"


def basic(text: str | bytes) -> str:
    raw = text.encode() if isinstance(text, str) else text
    return "Basic " + base64.b64encode(raw).decode()


@pytest.mark.parametrize(
    "header",
    [
        basic(f"__token__:{TOKEN}"),
        "bAsIc " + basic(f"__token__:{TOKEN}")[6:],
        "Basic  " + basic(f"__token__:{TOKEN}")[6:] + "  ",
        f"Bearer {TOKEN}",
        f"bearer  {TOKEN} ",
        f"token {TOKEN}",
    ],
)
def test_the_token_is_found_as_clients_send_it(header: str) -> None:
    assert presented(header) == TOKEN


@pytest.mark.parametrize("header", ["", "  "])
def test_without_a_header_there_is_no_token(header: str) -> None:
    assert presented(header) is None


def test_a_colon_in_the_password_belongs_to_it() -> None:
    assert presented(basic("__token__:a:b")) == "a:b"


@pytest.mark.parametrize(
    "header",
    [
        basic(f"alice:{TOKEN}"),
        basic(f":{TOKEN}"),
        basic("__token__x:y"),
        basic(b"\xff\xfe:x"),
        "Basic",
        "Basic !!!",
        "Basic \u00e9\u00e9\u00e9\u00e9",
        "Basic YQ",
        "Digest username=alice",
        TOKEN,
    ],
)
def test_what_is_no_token_is_refused_with_a_hint(header: str) -> None:
    with pytest.raises(ForbiddenError) as caught:
        presented(header)
    assert caught.value.code == "credential-unreadable"
    assert "__token__" in caught.value.remedy


@pytest.mark.parametrize("header", ["hunter2", basic("alice:hunter2"), TOKEN])
def test_a_refusal_does_not_repeat_what_may_be_a_secret(header: str) -> None:
    with pytest.raises(ForbiddenError) as caught:
        presented(header)
    assert not [part for part in ("hunter2", "alice", TOKEN[11:]) if part in str(caught.value)]


@given(st.text(st.characters(max_codepoint=255)) | st.binary().map(basic))
@settings(deadline=None)
def test_no_header_is_an_accident(header: str) -> None:
    try:
        found = presented(header)
    except ForbiddenError:
        return
    assert found is None or isinstance(found, str)
