"""The roles that there are, and no others."""

import pytest

from strongroom.core.errors import InvalidError
from strongroom.people.access.roles import Role, role


def test_a_role_is_read() -> None:
    assert [role("owner"), role("maintainer")] == [Role.OWNER, Role.MAINTAINER]


@pytest.mark.parametrize("raw", ["", "Owner", "admin", "\u00e9" * 99, "a\nb"])
def test_another_role_is_refused(raw: str) -> None:
    with pytest.raises(InvalidError) as caught:
        role(raw)
    assert caught.value.code == "role-unknown"
    assert caught.value.sentence.isascii()
    assert (
        caught.value.remedy == "Use one of: owner, manager, maintainer, publisher, triager, reader."
    )
