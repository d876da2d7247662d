"""An import: every file that a source offers goes through the pipeline of uploads, oldest first.

1. The same checks as for any upload; what they refuse is reported, and the import goes on.
2. What is published already, with the same bytes, is not fetched again. So an import that was cut
   short is finished by running it again, and needs no journal.
3. A file is dated as its source says, if that is wanted; the event says when it really came.
4. A release that its source has withdrawn is withdrawn as soon as it has its first file here.
"""

import hashlib
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime

from strongroom.core.actors import Actor
from strongroom.core.errors import StrongroomError, UnavailableError
from strongroom.packages.catalog.changes import target, yank
from strongroom.packages.catalog.desk import Desk
from strongroom.packages.catalog.listing import is_published
from strongroom.packages.catalog.states import REASON_AT_MOST
from strongroom.packages.publishing.pipeline import publish, rehearse
from strongroom.packages.publishing.receive import Bounded
from strongroom.packages.publishing.steps import Upload
from strongroom.stores.blobs.protocol import Incoming
from strongroom.upstream.sources.found import Found, Offer

FAILURES_IN_A_ROW = 5


@dataclass(frozen=True, slots=True)
class Order:
    """Who owns what is imported, of which ecosystem it is, whether moments are kept.

    `rehearsal` does everything but publish.
    """

    owner: Actor
    ecosystem: str
    keep_times: bool = True
    rehearsal: bool = False


@dataclass(frozen=True, slots=True)
class Refused:
    """A file that was not imported, and why."""

    filename: str
    place: str
    code: str
    sentence: str


@dataclass(slots=True)
class Report:
    """What became of an import; not frozen because it grows."""

    files: int
    imported: int = 0
    present: int = 0
    bytes: int = 0
    yanked: int = 0
    refused: list[Refused] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Step:
    """How far an import has come; `bytes` are those of files whose size the source says."""

    done: int
    files: int
    done_bytes: int
    bytes: int
    filename: str


Progress = Callable[[Step], None]


def run(offer: Offer, order: Order, desk: Desk, progress: Progress) -> Report:
    """Import what is offered and report; raises UnavailableError when the source is gone."""
    report = Report(files=len(offer.files), notes=list(offer.notes))
    now = desk.clock.now()
    total, came, failures = sum(one.size or 0 for one in offer.files), 0, 0
    withdrawn: set[tuple[str, str]] = set()
    for done, found in enumerate(sorted(offer.files, key=lambda one: _age(one, now))):
        progress(Step(done, report.files, came, total, found.filename))
        try:
            _import(found, order, desk, report)
            if found.yanked is not None and not order.rehearsal:
                _withdraw(found, order, desk, report, withdrawn)
            failures = 0
        except StrongroomError as error:
            report.refused.append(Refused(found.filename, found.place, error.code, str(error)))
            failures = failures + 1 if isinstance(error, UnavailableError) else 0
            if failures == FAILURES_IN_A_ROW:
                raise _gone(report, error) from error
        came += found.size or 0
    progress(Step(report.files, report.files, came, total, ""))
    return report


def _age(found: Found, now: datetime) -> tuple[datetime, str, str]:
    return (found.moment or now, found.filename, found.place)


def _import(found: Found, order: Order, desk: Desk, report: Report) -> None:
    if found.refusal is not None:
        raise found.refusal
    if is_published(order.ecosystem, found.filename, found.sha256 or _digest(found)):
        report.present += 1
        return
    with desk.blobs.receive() as incoming:
        upload = _received(found, order, incoming, desk)
        new = rehearse(upload, desk) if order.rehearsal else bool(publish(upload, desk).events)
        report.imported += new
        report.present += not new
        report.bytes += incoming.size if new else 0


def _received(found: Found, order: Order, incoming: Incoming, desk: Desk) -> Upload:
    sink = Bounded(incoming, desk.limits.max_file_bytes)
    with closing(found.blocks()) as blocks:  # a connection is not left open when writing fails
        for block in blocks:
            sink.write(block)
    return Upload(
        actor=order.owner,
        ecosystem=order.ecosystem,
        filename=found.filename,
        claims=found.claims,
        incoming=incoming,
        moment=found.moment if order.keep_times else None,
    )


def _digest(found: Found) -> str:
    sha256 = hashlib.sha256()
    with closing(found.blocks()) as blocks:
        for block in blocks:
            sha256.update(block)
    return sha256.hexdigest()


def _withdraw(
    found: Found, order: Order, desk: Desk, report: Report, withdrawn: set[tuple[str, str]]
) -> None:
    if found.yanked is None or found.release is None or found.release in withdrawn:
        return
    withdrawn.add(found.release)
    reason = "".join(one if one.isprintable() else " " for one in found.yanked)
    reason = " ".join(reason.split())[:REASON_AT_MOST].strip()
    which = target(desk, order.ecosystem, *found.release)
    report.yanked += yank(desk, order.owner, which, reason) is not None


def _gone(report: Report, error: StrongroomError) -> UnavailableError:
    return UnavailableError(
        "import-interrupted",
        f"After {report.imported} files were imported, {FAILURES_IN_A_ROW} failed in a row:"
        f" {error.sentence}",
        "What was imported stays; run the same command again to go on.",
    )
