"""The published patterns find every token, in all its forms, in each scanner's words."""

import json
import os
import re
import tomllib
import zlib

from hypothesis import given, settings
from hypothesis import strategies as st

from strongroom.people.leaks import patterns
from strongroom.people.tokens import macaroons, secrets

DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
limits = st.lists(st.binary(min_size=1, max_size=200), max_size=8)


@settings(max_examples=40)
@given(st.from_regex(r"[a-z]{1,8}", fullmatch=True), limits, st.sampled_from(['"', "\n", " ", "="]))
def test_every_token_is_found_whole(kind: str, narrowed: list[bytes], beside: str) -> None:
    token = macaroons.mint(b"m" * 32, os.urandom(16), kind, narrowed)
    (found,) = re.findall(patterns.REGEX, f"token{beside}{token}{beside}more")
    assert found == token


def test_the_longest_token_is_found_whole() -> None:
    room = secrets.LARGEST_PAYLOAD - secrets.SMALLEST_PAYLOAD - macaroons.LENGTH_BYTES
    token = macaroons.mint(b"m" * 32, os.urandom(16), "u", [b"x" * room])
    assert re.findall(patterns.REGEX, f"={token}\n") == [token]


def test_the_pattern_is_in_the_part_of_the_language_that_all_engines_share() -> None:
    assert not re.search(r"\(\?|\\[1-9]|[*+?}]\+", patterns.REGEX)
    counts = re.findall(r"\{(\d+),(\d*)\}", patterns.REGEX)
    assert all(int(count) <= 1000 for pair in counts for count in pair if count)


def test_prose_about_tokens_is_not_found() -> None:
    for text in ("strongroom_u_...", "strongroom_u_ and letters", "STRONGROOM_DATABASE=postgres"):
        assert not re.search(patterns.REGEX, text)


def test_the_checksum_is_what_the_pattern_says_it_is() -> None:
    token = macaroons.mint(b"m" * 32, os.urandom(16), "u", [])
    value, digits = zlib.crc32(token[:-6].encode()), ""
    for _ in range(6):
        value, digit = divmod(value, 62)
        digits = DIGITS[digit] + digits
    assert token.endswith(digits)
    assert "CRC-32" in json.loads(patterns.plain())["checksum"]


def test_gitleaks_is_given_a_rule() -> None:
    read = tomllib.loads(patterns.gitleaks())
    (rule,) = read["rules"]
    assert (rule["id"], rule["regex"]) == (patterns.RULE, patterns.REGEX)
    assert rule["keywords"] == [secrets.PREFIX]
    assert read["extend"] == {"useDefault": True}


def test_trufflehog_is_given_a_detector() -> None:
    lines = patterns.trufflehog().splitlines()
    assert lines[0] == "detectors:"
    assert f"    token: '{patterns.REGEX}'" in lines
    assert "'" not in patterns.REGEX


def test_the_name_of_the_rule_is_the_same_however_it_is_spelt() -> None:
    assert re.fullmatch("[a-z_]+", patterns.RULE)
    assert json.loads(patterns.plain())["regex"] == patterns.REGEX
