"""Step 5: policy makes a verdict of the findings. Pure."""

from collections.abc import Sequence

from strongroom.core.errors import ForbiddenError
from strongroom.core.findings import Finding, Severity
from strongroom.packages.publishing.stages import Verdict


def decide(findings: Sequence[Finding]) -> Verdict:
    """Sort findings into reasons to refuse and remarks to publish beside the file."""
    return Verdict(
        refusals=tuple(found for found in findings if found.severity >= Severity.REFUSAL),
        remarks=tuple(found for found in findings if found.severity < Severity.REFUSAL),
    )


def accepted(verdict: Verdict) -> tuple[Finding, ...]:
    """Return the remarks of an acceptance, or raise the first reason of a refusal."""
    if verdict.refusals:
        first = verdict.refusals[0]
        raise ForbiddenError(
            first.code, first.sentence, f"Found in {first.place}." if first.place else ""
        )
    return verdict.remarks
