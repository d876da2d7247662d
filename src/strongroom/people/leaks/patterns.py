"""The pattern of this registry's tokens, in the forms that scanners read. Pure.

It is written in what the engines of all scanners share (RE2: no look-around, no count above 1000),
so it has no upper bound; the checksum at the end of each token tells chance matches from tokens.
"""

import json

from strongroom.people.tokens.secrets import PREFIX

RULE = "strongroom_token"  # the same however a scanner spells rules: no blank, no capital
REGEX = PREFIX + r"[a-z]{1,8}_[1-9A-Za-z][0-9A-Za-z]{70,}"
_TOLD = "A token of a Strongroom package registry"


def gitleaks() -> str:
    """Return a configuration of gitleaks 8 that extends its own rules by ours."""
    return f"""\
[extend]
useDefault = true

[[rules]]
id = "{RULE}"
description = "{_TOLD}"
regex = '''{REGEX}'''
keywords = ["{PREFIX}"]
"""


def trufflehog() -> str:
    """Return a configuration of trufflehog 3 with a detector of ours."""
    return f"""\
detectors:
- name: {RULE}
  keywords:
  - {PREFIX}
  regex:
    token: '{REGEX}'
"""


def plain() -> str:
    """Return the pattern alone, as JSON, for whatever else scans."""
    told = {
        "name": RULE,
        "description": _TOLD,
        "regex": REGEX,
        "keyword": PREFIX,
        "checksum": "the last six characters are the CRC-32 of all before them, in base62 with the"
        " digits 0-9A-Za-z, filled up with 0 from the left",
    }
    return json.dumps(told, indent=1) + "\n"
