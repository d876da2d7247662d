"""The roles that people hold in projects; who holds which is in `grants`."""

from enum import StrEnum

from strongroom.core.errors import InvalidError


class Role(StrEnum):
    """What a person is to a project."""

    OWNER = "owner"
    MAINTAINER = "maintainer"


def role(raw: str) -> Role:
    """Read a role; raises InvalidError."""
    try:
        return Role(raw)
    except ValueError:
        raise InvalidError(
            "role-unknown", f"{raw[:40]!a} is not a role.", f"Use one of: {', '.join(Role)}."
        ) from None
