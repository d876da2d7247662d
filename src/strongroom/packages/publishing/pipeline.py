"""One publication: the list of its steps.

No transaction is open while bytes stream or checks run. Until the commit nothing is visible; after
it everything is, and what readers depend on is rendered before the client is answered.
"""

from strongroom.packages.catalog.desk import Desk
from strongroom.packages.publishing.authorize import authorize
from strongroom.packages.publishing.commit import commit, receipt
from strongroom.packages.publishing.decide import accepted, decide
from strongroom.packages.publishing.identify import identify
from strongroom.packages.publishing.inspect import inspect
from strongroom.packages.publishing.receive import receive
from strongroom.packages.publishing.stages import Receipt, Upload


def publish(upload: Upload, desk: Desk) -> Receipt:
    """Publish one file, or raise the error that says why not; then nothing has changed."""
    ecosystem = desk.ecosystem(upload.ecosystem)
    received = receive(upload)
    candidate = identify(received, ecosystem)
    if authorize(candidate, ecosystem, desk).same_as:
        return receipt(candidate, desk.clock.now(), (), ())
    findings = inspect(candidate, desk.checks)
    remarks = accepted(decide(findings, candidate.project.key, desk.policy))
    published = commit(candidate, remarks, ecosystem, desk)
    desk.react(published.events)
    return published
