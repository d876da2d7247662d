"""Browsers are called as people call them, whatever they write."""

import pytest

from strongroom.web.agents import named

MOZILLA = "Mozilla/5.0"
KHTML = "AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (
            f"{MOZILLA} (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
            "Firefox 128, Linux",
        ),
        (
            f"{MOZILLA} (Windows NT 10.0; Win64; x64) {KHTML} Chrome/126.0.0.0 Safari/537.36",
            "Chrome 126, Windows",
        ),
        (
            f"{MOZILLA} (Windows NT 10.0) {KHTML} Chrome/126.0.0.0 Safari/537.36 Edg/126.0.1",
            "Edge 126, Windows",
        ),
        (
            f"{MOZILLA} (iPhone; like Mac OS X) {KHTML} Version/17.5 Mobile/15E Safari/604.1",
            "Safari 17, iPhone",
        ),
        (
            f"{MOZILLA} (Linux; Android 14) {KHTML} Chrome/126.0.0.0 Mobile Safari/537.36",
            "Chrome 126, Android",
        ),
        ("curl/8.5.0", "curl/8.5.0"),
        ("", ""),
    ],
)
def test_a_browser_is_called_as_people_call_it(agent: str, name: str) -> None:
    assert named(agent) == name


def test_nobody_writes_to_an_owner_by_the_name_of_a_browser() -> None:
    text = "Your account is closed, go to http://evil.test/ Firefox/1 (Linux)"
    assert named(text) == "Firefox 1, Linux"
    assert len(named("x" * 200)) == 41
    assert "\u202e" not in named("\u202egnp.exe")
