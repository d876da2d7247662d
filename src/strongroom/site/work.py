"""The jobs of this registry: what is done in the background, each by asking the house.

To add one: write a function here under `@job()`, idempotent as `site/jobs/queue.py` says, and name
it in `site/schedule.py`. A job that takes long calls `give_way` between its steps.
"""

import logging
import time
from collections.abc import Callable
from datetime import timedelta

from strongroom.packages.catalog import criticality, keeping, leaving
from strongroom.packages.catalog.keeping import carry_out
from strongroom.packages.catalog.leaving import leave
from strongroom.packages.hooks import delivering, matching
from strongroom.packages.staging import opening
from strongroom.packages.transfer import offers
from strongroom.packages.upkeep import scrub as scrubbing
from strongroom.packages.upkeep import sweep as sweeping
from strongroom.packages.upkeep.reading import UNPACED
from strongroom.people.accounts import counters, devices, domains, letters, links, notices, sessions
from strongroom.people.accounts.lapses import Mail
from strongroom.people.organisations import invitations
from strongroom.people.oversight import proposals
from strongroom.people.publishers import exchange, register
from strongroom.people.recovery import acts as recovery
from strongroom.people.tokens import lapsing, spent
from strongroom.proof.ledger.sequencer import AT_ONCE, sequence
from strongroom.site.announcing import announce
from strongroom.site.assembly import house
from strongroom.site.inquiry import asking
from strongroom.site.jobs.queue import enqueue_later, is_under_way, job
from strongroom.site.jobs.running import give_way

logger = logging.getLogger(__name__)

RUNS = 20  # of `keeping.AT_ONCE` releases each, in one interval
SWEEP_AFTER = 24 * 3600.0  # seconds; an upload that is about to name a blob has long done so
# A scrub is done in parts, and other work between them; so it takes a fifth of a worker at most.
PART = 2.0  # seconds, and the time of one file
PAUSE = timedelta(seconds=8)
SILENT = 20  # mail domains in a row of which nothing could be learnt


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
def judge_criticality() -> None:
    """Count downloads and dependents, and say which projects are critical by them."""
    made = house()
    now = made.clock.now()
    told = announce(
        lambda letter: letters.write(letter, made.letters, now),
        made.configuration.url,
        made.configuration.site_name,
    )
    criticality.judge(made.desk, made.bounds, told)


@job()
def expire_stages() -> None:
    """End the stages whose time is over, and forget those that ended long ago."""
    made = house()
    while opening.expire(made.yard, made.clock.now()) == opening.AT_ONCE:
        give_way()


@job()
def tend_recoveries() -> None:
    """Remind of recoveries that wait, and carry out what the operator began."""
    recovery.tend(house().office)


@job()
def carry_out_proposals() -> None:
    """Carry out the dangerous acts that two have confirmed some time ago."""
    made = house()
    proposals.carry_out(made.office, made.dangerous, made.clock.now())


@job()
def deliver_letters() -> None:
    """Deliver the letters that are due: one worker in the whole registry at a time."""
    made = house()
    # A clock that is ahead must not have a second worker send what the first is sending.
    with made.apart("letters").tried("letters") as alone:
        while alone and letters.deliver(made.postman, made.clock.now()):
            give_way()


@job()
def tell_hooks() -> None:
    """Hand events to webhooks and send what is due: one worker in the whole registry at a time."""
    made = house()
    with made.apart("hooks").tried("hooks") as alone:
        while alone and (matching.match(made.herald) or delivering.deliver(made.herald)):
            give_way()


@job()
def close_accounts() -> None:
    """Close the accounts whose owners have asked for that some days ago."""
    made = house()
    while leave(made.desk, made.clock.now()) == leaving.AT_ONCE:
        give_way()


@job()
def end_tokens() -> None:
    """Tell of tokens that end soon, and end those that were not used for long."""
    made = house()
    unused = made.mint.lifetimes.unused
    for act in (lapsing.warn, lapsing.end_unused):
        while act(unused, made.clock) == lapsing.AT_ONCE:
            give_way()


@job()
def forget() -> None:
    """Forget what has ended: sessions, links, tokens, letters, guesses, invitations, and such."""
    made = house()
    now = made.clock.now()
    for act in (
        sessions.forget,
        devices.forget,
        links.forget,
        spent.forget,
        notices.forget,
        letters.forget,
        invitations.forget,
        exchange.forget,
        offers.forget,
        delivering.forget,
        made.post.forget,
    ):
        act(now)
    register.expire(made.clock)
    counters.forget(now.timestamp())


@job()
def look_at_domains() -> None:
    """Ask DNS and registries about the domains of verified addresses."""
    made = house()
    ask, silent = asking(made.configuration), 0
    trusted = made.configuration.mail_domains_trusted
    for name in domains.due(made.clock.now(), trusted):
        finding = ask(name, made.clock.now())
        domains.weigh(name, finding, made.clock)
        silent = silent + 1 if finding.mail is Mail.UNKNOWN else 0
        if silent == SILENT:
            logger.warning("no name server answers; mail domains are asked about tomorrow again")
            return
        give_way()


@job()
def sweep() -> None:
    """Remove the blobs, incoming bytes and published files that nothing names."""
    made = house()
    if sweeping.sweep(made.premises, made.clock.now().timestamp() - SWEEP_AFTER) is None:
        logger.info("nothing was swept, because a backup is under way")


@job()
def scrub() -> None:
    """Begin to read everything back, unless that goes on still since the last time."""
    if not is_under_way(scrub_files, scrub_pages):
        scrub_files.enqueue(0)


@job()
def scrub_files(after: int) -> None:
    """Read published files back, those of rows after a number, and go on with it later."""
    last = scrubbing.look_at_files(house().premises, UNPACED, after, _for_a_while())
    if last is None:
        scrub_pages.enqueue(0)
    else:
        enqueue_later(PAUSE, scrub_files, last)


@job()
def scrub_pages(after: int) -> None:
    """Hold the pages of projects against what rendering gives, those of rows after a number."""
    made = house()
    last = scrubbing.look_at_projects(made.premises, after, _for_a_while())
    if last is None:
        made.premises.put_shared()
    else:
        enqueue_later(PAUSE, scrub_pages, last)


def _for_a_while() -> Callable[[], bool]:
    end = time.monotonic() + PART
    return lambda: time.monotonic() > end
