"""Lets the time be over that open recoveries of the registry in the environment wait for."""

import os
from datetime import UTC, datetime

from strongroom.site.start import start

start(os.environ)

from strongroom.people.models import Recovery  # noqa: E402 - what has rows comes after `start`

if __name__ == "__main__":
    Recovery.objects.filter(state="open").update(ripe_at=datetime.now(UTC))
