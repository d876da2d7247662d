"""Guesses at one password from a process of its own, over the database that the tests have made.

    python -m tests.fakes.guessing NAME TIMES

prints how many of its guesses were checked, and not told to wait.
"""

import json
import os
import sys

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
django.setup()

from django.db import connection  # noqa: E402 - what has rows comes after `setup`

from strongroom.core.errors import TooOftenError  # noqa: E402
from strongroom.people.accounts.guesses import Watched, take  # noqa: E402
from strongroom.people.accounts.limits import Ladder, Step  # noqa: E402

LADDER = Ladder((Step(5, 30.0),), kept=1000.0)


def checked(name: str, times: int) -> int:
    """Guess so often; returns how many guesses were let through."""
    count = 0
    for _ in range(times):
        try:
            take([Watched(name, LADDER)], 100.0)
        except TooOftenError:
            continue
        count += 1
    return count


if __name__ == "__main__":
    connection.settings_dict.update(json.loads(os.environ["TESTS_CONNECTION"]))
    sys.stdout.write(str(checked(sys.argv[1], int(sys.argv[2]))))
