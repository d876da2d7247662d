from datetime import UTC, datetime, timedelta, timezone

import pytest

from strongroom.web.words import code, day, moment, short, size, visible

AT = datetime(2026, 3, 9, 23, 5, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (0, "0 B"),
        (1023, "1023 B"),
        (1024, "1.0 KiB"),
        (18_840, "18.4 KiB"),
        (5 * 1024**2, "5.0 MiB"),
        (3 * 1024**3, "3.0 GiB"),
        (5000 * 1024**3, "5000.0 GiB"),
    ],
)
def test_sizes_are_worded_in_binary_units(count: int, words: str) -> None:
    assert size(count) == words


def test_a_moment_is_told_to_people_and_machines() -> None:
    expected = '<time datetime="2026-03-09T23:05:59Z">9 March 2026, 23:05 UTC</time>'
    assert moment(AT) == expected


def test_a_moment_of_another_zone_is_told_in_utc() -> None:
    local = AT.astimezone(timezone(timedelta(hours=5)))
    assert moment(local) == moment(AT)


def test_a_day_leaves_the_hour_out() -> None:
    assert day(AT) == '<time datetime="2026-03-09T23:05:59Z">9 March 2026</time>'


def test_a_digest_is_shortened_and_a_short_text_is_not() -> None:
    assert short("0123456789abcdef") == "0123456789ab…"
    assert short("0123") == "0123"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("Zoë · 包", "Zoë · 包"),
        ("a\u202eb", "a[U+202E]b"),
        ("a\u2066b\u2069", "a[U+2066]b[U+2069]"),
        ("a\u200bb", "a[U+200B]b"),
        ("a\x00b\nc", "a[U+0000]b[U+000A]c"),
        ("\U000e0041", "[U+E0041]"),
        ("x\U000e0101", "x[U+E0101]"),
        ("\u3164", "[U+3164]"),
        ("\ud800", "[U+D800]"),
        ("a\u200db", "a[U+200D]b"),
        ("👩\u200d🚀", "👩\u200d🚀"),
        ("\u200d", "[U+200D]"),
    ],
)
def test_what_cannot_be_seen_is_written_out(text: str, shown: str) -> None:
    assert visible(text) == shown


def test_a_tab_in_a_line_of_code_is_a_tab() -> None:
    assert code("\tx\u202e") == "\tx[U+202E]"
