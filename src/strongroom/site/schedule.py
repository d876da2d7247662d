"""What is done without being asked, and how often. One screen.

| work                                      | asked or due    | when                              |
|-------------------------------------------|-----------------|-----------------------------------|
| the index, the front pages, the feeds     | every second    | a project's pages have changed it |
| pages of projects that a crash left       | every 5 s       | one is behind as it was before    |
| positions of committed events             | every 2 s       | an event has none                 |
| letters                                   | every second    | one is due                        |
| webhooks                                  | every second    | an event or a delivery waits      |
| dangerous acts that two have confirmed    | every minute    | always                            |
| letters and ends of recoveries             | every 5 minutes | always                            |
| stages whose time is over                 | every hour      | always                            |
| accounts that are to close                | every hour      | always                            |
| what rules of retention let go            | every day       | always                            |
| which projects are critical               | every day       | always                            |
| tokens that end soon or are not used      | every day       | always                            |
| sessions, links, letters that have ended  | every day       | always                            |
| domains of verified addresses             | every day       | always                            |
| blobs and files that nothing names        | every day       | no backup is under way            |
| every byte read back: files, then pages   | every week      | always, in parts                  |

A watch is asked by every worker and costs one small read; periodic work runs once in its interval
in the whole registry. To add work: its job in `site/work.py`, a row here, one line below.
"""

from dataclasses import dataclass
from datetime import timedelta

from strongroom.packages.hooks import delivering, matching
from strongroom.packages.shelf import shared
from strongroom.packages.shelf.refresh import oldest_unshown
from strongroom.people.accounts import letters
from strongroom.proof.ledger import sequencer
from strongroom.site import work
from strongroom.site.assembly import house
from strongroom.site.jobs.periodic import Periodic, Schedule, Watch

PATIENCE = 5.0  # seconds; what whoever made a change has to render its pages


def hooks_wait() -> bool:
    """Say whether events wait to be handed to webhooks, or to be sent to them."""
    return matching.is_behind() or delivering.are_due(house().clock.now())


@dataclass(slots=True)
class LeftBehind:
    """Says whether the same event was on no page when it was asked before: by no clock's word.

    Clocks of machines differ, and an event is dated by the one that is ahead of all others.
    """

    before: int | None = None

    def __call__(self) -> bool:
        """Look, and remember."""
        before, self.before = self.before, oldest_unshown()
        return before is not None and before == self.before


SCHEDULE = Schedule(
    watches=(
        Watch("shared pages", 1.0, work.put_shared_pages, shared.is_behind),
        Watch("pages of projects", PATIENCE, work.catch_up, LeftBehind()),
        Watch("letters", 1.0, work.deliver_letters, lambda: letters.are_due(house().clock.now())),
        Watch("webhooks", 1.0, work.tell_hooks, hooks_wait),
        Watch("positions of events", 2.0, work.sequence_events, sequencer.is_behind),
    ),
    periodic=(
        Periodic("dangerous acts", timedelta(minutes=1), work.carry_out_proposals),
        Periodic("recoveries", timedelta(minutes=5), work.tend_recoveries),
        Periodic("expiry of stages", timedelta(hours=1), work.expire_stages),
        Periodic("closing of accounts", timedelta(hours=1), work.close_accounts),
        Periodic("retention", timedelta(days=1), work.keep_retention),
        Periodic("criticality", timedelta(days=1), work.judge_criticality),
        Periodic("tokens", timedelta(days=1), work.end_tokens, first=timedelta(minutes=45)),
        Periodic("forgetting", timedelta(days=1), work.forget, first=timedelta(hours=1)),
        Periodic(
            "mail domains", timedelta(days=1), work.look_at_domains, first=timedelta(minutes=90)
        ),
        Periodic("sweep", timedelta(days=1), work.sweep, first=timedelta(hours=2)),
        Periodic("scrub", timedelta(days=7), work.scrub, first=timedelta(hours=3)),
    ),
    # Jobs that are queued by others and have no time of their own.
    jobs=(work.scrub_files, work.scrub_pages),
)
