"""Policy: what refuses, what is merely told."""

import pytest

from strongroom.core.errors import ForbiddenError
from strongroom.core.findings import Finding, Severity
from strongroom.packages.catalog.desk import Policy
from strongroom.packages.publishing.decide import accepted, decide

NOTE = Finding("a", "note", Severity.NOTE, "Note.")
WARNING = Finding("a", "warning", Severity.WARNING, "Warning.")
REFUSAL = Finding("a", "refusal", Severity.REFUSAL, "Refusal.")
OTHER = Finding("b", "other", Severity.REFUSAL, "Other.", "here")


def test_notes_and_warnings_are_told() -> None:
    verdict = decide([NOTE, WARNING], "parcel", Policy())
    assert (verdict.refusals, accepted(verdict)) == ((), (NOTE, WARNING))


def test_nothing_found_is_accepted() -> None:
    assert accepted(decide([], "parcel", Policy())) == ()


def test_a_refusal_is_told_from_what_else_was_found() -> None:
    verdict = decide([NOTE, REFUSAL, WARNING, OTHER], "parcel", Policy())
    assert (verdict.refusals, verdict.remarks) == ((REFUSAL, OTHER), (NOTE, WARNING))


@pytest.mark.parametrize(("found", "remedy"), [(REFUSAL, ""), (OTHER, "Found in here.")])
def test_the_first_reason_is_told_with_its_place(found: Finding, remedy: str) -> None:
    with pytest.raises(ForbiddenError) as caught:
        accepted(decide([found, OTHER], "parcel", Policy()))
    assert (caught.value.code, caught.value.sentence) == (found.code, found.sentence)
    assert caught.value.remedy == remedy


def test_what_policy_names_refuses_whatever_its_weight() -> None:
    verdict = decide([NOTE, WARNING], "parcel", Policy({"warning": frozenset()}))
    assert (verdict.refusals, verdict.remarks) == ((WARNING,), (NOTE,))


def test_a_project_that_policy_exempts_is_only_told() -> None:
    verdict = decide([WARNING], "parcel", Policy({"warning": frozenset({"parcel"})}))
    assert (verdict.refusals, verdict.remarks) == ((), (WARNING,))


def test_an_exemption_spares_no_refusal() -> None:
    policy = Policy({"refusal": frozenset({"parcel"})})
    assert decide([REFUSAL], "parcel", policy).refusals == (REFUSAL,)
