"""What the database of a set-up shows: whole, durable, of this version, and in step with pages."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from django.db import DatabaseError

from strongroom.core.errors import ConfigurationError
from strongroom.packages.shelf import shared
from strongroom.packages.shelf.refresh import unshelved
from strongroom.people.accounts import domains, letters
from strongroom.people.accounts.users import unclaimed
from strongroom.proof.ledger.events import last_serial, since
from strongroom.proof.ledger.sequencer import lag, last
from strongroom.site import schema
from strongroom.site.doctor import engines
from strongroom.site.doctor.remarks import Remark, error, warning, well
from strongroom.site.jobs.board import counts

COUNT_TO = 1000
CLAIM_WITHIN = timedelta(days=1)
AHEAD = timedelta(minutes=5)
LATE = timedelta(minutes=10)
WORKER = "See that a worker runs: `strongroom serve` with `job_workers`, or `strongroom worker`."


def examine(keys: Path, now: datetime) -> Iterator[Remark]:
    """Look at the database; `keys` is the key file, which is as old as the registry."""
    try:
        yield from engines.examine()
        shape = _shape()
        yield shape
        if shape.remedy:
            return
        yield _events(now)
        yield _shelf()
        yield _shared()
        yield from _jobs(now)
        yield _positions(now)
        yield _letters(now)
        yield _domains(now)
        yield _claimed(keys, now)
    except DatabaseError as failure:
        yield error(
            "database",
            f"The database cannot be read: {failure}.",
            "Stop the registry and restore the database from a backup, or see that the server of"
            " `database` runs.",
        )


def _shape() -> Remark:
    try:
        schema.check()
    except ConfigurationError as refusal:
        return error("migrations", refusal.sentence, refusal.remedy)
    return well("migrations", "The database has the shape of this version.")


def _events(now: datetime) -> Remark:
    newest = since(last_serial() - 1, 1)
    if newest and newest[0].at > now + AHEAD:
        return error(
            "events",
            f"The newest event is of {newest[0].at:%Y-%m-%d %H:%M} UTC, which is yet to come.",
            "Set the clock. Until that moment all later events are dated alike; their numbers tell"
            " their order.",
        )
    return well("events", f"The newest event is number {last_serial()}.")


def _shelf() -> Remark:
    behind = len(unshelved(COUNT_TO))
    if behind:
        return warning(
            "pages",
            f"{behind}{' or more' if behind == COUNT_TO else ''} projects have older pages than"
            " events.",
            "A running registry mends this within seconds; else run `strongroom rebuild`.",
        )
    return well("pages", "All pages show the newest events.")


def _shared() -> Remark:
    behind = shared.behind()
    if behind:
        return warning(
            "shared pages",
            f"Pages of the whole registry are older than its projects: {', '.join(behind)}.",
            f"A worker mends this within seconds. {WORKER}",
        )
    return well("shared pages", "The index and the front pages show the newest projects.")


def _jobs(now: datetime) -> Iterator[Remark]:
    jobs = counts(now)
    minutes = jobs.oldest_wait // timedelta(minutes=1)
    if jobs.failed:
        yield warning(
            "failed jobs",
            f"{jobs.failed} jobs have failed for good.",
            "`strongroom jobs list --failed` says why; then retry or drop them.",
        )
    else:
        yield well("failed jobs", "No job has failed for good.")
    if jobs.oldest_wait > LATE:
        yield warning(
            "waiting jobs",
            f"{jobs.waiting} jobs wait, one for {minutes} minutes.",
            WORKER,
        )
    else:
        yield well("waiting jobs", f"{jobs.waiting} jobs wait, none for long.")


def _positions(now: datetime) -> Remark:
    newest = since(last().serial, 1)
    if newest and newest[0].at < now - LATE:
        return warning("positions", f"{lag()} events have no position among all events.", WORKER)
    return well("positions", "Events have their positions.")


def _letters(now: datetime) -> Remark:
    found = letters.counts(now)
    if found.given_up:
        return warning(
            "letters",
            f"{found.given_up} letters could not be delivered in the last week.",
            "The log says why. `strongroom mail test ADDRESS` tries it now.",
        )
    if found.oldest_wait > LATE:
        return warning(
            "letters",
            f"{found.waiting} letters wait, one for {found.oldest_wait // timedelta(minutes=1)}"
            " minutes.",
            f"The log says why. {WORKER}",
        )
    return well("letters", f"{found.waiting} letters wait, none for long.")


def _domains(now: datetime) -> Remark:
    found = domains.counts(now)
    told = (
        f"Of {found.domains} mail domains {found.doubted} are in doubt; {found.lapsed} addresses"
        " have lapsed."
    )
    if found.late:
        return warning(
            "mail domains", f"{found.late} mail domains were not asked about for days.", WORKER
        )
    if found.domains and found.unknown == found.domains:
        return warning(
            "mail domains",
            "Nothing is known of any mail domain: neither DNS nor a registry answered.",
            "See that this machine reaches a name server, or set `dns_servers`.",
        )
    return well("mail domains", told)


def _claimed(keys: Path, now: datetime) -> Remark:
    if not unclaimed():
        return well("accounts", "The registry has an account.")
    if keys.stat().st_mtime < (now - CLAIM_WITHIN).timestamp():
        return warning(
            "accounts",
            "Nobody has claimed this registry for over a day.",
            "Open the link that `strongroom init` prints, or run `strongroom user create`.",
        )
    return well("accounts", "The registry waits for its first administrator.")
