"""Naming browsers: a few words that people know, made of what a program says of itself. Pure.

A user agent is a line that its sender chooses. Of one that is known, words from our own table and
a number are left, so that nobody writes to the owner of an account by it; of others the beginning.
"""

import re

from django import template

from strongroom.web.words import visible

register = template.Library()

SHOWN = 40  # characters of what is not known
# Each browser claims to be those below it too.
_BROWSERS = (
    ("Edge", re.compile(r"\bEdg(?:e|A|iOS)?/(\d{1,4})")),
    ("Opera", re.compile(r"\b(?:OPR|Opera)/(\d{1,4})")),
    ("Samsung Internet", re.compile(r"\bSamsungBrowser/(\d{1,4})")),
    ("Firefox", re.compile(r"\b(?:Firefox|FxiOS)/(\d{1,4})")),
    ("Chrome", re.compile(r"\b(?:HeadlessChrome|Chrome|CriOS|Chromium)/(\d{1,4})")),
    ("Safari", re.compile(r"\bVersion/(\d{1,4})\S*.*\bSafari/")),
)
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


@register.filter("browser")
def named(agent: str) -> str:
    """Return how a browser is called: `Firefox 128, Linux`; empty for one that says nothing."""
    for name, form in _BROWSERS:
        found = form.search(agent)
        if found is not None:
            system = next((told for sign, told in _SYSTEMS if sign in agent), "")
            return ", ".join(filter(None, (f"{name} {found[1]}", system)))
    shown = visible(agent[:SHOWN])
    return f"{shown}…" if len(agent) > SHOWN else shown
