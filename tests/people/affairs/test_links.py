"""The link that says "this was not me": nobody without the key makes one."""

import pytest

from strongroom.core.errors import ForbiddenError
from strongroom.people.affairs.links import made, read

KEY = b"k" * 32


def test_a_link_names_its_line() -> None:
    assert read(KEY, made(KEY, 41)) == 41


@pytest.mark.parametrize(
    "text",
    [
        "",
        "41",
        "41-",
        made(b"o" * 32, 41),
        made(KEY, 41).replace("41", "42", 1),
        made(KEY, 41).upper(),
        "0" + made(KEY, 41),
        made(KEY, 41) + "0",
        made(KEY, 41) + "\n",
        "9" * 40 + made(KEY, 41)[2:],
    ],
)
def test_what_is_no_link_is_refused_alike(text: str) -> None:
    with pytest.raises(ForbiddenError) as caught:
        read(KEY, text)
    assert caught.value.code == "disavowal-invalid"
