from io import BytesIO

import pytest

from strongroom.core.errors import InvalidError
from strongroom.ecosystems.pypi.archive.contents import LONGEST_TEXT, contents
from tests.fakes.distributions import sdist, wheel

ROOM = 1 << 24


def test_the_files_of_a_wheel_have_no_version_in_their_paths() -> None:
    files = {"box.py": b"x", "box-1.0.data/scripts/box": b"y"}
    found = contents("box-1.0-py3-none-any.whl", BytesIO(wheel("box", "1.0", files=files)), ROOM)
    assert [each.path for each in found] == [
        "box.py",
        "*.data/scripts/box",
        "*.dist-info/METADATA",
        "*.dist-info/WHEEL",
        "*.dist-info/RECORD",
    ]


def test_the_files_of_an_sdist_have_no_top_folder() -> None:
    found = contents("box-1.0.tar.gz", BytesIO(sdist("box", "1.0")), ROOM)
    assert [each.path for each in found] == ["PKG-INFO", "pyproject.toml", "box.py"]


def test_only_short_text_is_kept() -> None:
    files = {"a": b"text", "b": b"\xff", "c": b"a\0b", "d": b"x" * (LONGEST_TEXT + 1)}
    found = contents("box-1.0-py3-none-any.whl", BytesIO(wheel("box", "1.0", files=files)), ROOM)
    assert [each.text for each in found][:4] == ["text", None, None, None]


def test_more_than_there_is_room_for_is_refused() -> None:
    body = wheel("box", "1.0", files={"a": bytes(2000)})
    with pytest.raises(InvalidError):
        list(contents("box-1.0-py3-none-any.whl", BytesIO(body), 1000))
