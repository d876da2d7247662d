"""What reaches the terminal."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strongroom.cli import terminal

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
Capture = pytest.CaptureFixture[str]


@given(st.text())
def test_clean_text_is_one_line_without_what_a_terminal_obeys(text: str) -> None:
    cleaned = terminal.clean(text)
    assert len(cleaned) == len(text)
    assert len(cleaned.splitlines()) <= 1
    assert not set(cleaned) & set("\x00\x07\x1b\x9b\r\n\t\u202e\u2066\u200b")


@pytest.mark.parametrize("trick", ["\x1b[2J", "\x9b1m", "a\nb", "\u202eevil", "\x07", "\r"])
def test_a_trick_is_shown_as_one(trick: str) -> None:
    assert "\N{REPLACEMENT CHARACTER}" in terminal.clean(trick)


def test_json_is_ascii_whatever_it_tells(capsys: Capture) -> None:
    terminal.as_json({"name": "\x1b[31m\u202e", "at": NOON})
    out = capsys.readouterr().out
    assert out.isascii()
    assert "\x1b" not in out
    assert "2026-11-20T12:00:00+00:00" in out


def test_columns_are_as_wide_as_their_widest_cell(capsys: Capture) -> None:
    terminal.table(("name", "on"), [("a\nb", True), ("longer", False)])
    assert capsys.readouterr().out == "name    on\na\ufffdb     yes\nlonger  no\n"


def test_a_table_of_nothing_has_heads(capsys: Capture) -> None:
    terminal.table(("name", "on"), [])
    assert capsys.readouterr().out == "name  on\n"


def test_facts_stand_under_each_other(capsys: Capture) -> None:
    terminal.facts({"a": None, "bc": ["x", "y"], "d": NOON, "e": []})
    assert capsys.readouterr().out == "a   -\nbc  x, y\nd   2026-11-20 12:00\ne   -\n"
