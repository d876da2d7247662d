"""What directories send is read as they mean it, and refused where that is in doubt."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strongroom.api.scim import words
from strongroom.api.scim.words import USER
from strongroom.core.errors import InvalidError
from strongroom.people.oversight.directory import Sought, Wish


def patch(*operations: object) -> Wish:
    return words.patch({"Operations": list(operations)})


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "replace", "value": {"active": False}},  # Okta
        {"op": "Replace", "path": "active", "value": "False"},  # Entra ID
        {"op": "Replace", "path": "active", "value": False},  # Entra ID, when asked to conform
        {"op": "Add", "path": "active", "value": "False"},
        {"op": "replace", "path": f"{USER}:active", "value": False},
        {"op": "replace", "value": {f"{USER}:active": False}},
        {"OP": "replace", "Path": "ACTIVE", "Value": "false"},
    ],
)
def test_somebody_who_left_is_understood_in_every_form(operation: dict[str, object]) -> None:
    assert patch(operation) == Wish(active=False)


def test_the_last_of_several_operations_holds() -> None:
    on, off = ({"op": "replace", "path": "active", "value": one} for one in (True, False))
    assert patch(off, on).active is True
    assert patch(on, off).active is False


def test_what_is_kept_nowhere_is_read_over() -> None:
    wish = patch(
        {"op": "Replace", "path": "displayName", "value": "Eve"},
        {"op": "Add", "path": 'emails[type eq "work"].value', "value": "eve@corp.test"},
        {"op": "Remove", "path": "name.givenName"},
        {"op": "remove", "path": "externalId"},
        {"op": "Replace", "path": "userName", "value": "eve@corp.test"},
    )
    assert wish == Wish(user_name="eve@corp.test", external_id="")


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"Operations": []},
        {"Operations": {}},
        {"Operations": [{"op": "replace", "path": "active", "value": False}] * 51},
        {"Operations": [7]},
        {"Operations": [{"op": "move", "path": "active", "value": False}]},
        {"Operations": [{"op": 7, "value": {}}]},
        {"Operations": [{"op": "replace", "path": ["active"], "value": False}]},
        {"Operations": [{"op": "replace", "value": False}]},
        {"Operations": [{"op": "replace", "path": "active", "value": "no"}]},
        {"Operations": [{"op": "replace", "path": "active", "value": 0}]},
        {"Operations": [{"op": "replace", "path": "active", "value": [False]}]},
        {"Operations": [{"op": "replace", "path": "active"}]},
        {"Operations": [{"op": "remove", "path": "active"}]},
        {"Operations": [{"op": "remove"}]},
        {"Operations": [{"op": "replace", "value": {"active": True, "ACTIVE": False}}]},
        {"Operations": [{"op": "replace", "path": "userName", "value": "two\nlines"}]},
        {"Operations": [{"op": "replace", "path": "externalId", "value": ["7"]}]},
    ],
)
def test_a_patch_in_doubt_is_refused(sent: dict[str, object]) -> None:
    with pytest.raises(InvalidError) as refusal:
        words.patch(sent)
    assert refusal.value.code == "scim-value-invalid"


def test_a_user_is_read_with_the_address_that_they_are_written_to() -> None:
    sent = {
        "schemas": [USER],
        "userName": "eve@id.corp.test",
        "externalId": "00u1",
        "active": True,
        "name": {"givenName": "Eve"},
        "emails": [{"value": "old@corp.test"}, {"value": "eve@corp.test", "primary": True}],
    }
    assert words.user(sent) == Wish("eve@id.corp.test", "00u1", active=True, email="eve@corp.test")
    assert words.user({"userName": "eve", "externalId": None}) == Wish("eve")


@pytest.mark.parametrize("name", [None, 7, "", "x" * 256, "a\x00b", "a\r\nBcc: b"])
def test_a_user_without_a_name_that_can_be_kept_is_refused(name: object) -> None:
    with pytest.raises(InvalidError):
        words.user({"userName": name} if name is not None else {})


@pytest.mark.parametrize("raw", [b"", b"[]", b"\xff", b"{", b"[" * 20_000, b"7"])
def test_a_body_that_is_no_object_is_refused(raw: bytes) -> None:
    with pytest.raises(InvalidError):
        words.body(raw)
    assert words.body(b'{"active": false}') == {"active": False}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (None, Sought()),
        ('userName eq "eve@corp.test"', Sought(user_name="eve@corp.test")),
        ('USERNAME EQ "a\\"b"', Sought(user_name='a"b')),
        (f'{USER}:externalId eq "7"', Sought(external_id="7")),
        (' id eq "12" ', Sought(number=12)),
        ('id eq "twelve"', Sought(number=0)),
        ('id eq "١٢"', Sought(number=0)),
    ],
)
def test_filters_that_tell_users_apart_are_understood(text: str | None, expected: Sought) -> None:
    assert words.sought(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        'userName sw "e"',
        'active eq "true"',
        'userName eq "a" or userName eq "b"',
        "userName eq eve",
        'userName eq "\\x"',
        'userName eq "a\\u0000"',
        'userName eq "a" ; drop',
    ],
)
def test_other_filters_are_refused_and_never_answered_as_if_all_were_meant(text: str) -> None:
    with pytest.raises(InvalidError) as refusal:
        words.sought(text)
    assert refusal.value.code == "scim-filter-unsupported"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["op", "path", "value", "active", "userName", "externalId", "emails"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(JSON, JSON)
def test_whatever_is_sent_is_read_or_refused(one: Any, other: Any) -> None:  # noqa: ANN401 - any JSON
    for read, sent in (
        (words.patch, {"Operations": [one, other]}),
        (words.user, {"userName": "eve", "active": one, "emails": other}),
        (words.user, {"userName": one, "externalId": other}),
    ):
        try:
            read(words.body(json.dumps(sent).encode()))
        except InvalidError as refusal:
            assert refusal.code == "scim-value-invalid"  # noqa: PT017 - both are right
