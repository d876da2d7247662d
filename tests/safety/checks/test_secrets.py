"""Tokens packed into an upload: found wherever they stand, and prose about tokens is not one."""

from collections.abc import Mapping
from io import BytesIO

import pytest

from strongroom.core.archives.inflate import BLOCK
from strongroom.core.coordinates import Name, Version
from strongroom.core.ecosystem import Manifest
from strongroom.core.findings import Finding, Severity
from strongroom.people.tokens import macaroons
from strongroom.safety.checks.secrets import own_tokens
from tests.fakes.distributions import sdist, sdist_filename, wheel, wheel_filename

TOKEN = macaroons.mint(b"m" * 32, b"s" * 16, macaroons.PERSONAL, [])
NARROWED = macaroons.narrow(TOKEN, [b'["projects","pypi:parcel"]'])
WRONG = TOKEN[:-1] + ("A" if TOKEN[-1] != "A" else "B")


def found(files: Mapping[str, bytes], *, packed: str = "wheel") -> list[Finding]:
    if packed == "wheel":
        filename, data = wheel_filename("parcel", "1.0"), wheel("parcel", "1.0", files=files)
    else:
        filename, data = sdist_filename("parcel", "1.0"), sdist("parcel", "1.0", files=files)
    named = Name("parcel", "parcel", "parcel")
    manifest = Manifest(named, Version("1.0", "1.0"), filename, packed, "", {})
    return list(own_tokens(manifest, BytesIO(data)))


@pytest.mark.parametrize("packed", ["wheel", "sdist"])
@pytest.mark.parametrize("token", [TOKEN, NARROWED])
def test_a_token_is_found_with_its_place(packed: str, token: str) -> None:
    (finding,) = found({"parcel.py": f"password = {token!r}\n".encode()}, packed=packed)
    assert (finding.check, finding.code) == ("secrets", "token-in-upload")
    assert finding.severity is Severity.REFUSAL
    assert finding.place.endswith("parcel.py")
    assert token not in str(finding)


@pytest.mark.parametrize("packed", ["wheel", "sdist"])
def test_clean_files_pass(packed: str) -> None:
    assert found({"parcel.py": b"VALUE = 1\n", "empty": b""}, packed=packed) == []


@pytest.mark.parametrize(
    "text", ["strongroom_u_...", "strongroom_", WRONG, TOKEN[:60], TOKEN.upper(), TOKEN[1:]]
)
def test_prose_about_tokens_passes(text: str) -> None:
    assert found({"README.md": text.encode()}) == []


@pytest.mark.parametrize(
    "content",
    [
        b"\xff\xfe" + TOKEN.encode() + b"\xff",
        b"x" + TOKEN.encode(),
        b"prefix_" + TOKEN.encode() + b"-suffix",
        f"https://__token__:{TOKEN}@registry.test/".encode(),
        TOKEN.encode() + TOKEN.encode(),
        WRONG.encode() + b"\n" + TOKEN.encode(),
        b"strongroom_" * 50 + TOKEN.encode(),
        b"strongroom_u_1" + b"A" * 80 + TOKEN.encode(),
    ],
)
def test_a_token_is_found_whatever_stands_around_it(content: bytes) -> None:
    assert len(found({"parcel.py": content})) == 1


@pytest.mark.parametrize("packed", ["wheel", "sdist"])
@pytest.mark.parametrize("before", [BLOCK - 1, BLOCK - len(TOKEN) // 2, BLOCK - len(TOKEN), BLOCK])
def test_a_token_across_two_blocks_is_found(packed: str, before: int) -> None:
    content = b"\n" * before + TOKEN.encode() + b"\n" * 10
    assert len(found({"parcel.py": content}, packed=packed)) == 1


@pytest.mark.parametrize("packed", ["wheel", "sdist"])
def test_each_member_with_a_token_is_named_once(packed: str) -> None:
    content = (TOKEN + "\n").encode() * 3
    files = {"a.py": content * 500, "b.py": b"clean", "c.py": content}
    places = [finding.place.rpartition("/")[2] for finding in found(files, packed=packed)]
    assert places == ["a.py", "c.py"]


def test_the_longest_token_is_found_across_blocks() -> None:
    caveat = b'["projects",' + b",".join(b'"pypi:%04d"' % n for n in range(140)) + b"]"
    longest = macaroons.narrow(TOKEN, [caveat])
    assert len(longest) > 2000
    content = b"\n" * (BLOCK - 1000) + longest.encode()
    assert len(found({"parcel.py": content})) == 1
