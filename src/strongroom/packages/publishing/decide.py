"""Step 5: policy makes a verdict of the findings. Pure."""

from collections.abc import Sequence

from strongroom.core.errors import ForbiddenError
from strongroom.core.findings import Finding, Severity
from strongroom.packages.catalog.desk import Policy
from strongroom.packages.publishing.steps import Verdict


def decide(findings: Sequence[Finding], project: str, policy: Policy) -> Verdict:
    """Sort findings into reasons to refuse and remarks to publish beside the file.

    A finding refuses by its own weight, or because policy says so of its code and does not name
    the project (a canonical name).
    """

    def refuses(found: Finding) -> bool:
        exempt = policy.refuses.get(found.code)
        return found.severity >= Severity.REFUSAL or (exempt is not None and project not in exempt)

    return Verdict(
        refusals=tuple(found for found in findings if refuses(found)),
        remarks=tuple(found for found in findings if not refuses(found)),
    )


def accepted(verdict: Verdict) -> tuple[Finding, ...]:
    """Return the remarks of an acceptance, or raise the first reason of a refusal."""
    if verdict.refusals:
        first = verdict.refusals[0]
        raise ForbiddenError(
            first.code, first.sentence, f"Found in {first.place}." if first.place else ""
        )
    return verdict.remarks
