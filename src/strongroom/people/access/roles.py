"""The roles that people hold in projects; who holds which is in `grants`."""

from enum import StrEnum


class Role(StrEnum):
    """What a person is to a project."""

    OWNER = "owner"
    MAINTAINER = "maintainer"
