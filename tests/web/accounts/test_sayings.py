"""Each thing that can happen to an account has its words."""

import re

import pytest

from strongroom.core.actors import UNSEEN
from strongroom.core.events import Kind
from strongroom.people.accounts.notices import Noted
from strongroom.web.accounts.sayings import SAYINGS, about, line
from strongroom.web.accounts.telling import Teller
from strongroom.web.press import Press
from tests.fakes.clocks import NOON
from tests.house.sources import modules

KEY = b"d" * 32
NOTED = r"\b(?:Happening|_?told|_of_factor)\(\s*(?:Kind|Happened)\.(\w+)"
NAMED = r"\b(?:Kind|Happened)\.([A-Z_]+)"


@pytest.mark.parametrize("kind", SAYINGS)
def test_a_letter_about_it_is_plain_text_with_a_subject_of_one_line(kind: Kind) -> None:
    noted = Noted(7, kind, NOON, "alice", UNSEEN, {"label": "a\r\nBcc: x", "address": "x\ny"})
    subject, text = Teller(Press("https://registry.test", "Room & \nBoard"), KEY).word(
        noted, "alice"
    )
    assert subject.isprintable()
    assert "Hello alice," in text
    assert "20 12:00 UTC" in text
    assert "Room &" in text
    assert "\r" not in text
    assert "\nBcc" not in text
    assert "{" not in text
    assert "https://registry.test/account/log/" in text


def test_a_fact_that_is_not_known_is_left_out() -> None:
    noted = Noted(7, Kind.TOKEN_CREATED, NOON, "alice", UNSEEN, {})
    assert line(noted)
    assert about(noted) == "Its number: . Its name:"


def test_everything_that_is_noted_anywhere_has_its_words() -> None:
    assert found(NOTED) <= set(SAYINGS)


def test_nothing_has_words_that_does_not_happen() -> None:
    assert set(SAYINGS) <= found(NAMED)


def found(form: str) -> set[Kind]:
    """Return the kinds that stand so in the rooms of people and packages, and in the site."""
    return {
        Kind[name]
        for module in modules()
        if module.path.name not in {"sayings.py", "events.py", "reactions.py"}
        for name in re.findall(form, module.path.read_text(encoding="utf-8"))
        if name in Kind.__members__  # dangerous acts have kinds of their own
    }
