"""Step 4: the fast checks look at the candidate. They find; they never decide."""

from collections.abc import Sequence

from strongroom.core.findings import Finding
from strongroom.packages.catalog.desk import Check
from strongroom.packages.publishing.steps import Candidate


def inspect(candidate: Candidate, checks: Sequence[Check]) -> tuple[Finding, ...]:
    """Return what reading the archive found, and then what each check finds in it."""
    found = list(candidate.manifest.findings)
    for check in checks:
        with candidate.received.upload.incoming.opened() as archive:
            found.extend(check(candidate.manifest, archive))
    return tuple(found)
