"""The jobs of this registry: what is done in the background, each by asking the house.

To add one: write a function here under `@job()`, idempotent as `site/jobs/queue.py` says, and name
it in `site/schedule.py`. A job that takes long calls `give_way` between its steps.
"""

from strongroom.packages.catalog import keeping
from strongroom.packages.catalog.keeping import carry_out
from strongroom.proof.ledger.sequencer import AT_ONCE, sequence
from strongroom.site.assembly import house
from strongroom.site.jobs.queue import job
from strongroom.site.jobs.running import give_way

RUNS = 20  # of `keeping.AT_ONCE` releases each, in one interval
REAP_AFTER = 24 * 3600.0  # seconds; the longest that an upload may take to arrive


@job()
def catch_up() -> None:
    """Render the projects whose pages do not show their newest event."""
    while house().reactions.catch_up():
        give_way()


@job()
def put_shared_pages() -> None:
    """Render the pages that are no single project's, where they are behind."""
    house().reactions.put_behind()


@job()
def sequence_events() -> None:
    """Give each committed event its position."""
    while sequence() == AT_ONCE:
        give_way()


@job()
def keep_retention() -> None:
    """Remove what the rules of retention let go; what is left over goes in the next interval."""
    for _ in range(RUNS):
        if not carry_out(house().desk, keeping.AT_ONCE):
            break
        give_way()


@job()
def reap_incoming() -> None:
    """Remove what is left of uploads that were broken off."""
    made = house()
    made.blobs.reap(made.clock.now().timestamp() - REAP_AFTER)
