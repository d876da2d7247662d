"""Reading what a directory sends: users, patches, filters. Pure.

Identity providers send much that is kept nowhere here (names, departments, telephones): it is read
over, as RFC 7644, 3.3 allows. What says who somebody is, or whether they are still there, is read
strictly: a patch that was misunderstood is somebody who left and still has their keys.
"""

import json
import re
from collections.abc import Mapping

from strongroom.core.errors import InvalidError
from strongroom.people.oversight.directory import Sought, Wish

MESSAGE = "urn:ietf:params:scim:api:messages:2.0"
USER = "urn:ietf:params:scim:schemas:core:2.0:User"
OPERATIONS_AT_MOST = 50
_LONGEST = 255
_FILTER = re.compile(
    rf'(?:{USER}:)?(?P<name>userName|externalId|id)\s+eq\s+(?P<value>"(?:[^"\\]|\\.)*")',
    re.IGNORECASE,
)
_OPERATIONS = frozenset({"add", "replace", "remove"})


def body(raw: bytes) -> Mapping[str, object]:
    """Read a body: one JSON object."""
    try:
        read = json.loads(raw)
    except (ValueError, RecursionError):
        read = None
    if not isinstance(read, dict):
        raise InvalidError(
            "scim-syntax-invalid", "The body of the request is not JSON.", "Send one JSON object."
        )
    return read


def user(sent: Mapping[str, object]) -> Wish:
    """Read a user as POST and PUT send it; `userName` is needed (RFC 7643, 4.1.1)."""
    attributes = _folded(sent)
    if "username" not in attributes:
        raise _invalid("userName is missing")
    return Wish(
        user_name=_text("userName", attributes["username"]),
        external_id=_external(attributes.get("externalid")),
        active=_switch(attributes["active"]) if "active" in attributes else None,
        email=_email(attributes.get("emails")),
    )


def patch(sent: Mapping[str, object]) -> Wish:
    """Read the operations of a PATCH (RFC 7644, 3.5.2), in the forms that providers send.

    The later of two operations on one attribute holds.
    """
    operations = _folded(sent).get("operations")
    if not isinstance(operations, list) or not 0 < len(operations) <= OPERATIONS_AT_MOST:
        raise _invalid(f"Operations is not a list of 1 to {OPERATIONS_AT_MOST}")
    said: dict[str, object] = {}
    for one in operations:
        said.update(_operation(one))
    return Wish(
        user_name=_text("userName", said["username"]) if "username" in said else None,
        external_id=(_external(said["externalid"]) or "") if "externalid" in said else None,
        active=_switch(said["active"]) if "active" in said else None,
    )


def sought(text: str | None) -> Sought:
    """Read a filter (RFC 7644, 3.4.2.2): one attribute that tells users apart, and `eq`."""
    if text is None:
        return Sought()
    found = _FILTER.fullmatch(text.strip())
    value = _quoted(found["value"]) if found else None
    if found is None or value is None:
        raise InvalidError(
            "scim-filter-unsupported",
            "This filter is not understood.",
            'Send one such as userName eq "eve@example.org", or externalId, or id.',
        )
    match found["name"].lower():
        case "username":
            return Sought(user_name=value)
        case "externalid":
            return Sought(external_id=value)
        case _:
            return Sought(number=number(value))


def number(text: str) -> int:
    """Return the number that an id is; 0, which nobody has, where it is none."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else 0  # noqa: PLR2004 - digits of 64 bits


def _operation(one: object) -> Mapping[str, object]:
    """Return what an operation says of attributes without a part, by their names in lower case."""
    if not isinstance(one, dict):
        raise _invalid("an operation is no object")
    parts = _folded(one)
    act, path, value = parts.get("op"), parts.get("path", ""), parts.get("value")
    if not isinstance(act, str) or act.lower() not in _OPERATIONS or not isinstance(path, str):
        raise _invalid("an operation is not add, replace or remove")
    plain = path.lower().removeprefix(f"{USER.lower()}:")
    if act.lower() == "remove":
        if plain in {"", "active", "username"}:
            raise _invalid("active and userName cannot be removed")
        return {plain: None} if plain == "externalid" else {}
    if plain:
        return {plain: value}
    if not isinstance(value, dict):
        raise _invalid("an operation without a path has no attributes")
    return _folded(value)


def _folded(sent: Mapping[str, object]) -> dict[str, object]:
    """Return attributes by their names in lower case: they are compared so (RFC 7643, 2.1)."""
    folded: dict[str, object] = {}
    for name, value in sent.items():
        plain = str(name).lower().removeprefix(f"{USER.lower()}:")
        if plain in folded:
            # Of two different words on one thing none can be believed.
            raise _invalid(f"{plain[:40]} stands twice")
        folded[plain] = value
    return folded


def _text(name: str, value: object) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= _LONGEST or not value.isprintable():
        raise _invalid(f"{name} is not a text of 1 to {_LONGEST} printable characters")
    return value


def _external(value: object) -> str | None:
    return None if value is None or value == "" else _text("externalId", value)


def _switch(value: object) -> bool:
    """Read a truth value; Entra ID sends it as a text with a capital."""
    known = {"true": True, "false": False}
    if isinstance(value, bool):
        return value
    if not isinstance(value, str) or value.lower() not in known:
        raise _invalid("active is neither true nor false")
    return known[value.lower()]


def _email(value: object) -> str | None:
    """Return the address that somebody is written to: the primary one, else the first."""
    listed = [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
    listed.sort(key=lambda one: one.get("primary") is not True)
    return _text("emails", listed[0].get("value")) if listed else None


def _quoted(text: str) -> str | None:
    try:
        read = json.loads(text)
    except ValueError:
        return None
    return read if isinstance(read, str) and read.isprintable() else None


def _invalid(what: str) -> InvalidError:
    return InvalidError("scim-value-invalid", f"This cannot be taken: {what}.", "Correct it.")
