"""The colours that stand on each other, measured as WCAG 2.2 does (1.4.3 and 1.4.11)."""

import re

import pytest

from strongroom.web.press import STATIC

# Text on ground, as the style sheet pairs them.
TEXT = (
    *(("ink", "paper"), ("ink", "sheet"), ("soft", "paper"), ("soft", "sheet")),
    *(("accent", "paper"), ("accent", "sheet"), ("accent-strong", "paper")),
    *(("accent-strong", "sheet"), ("on-accent", "accent"), ("on-accent", "accent-strong")),
    *(("brass", "paper"), ("warn-ink", "warn-ground"), ("stop-ink", "stop-ground")),
    *(("stop-ink", "sheet"), ("stop-ink", "paper")),
    *(("done-ink", "done-ground"), ("accent", "done-ground")),
    *((f"code-{part}", "sheet") for part in ("word", "text", "number", "name", "note")),
)
# The focus ring and the edges by which a field or button is recognised.
PARTS = (("brass", "paper"), ("brass", "sheet"), ("edge", "paper"), ("stop-line", "paper"))

CSS = (STATIC / "strongroom.css").read_text()
TOKENS = re.findall(r":root \{(.*?)\n\s*\}", CSS, re.DOTALL)


def _colours(scheme: int) -> dict[str, str]:
    found: dict[str, str] = {}
    for block in TOKENS[: scheme + 1]:
        found.update(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", block))
    return found


def _luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
        for value in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _ratio(scheme: int, one: str, other: str) -> float:
    colours = _colours(scheme)
    light, dark = sorted((_luminance(colours[one]), _luminance(colours[other])), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_there_is_a_light_and_a_dark_scheme() -> None:
    assert len(TOKENS) == 2
    assert "prefers-color-scheme: dark" in CSS


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), TEXT)
def test_text_can_be_read_on_its_ground(scheme: int, text: str, ground: str) -> None:
    assert _ratio(scheme, text, ground) >= 4.5


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("part", "ground"), PARTS)
def test_parts_can_be_told_from_their_ground(scheme: int, part: str, ground: str) -> None:
    assert _ratio(scheme, part, ground) >= 3


def test_colours_are_named_once() -> None:
    # Beside the tokens: the logo, which is the same in both schemes, and print.
    rest = re.sub(r":root \{.*?\n\s*\}", "", CSS, flags=re.DOTALL)
    allowed = {"#0b4f41", "#e2c27a", "#fff", "#000"}
    assert set(re.findall(r"#[0-9a-f]{3,6}\b", rest)) <= allowed
