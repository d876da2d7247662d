"""What is refused before its bytes come."""

from dataclasses import replace

import pytest

from strongroom.core.actors import Actor, Reach
from strongroom.core.coordinates import ProjectId
from strongroom.core.errors import TooLargeError
from strongroom.packages.publishing.foresee import foresee
from tests.fakes.bench import MOST_BYTES, Bench

PARCEL, OTHER = ProjectId("box", "parcel"), ProjectId("box", "other")


def limited(bench: Bench, **quotas: int) -> Bench:
    limits = replace(bench.desk.limits, quotas=quotas)
    return replace(bench, desk=replace(bench.desk, limits=limits))


def code(bench: Bench, actor: Actor, at_least: int) -> str:
    try:
        foresee(actor, at_least, bench.desk)
    except TooLargeError as error:
        return error.code
    return ""


def test_what_no_file_may_have_is_refused(bench: Bench, alice: Actor) -> None:
    assert code(bench, alice, MOST_BYTES) == ""
    assert code(bench, alice, MOST_BYTES + 1) == "file-too-large"


@pytest.mark.parametrize(("at_least", "expected"), [(-5, ""), (0, ""), (9, ""), (10, "")])
def test_what_may_fit_is_let_pass(bench: Bench, alice: Actor, at_least: int, expected: str) -> None:
    assert code(limited(bench, user=10), alice, at_least) == expected


def test_what_cannot_fit_into_the_persons_room_is_refused(bench: Bench, alice: Actor) -> None:
    assert code(limited(bench, user=10), alice, 11) == "quota-exceeded"


def test_of_projects_only_that_counts_which_the_credential_is_for(
    bench: Bench, alice: Actor
) -> None:
    bench = limited(bench, project=10)
    one = replace(alice, reach=Reach(projects=frozenset({PARCEL})))
    two = replace(alice, reach=Reach(projects=frozenset({PARCEL, OTHER})))
    assert [code(bench, actor, 11) for actor in (alice, one, two)] == ["", "quota-exceeded", ""]
