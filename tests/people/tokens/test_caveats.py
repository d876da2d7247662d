"""The limits of a token: each written in one way, everything else refused."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strongroom.core.actors import Action
from strongroom.core.coordinates import ProjectId
from strongroom.core.errors import InvalidError
from strongroom.people.tokens import caveats
from strongroom.people.tokens.caveats import Caveat

SPELLINGS: list[tuple[bytes, Caveat]] = [
    (b'["ecosystems","npm","pypi"]', caveats.ecosystems(["pypi", "npm"])),
    (b'["projects","maven:org.example:box"]', caveats.projects(["maven:org.example:box"])),
    (b'["actions","upload","yank"]', caveats.actions([Action.YANK, "upload"])),
    (b'["networks","192.0.2.0/24","2001:db8::/32"]',
     caveats.networks(["2001:db8::/32", "192.0.2.0/24"])),
    (b'["networks","192.0.2.7/32"]', caveats.networks(["192.0.2.7"])),
    (b'["until",1800000000]', caveats.until(datetime.fromtimestamp(1800000000.9, UTC))),
    (b'["once"]', caveats.Once()),
]  # fmt: skip


@pytest.mark.parametrize(("spelling", "caveat"), SPELLINGS)
def test_each_limit_has_one_spelling(spelling: bytes, caveat: Caveat) -> None:
    assert caveats.encode(caveat) == spelling
    assert caveats.decode(spelling) == caveat


def test_a_project_name_may_hold_a_colon() -> None:
    (project,) = caveats.projects(["maven:org.example:box"]).ids
    assert project == ProjectId("maven", "org.example:box")


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{}",
        b"[]",
        b"null",
        b"[[]]",
        b"[1]",
        b"[" * 2000,
        b"\xff",
        b'["version","1"]',
        b'["once",1]',
        b'["once"] ',
        b'[ "once"]',
        b'["Once"]',
        b'["until",1.0]',
        b'["until",true]',
        b'["until",false]',
        b'["until",-1]',
        b'["until",253402300800]',
        b'["until","5"]',
        b'["until"]',
        b'["until",5,6]',
        b'["until",NaN]',
        b'["until",' + b"9" * 5000 + b"]",
        b'["ecosystems"]',
        b'["ecosystems","pypi","npm"]',
        b'["ecosystems","pypi","pypi"]',
        b'["ecosystems","PyPI"]',
        b'["ecosystems",null]',
        b'["projects","parcel"]',
        b'["projects","pypi:"]',
        b'["projects","pypi:a b"]',
        b'["projects",["pypi:a"]]',
        b'["actions","everything"]',
        b'["networks","192.0.2.1/24"]',
        b'["networks","192.0.2.7"]',
        b'["networks","fe80::%eth0/64"]',
        b'["networks","2001:DB8::/32"]',
        b'["networks",167772160]',
    ],
)
def test_what_is_unknown_or_written_otherwise_is_refused(raw: bytes) -> None:
    with pytest.raises(InvalidError):
        caveats.decode(raw)


@given(st.binary(max_size=60))
def test_no_bytes_break_the_reader(raw: bytes) -> None:
    try:
        caveat = caveats.decode(raw)
    except InvalidError:
        return
    assert caveats.encode(caveat) == raw


@pytest.mark.parametrize(
    ("make", "value", "code"),
    [
        (caveats.ecosystems, "Py PI", "token-bad-ecosystem"),
        (caveats.projects, "parcel", "token-bad-project"),
        (caveats.actions, "publish", "token-bad-action"),
        (caveats.networks, "10.0.0.0/33", "token-bad-network"),
    ],
)
def test_a_value_of_no_sense_is_told_with_an_example(
    make: Callable[[list[str]], Caveat], value: str, code: str
) -> None:
    with pytest.raises(InvalidError) as caught:
        make([value])
    assert caught.value.code == code
    assert value in caught.value.sentence
    assert "such as" in caught.value.remedy or "one of" in caught.value.remedy


def test_a_refusal_stays_one_short_line_of_ascii_whatever_was_sent() -> None:
    with pytest.raises(InvalidError) as caught:
        caveats.projects(["\r\n\u202e" + "x" * 5000])
    assert caught.value.sentence.isascii()
    assert caught.value.sentence.isprintable()
    assert len(caught.value.sentence) < 200


def test_a_limit_to_nothing_is_refused() -> None:
    with pytest.raises(InvalidError) as caught:
        caveats.projects([])
    assert caught.value.code == "token-empty-limit"


def test_an_expiry_before_1970_is_refused() -> None:
    with pytest.raises(InvalidError) as caught:
        caveats.until(datetime(1969, 1, 1, tzinfo=UTC))
    assert caught.value.code == "token-bad-expiry"
