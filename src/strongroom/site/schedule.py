"""What is done without being asked, and how often. One screen.

| work                                      | asked or due    | when                              |
|-------------------------------------------|-----------------|-----------------------------------|
| the index, the front pages, the feeds     | every second    | a project's pages have changed it |
| pages of projects that a crash left       | every 5 s       | an event of 5 s ago is not shown  |
| positions of committed events             | every 2 s       | an event has none                 |
| stages whose time is over                 | every hour      | always                            |
| what rules of retention let go            | every day       | always                            |
| sessions, links, tokens that have ended   | every day       | always                            |
| blobs and files that nothing names        | every day       | no backup is under way            |
| every byte read back: files, then pages   | every week      | always, in parts                  |

A watch is asked by every worker and costs one small read; periodic work runs once in its interval
in the whole registry. To add work: its job in `site/work.py`, a row here, one line below.
"""

from datetime import timedelta

from strongroom.packages.shelf import shared
from strongroom.packages.shelf.refresh import left_behind
from strongroom.proof.ledger import sequencer
from strongroom.site import work
from strongroom.site.assembly import house
from strongroom.site.jobs.periodic import Periodic, Schedule, Watch

PATIENCE = timedelta(seconds=5)  # what whoever made a change has to render its pages


def _left_behind() -> bool:
    return left_behind(house().clock.now() - PATIENCE)


SCHEDULE = Schedule(
    watches=(
        Watch("shared pages", 1.0, work.put_shared_pages, shared.is_behind),
        Watch("pages of projects", 5.0, work.catch_up, _left_behind),
        Watch("positions of events", 2.0, work.sequence_events, sequencer.is_behind),
    ),
    periodic=(
        Periodic("expiry of stages", timedelta(hours=1), work.expire_stages),
        Periodic("retention", timedelta(days=1), work.keep_retention),
        Periodic("forgetting", timedelta(days=1), work.forget, first=timedelta(hours=1)),
        Periodic("sweep", timedelta(days=1), work.sweep, first=timedelta(hours=2)),
        Periodic("scrub", timedelta(days=7), work.scrub, first=timedelta(hours=3)),
    ),
    # Jobs that are queued by others and have no time of their own.
    jobs=(work.scrub_files, work.scrub_pages),
)
