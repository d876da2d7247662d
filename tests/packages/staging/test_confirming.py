"""A person who confirms, by a security key that was shown just now; and who gets around it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from strongroom.core.actors import OPERATOR, Actor, Assurance
from strongroom.core.errors import AssuranceError, ConflictError, ForbiddenError
from strongroom.packages.catalog.changes import dismiss
from strongroom.packages.catalog.criticality import pin
from strongroom.packages.models import File, Project
from strongroom.packages.publishing.steps import Receipt
from strongroom.packages.staging.approving import approve
from strongroom.packages.staging.confirming import set_confirmed
from strongroom.packages.staging.publication import publish
from strongroom.packages.staging.putting import Staged
from strongroom.packages.staging.rows import find
from strongroom.packages.staging.states import State
from strongroom.people.access.rules import FRESH_FOR
from tests.fakes.bench import Bench
from tests.fakes.stages import content, taken
from tests.packages.staging.conftest import PARCEL


def token(actor: Actor) -> Actor:
    return replace(actor, credential="token 1")


def fresh(bench: Bench, actor: Actor, ago: timedelta = timedelta(0)) -> Actor:
    return replace(actor, proved_at=bench.clock.now() - ago)


def published() -> bool:
    return File.objects.filter(release__key="2.0").exists()


@pytest.fixture
def confirmed(bench: Bench, alice: Actor, parcel: str) -> str:
    """Return the key of the project, of which a person now confirms each publication."""
    set_confirmed(bench.desk, alice, PARCEL, wanted=True)
    return parcel


def staged(bench: Bench, actor: Actor) -> str:
    """Upload by a token; returns the stage in which it waits."""
    became = taken(bench, token(actor))
    assert isinstance(became, Staged)
    return became.stage.handle


def test_what_a_token_uploads_waits_for_a_person(
    bench: Bench, alice: Actor, confirmed: str
) -> None:
    handle = staged(bench, alice)
    assert not published()
    assert publish(bench.yard, fresh(bench, alice), handle).state is State.PUBLISHED
    assert published()


def test_a_token_that_publishes_asks_a_person(bench: Bench, alice: Actor, confirmed: str) -> None:
    handle = staged(bench, alice)
    assert publish(bench.yard, token(alice), handle).state is State.PROCESSING
    assert not published()
    outcome = publish(bench.yard, fresh(bench, alice, FRESH_FOR), handle)
    assert (outcome.state, published()) == (State.PUBLISHED, True)


@pytest.mark.parametrize(
    ("ago", "shown", "code"),
    [
        (None, Assurance.PHISHING_RESISTANT, "proof-too-old"),
        (FRESH_FOR + timedelta(seconds=1), Assurance.PHISHING_RESISTANT, "proof-too-old"),
        (timedelta(0), Assurance.MULTI_FACTOR, "webauthn-needed"),
    ],
)
@pytest.mark.parametrize("why", ["confirmed", "critical"])
def test_a_stolen_session_publishes_nothing(
    bench: Bench,
    alice: Actor,
    parcel: str,
    ago: timedelta | None,
    shown: Assurance,
    code: str,
    why: str,
) -> None:
    set_confirmed(bench.desk, alice, PARCEL, wanted=True)
    handle = staged(bench, alice)
    if why == "critical":
        Project.objects.update(confirmed=False)
        pin(bench.desk, OPERATOR, PARCEL, "on")
    thief = replace(alice if ago is None else fresh(bench, alice, ago), assurance=shown)
    before = bench.standing()
    with pytest.raises(AssuranceError) as caught:
        publish(bench.yard, thief, handle)
    assert caught.value.code == code
    assert bench.standing() == before


def test_an_approval_of_a_critical_project_takes_a_key_that_was_just_shown(
    bench: Bench, alice: Actor, bob: Actor, approved: str
) -> None:
    pin(bench.desk, OPERATOR, PARCEL, "on")
    handle = staged(bench, alice)
    seen = content(find(handle))
    with pytest.raises(AssuranceError) as caught:
        approve(bench.yard, bob, handle, seen)
    assert caught.value.code == "proof-too-old"
    approve(bench.yard, fresh(bench, bob), handle, seen)
    assert published()


def test_a_critical_project_takes_uploads_by_tokens_unless_it_asks_for_persons(
    bench: Bench, alice: Actor, parcel: str
) -> None:
    pin(bench.desk, OPERATOR, PARCEL, "on")
    assert isinstance(taken(bench, token(alice)), Receipt)
    with pytest.raises(AssuranceError):
        taken(bench, replace(token(alice), assurance=Assurance.MULTI_FACTOR), version="3.0")


def test_an_import_publishes_nothing_past_the_person(
    bench: Bench, alice: Actor, confirmed: str
) -> None:
    with pytest.raises(ConflictError) as caught:
        bench.publish(alice, "parcel", "2.0")
    assert caught.value.code == "approvals-wanted"


def test_to_give_it_up_takes_the_key_too(bench: Bench, alice: Actor, confirmed: str) -> None:
    for thief in (alice, token(alice)):
        with pytest.raises(ForbiddenError):
            set_confirmed(bench.desk, thief, PARCEL, wanted=False)
    assert set_confirmed(bench.desk, alice, PARCEL, wanted=True) is None
    assert set_confirmed(bench.desk, fresh(bench, alice), PARCEL, wanted=False)
    assert isinstance(taken(bench, token(alice)), Receipt)


def test_only_owners_ask_for_it(bench: Bench, bob: Actor, parcel: str) -> None:
    with pytest.raises(ForbiddenError):
        set_confirmed(bench.desk, bob, PARCEL, wanted=True)


def test_who_lost_their_role_confirms_nothing(
    bench: Bench, alice: Actor, bob: Actor, confirmed: str
) -> None:
    handle = staged(bench, alice)
    dismiss(bench.desk, alice, PARCEL, "bob")
    with pytest.raises(ForbiddenError):
        publish(bench.yard, fresh(bench, bob), handle)
