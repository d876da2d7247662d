import hashlib
import tarfile
from io import BytesIO

import pytest

from strongroom.core.ecosystem import Most
from strongroom.core.errors import InvalidError
from strongroom.ecosystems.pypi.archive.contents import contents
from tests.fakes.distributions import sdist, wheel

MOST, NONE = Most(1 << 24, 100), frozenset[str]()
WHEEL = "box-1.0-py3-none-any.whl"


def test_the_files_of_a_wheel_have_no_version_in_their_paths() -> None:
    files = {"box.py": b"x", "box-1.0.data/scripts/box": b"y"}
    found = contents(WHEEL, BytesIO(wheel("box", "1.0", files=files)), MOST, NONE)
    assert [each.path for each in found] == [
        "box.py",
        "*.data/scripts/box",
        "*.dist-info/METADATA",
        "*.dist-info/WHEEL",
        "*.dist-info/RECORD",
    ]


def test_the_files_of_an_sdist_have_no_top_folder() -> None:
    found = contents("box-1.0.tar.gz", BytesIO(sdist("box", "1.0")), MOST, NONE)
    assert [each.path for each in found] == ["PKG-INFO", "pyproject.toml", "box.py"]


def test_only_text_that_was_asked_for_is_kept() -> None:
    files = {"a": b"text", "b": b"\xff", "c": b"a\0b", "d": b"more"}
    found = contents(WHEEL, BytesIO(wheel("box", "1.0", files=files)), MOST, {"a", "b", "c"})
    assert [each.text for each in found][:4] == ["text", None, None, None]


def _linked(path: str, target: str) -> bytes:
    raw = BytesIO()
    with tarfile.open(fileobj=raw, mode="w:gz") as archive:
        link = tarfile.TarInfo(f"box-1.0/{path}")
        link.type, link.linkname = tarfile.SYMTYPE, target
        archive.addfile(link)
        archive.addfile(tarfile.TarInfo(f"box-1.0/{target}"))
    return raw.getvalue()


def test_a_link_says_where_it_leads() -> None:
    # Else what is built would change, and the file that it is read through would seem the same.
    found = contents(
        "box-1.0.tar.gz", BytesIO(_linked("setup.py", "tests/a.py")), MOST, {"setup.py"}
    )
    other = contents("box-1.0.tar.gz", BytesIO(_linked("setup.py", "tests/b.py")), MOST, NONE)
    link, same = (next(each for each in one if each.path == "setup.py") for one in (found, other))
    assert (link.text, link.size) == ("A link to tests/a.py", 0)
    assert len({link.sha256, same.sha256, hashlib.sha256(b"A link to tests/a.py").hexdigest()}) == 3


@pytest.mark.parametrize("most", [Most(1000, 100), Most(1 << 24, 3)])
def test_more_than_may_be_read_is_refused(most: Most) -> None:
    body = wheel("box", "1.0", files={"a": bytes(2000)})
    with pytest.raises(InvalidError):
        list(contents(WHEEL, BytesIO(body), most, NONE))
