"""One publication: the list of its steps.

No transaction is open while bytes stream or checks run. Until the commit nothing is visible; after
it everything is, and what readers depend on is rendered before the client is answered.
"""

from strongroom.core.ecosystem import Ecosystem
from strongroom.core.findings import Finding
from strongroom.packages.catalog.desk import Desk
from strongroom.packages.publishing.authorize import authorize
from strongroom.packages.publishing.commit import commit, receipt
from strongroom.packages.publishing.decide import accepted, decide
from strongroom.packages.publishing.identify import identify
from strongroom.packages.publishing.inspect import inspect
from strongroom.packages.publishing.receive import receive
from strongroom.packages.publishing.stages import Candidate, Permit, Receipt, Upload
from strongroom.proof.ledger.events import of_project


def publish(upload: Upload, desk: Desk) -> Receipt:
    """Publish one file, or raise the error that says why not; then nothing has changed."""
    ecosystem = desk.ecosystem(upload.ecosystem)
    candidate, permit, remarks = _considered(upload, ecosystem, desk)
    if permit.same_as:
        published = receipt(candidate, desk.clock.now(), (), ())
    else:
        published = commit(candidate, remarks, ecosystem, desk)
    # Whoever published this very file before may have died over its pages, and the client has come
    # again because of that: it must not be told that all is well before they stand.
    desk.react(published.events or of_project(candidate.project, 1))
    return published


def rehearse(upload: Upload, desk: Desk) -> bool:
    """Do everything but publish, or raise the error; say whether the file is not there yet."""
    ecosystem = desk.ecosystem(upload.ecosystem)
    return not _considered(upload, ecosystem, desk)[1].same_as


def _considered(
    upload: Upload, ecosystem: Ecosystem, desk: Desk
) -> tuple[Candidate, Permit, tuple[Finding, ...]]:
    candidate = identify(receive(upload), ecosystem)
    permit = authorize(candidate, ecosystem, desk)
    if permit.same_as:
        return candidate, permit, ()
    findings = inspect(candidate, desk.checks)
    return candidate, permit, accepted(decide(findings, candidate.project.key, desk.policy))
