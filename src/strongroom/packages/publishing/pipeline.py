"""One publication: the list of its steps.

No transaction is open while bytes stream or checks run. Until the commit nothing is visible; after
it everything is, and what readers depend on is rendered before the client is answered.
"""

from strongroom.core.actors import Action
from strongroom.core.ecosystem import Ecosystem
from strongroom.packages.catalog.desk import Desk
from strongroom.packages.publishing.authorize import at_once, authorize
from strongroom.packages.publishing.commit import commit, receipt
from strongroom.packages.publishing.decide import accepted, decide
from strongroom.packages.publishing.identify import identify
from strongroom.packages.publishing.inspect import inspect
from strongroom.packages.publishing.receive import receive
from strongroom.packages.publishing.steps import Accepted, Permit, Receipt, Upload
from strongroom.packages.shelf.refresh import unshown


def publish(upload: Upload, desk: Desk) -> Receipt:
    """Publish one file, or raise the error that says why not; then nothing has changed."""
    considered, permit = consider(upload, desk.ecosystem(upload.ecosystem), desk)
    return publish_considered(considered, permit, desk)


def publish_considered(considered: Accepted, permit: Permit, desk: Desk) -> Receipt:
    """Publish one file that has passed all steps but the commit, and react."""
    if permit.same_as:
        published = receipt(considered, desk.clock.now(), ())
    else:
        published = commit(considered, desk.ecosystem(considered.candidate.project.ecosystem), desk)
    # Whoever published the same file before may have died before its pages were put up, and we
    # are about to tell this client too that it can be had.
    desk.react(published.events or unshown(considered.candidate.project))
    return published


def rehearse(upload: Upload, desk: Desk) -> bool:
    """Do everything but publish, or raise the error; say whether the file is not there yet."""
    considered, permit = consider(upload, desk.ecosystem(upload.ecosystem), desk)
    if permit.same_as:
        return False
    at_once(considered.candidate, permit)
    return True


def consider(
    upload: Upload, ecosystem: Ecosystem, desk: Desk, action: Action = Action.UPLOAD
) -> tuple[Accepted, Permit]:
    """Judge an upload for an action, to publish or to stage it, without changing anything."""
    candidate = identify(receive(upload), ecosystem)
    permit = authorize(candidate, ecosystem, desk, action)
    if permit.same_as:
        return Accepted(candidate, ()), permit
    findings = inspect(candidate, desk.checks)
    remarks = accepted(decide(findings, candidate.project.key, desk.policy))
    return Accepted(candidate, remarks), permit
