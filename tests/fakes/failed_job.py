"""Puts a job that has failed for good into the registry that the environment names; a program.

It prints the job's id.
"""

import os
import sys

from strongroom.site.start import start

start(os.environ)

from django.db import transaction  # noqa: E402 - what has rows comes after `start`

from strongroom.site import work  # noqa: E402
from strongroom.site.jobs import leases  # noqa: E402
from strongroom.site.jobs.running import LEASE  # noqa: E402

ERROR = (
    "UnavailableError: The registry's storage did not answer. Nothing was published; try again"
    " later. /srv/strongroom/blobs/incoming/8e35c2cd3bf6641bdb0e2050b76932cbb2e6034a0ddacc1d"
)

if __name__ == "__main__":
    with transaction.atomic():  # or the registry's own worker would be faster
        work.forget.enqueue()
        taken = leases.take([work.forget.module_path], "tests", LEASE)
        assert taken is not None
        leases.give_up(taken, ERROR)
    sys.stdout.write(str(taken.id))
