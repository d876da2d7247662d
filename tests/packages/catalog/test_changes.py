"""Yank and status: who may, told once, and never without its event."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from allauth.account.models import EmailAddress
from django.db import transaction

from strongroom.core.actors import NOBODY, OPERATOR, Action, Actor, Reach
from strongroom.core.coordinates import ProjectId
from strongroom.core.errors import (
    ConflictError,
    ForbiddenError,
    InvalidError,
    NotFoundError,
    UnauthenticatedError,
)
from strongroom.core.events import Kind, Recorded
from strongroom.packages.catalog.changes import appoint, dismiss, set_status, unyank, yank
from strongroom.packages.models import Project, Release
from strongroom.people.access.grants import grant, people_of
from strongroom.people.access.roles import Role
from strongroom.people.models import User
from strongroom.proof.ledger.events import last_serial, since
from tests.fakes.bench import Bench, open_bench
from tests.fakes.clocks import StoppedClock

PARCEL = ProjectId("box", "parcel")
Change = Callable[[Bench, Actor], Recorded | None]
ACTS: dict[str, Change] = {
    "yank": lambda bench, actor: yank(bench.desk, actor, bench.target("parcel", "1.0"), "bad"),
    "unyank": lambda bench, actor: unyank(bench.desk, actor, bench.target("parcel", "1.0")),
    "archive": lambda bench, actor: set_status(bench.desk, actor, PARCEL, "archived", "done"),
    "quarantine": lambda bench, actor: set_status(bench.desk, actor, PARCEL, "quarantined", "bad"),
    "appoint": lambda bench, actor: appoint(bench.desk, actor, PARCEL, "bob", Role.MAINTAINER),
}
# y: may. -: may not. 401: must say who they are.
TABLE = """
nobody         401 401 401 401   401
stranger       -   -   -   -   -
maintainer     y   y   -   -   -
owner          y   y   y   -   y
yank-token     y   y   -   -   -
upload-token   -   -   -   -   -
other-token    -   -   -   -   -
admin          y   y   y   y   -
operator       y   y   y   y   y
"""
ROWS = [line.split() for line in TABLE.strip().splitlines()]
CASES = [(who, act, may) for who, *row in ROWS for act, may in zip(ACTS, row, strict=True)]


def actor_named(who: str, bench: Bench, alice: Actor) -> Actor:
    token = replace(alice, credential="token 41")
    known = {
        "nobody": NOBODY,
        "operator": OPERATOR,
        "owner": alice,
        "yank-token": replace(token, reach=Reach(actions=frozenset({Action.YANK}))),
        "upload-token": replace(token, reach=Reach(actions=frozenset({Action.UPLOAD}))),
        "other-token": replace(token, reach=Reach(projects=frozenset({ProjectId("box", "other")}))),
    }
    if who in known:
        return known[who]
    actor = bench.person(who, admin=who == "admin")
    if who == "maintainer":
        assert actor.user_id is not None
        grant(actor.user_id, PARCEL, Role.MAINTAINER, bench.clock)
    return actor


@pytest.mark.usefixtures("parcel", "bob")
@pytest.mark.parametrize(("who", "act", "may"), CASES)
def test_who_may_change_what(bench: Bench, alice: Actor, who: str, act: str, may: str) -> None:
    if act == "unyank":
        ACTS["yank"](bench, OPERATOR)
    grant(User.objects.get(username="bob").pk, PARCEL, Role.READER, bench.clock)
    actor = actor_named(who, bench, alice)
    before = bench.standing()
    try:
        answer = "y" if ACTS[act](bench, actor) else "nothing"
    except UnauthenticatedError:
        answer = "401"
    except ForbiddenError:
        answer = "-"
    assert answer == may
    assert (bench.standing() == before) is (may != "y")


@pytest.mark.usefixtures("parcel")
def test_a_yank_is_told_with_its_reason(bench: Bench, alice: Actor) -> None:
    recorded = yank(bench.desk, alice, bench.target("Parcel", "1.0"), " broken\nwheel ")
    assert recorded is not None
    event = recorded.event
    assert (event.kind, event.project, event.version) == (Kind.RELEASE_YANKED, PARCEL, "1.0")
    assert (event.actor, event.facts) == ("alice", {"reason": "broken wheel"})
    release = Release.objects.get()
    assert (release.yanked, release.yanked_reason) == (True, "broken wheel")
    assert Project.objects.get().serial == recorded.serial == bench.told[-1].serial


@pytest.mark.usefixtures("parcel")
def test_an_unyank_is_told_and_takes_the_reason_back(bench: Bench, alice: Actor) -> None:
    ACTS["yank"](bench, alice)
    recorded = ACTS["unyank"](bench, alice)
    assert recorded is not None
    assert (recorded.event.kind, recorded.event.facts) == (Kind.RELEASE_UNYANKED, {})
    release = Release.objects.get()
    assert (release.yanked, release.yanked_reason) == (False, "")


@pytest.mark.usefixtures("parcel")
def test_a_status_is_told_with_where_it_came_from(bench: Bench, alice: Actor) -> None:
    assert ACTS["archive"](bench, alice)
    (recorded,) = since(last_serial() - 1, 10)
    assert recorded.event.kind is Kind.PROJECT_STATUS_CHANGED
    assert recorded.event.facts == {"from": "active", "to": "archived", "reason": "done"}
    project = Project.objects.get()
    assert (project.status, project.status_reason) == ("archived", "done")


@pytest.mark.usefixtures("parcel")
@pytest.mark.parametrize("act", ["yank", "archive", "quarantine"])
def test_what_is_so_already_is_no_event(bench: Bench, act: str) -> None:
    assert ACTS[act](bench, OPERATOR)
    before, told = bench.standing(), len(bench.told)
    assert ACTS[act](bench, OPERATOR) is None
    assert (bench.standing(), len(bench.told)) == (before, told)


@pytest.mark.usefixtures("parcel")
def test_another_reason_is_another_event(bench: Bench) -> None:
    for reason in ("bad", "worse"):
        assert yank(bench.desk, OPERATOR, bench.target("parcel", "1.0"), reason)
        assert set_status(bench.desk, OPERATOR, PARCEL, "deprecated", reason)


@pytest.mark.usefixtures("parcel")
def test_only_an_administrator_lifts_a_quarantine(bench: Bench, alice: Actor) -> None:
    ACTS["quarantine"](bench, OPERATOR)
    with pytest.raises(ForbiddenError):
        set_status(bench.desk, alice, PARCEL, "active", "")
    assert set_status(bench.desk, OPERATOR, PARCEL, "active", "")


@pytest.mark.usefixtures("parcel")
@pytest.mark.parametrize("act", ["yank", "unyank"])
def test_a_release_in_quarantine_does_not_change(bench: Bench, act: str) -> None:
    ACTS["quarantine"](bench, OPERATOR)
    with pytest.raises(ConflictError) as caught:
        ACTS[act](bench, OPERATOR)
    assert caught.value.code == "project-quarantined"


@pytest.mark.usefixtures("parcel")
def test_a_reason_with_control_characters_changes_nothing(bench: Bench, alice: Actor) -> None:
    before = bench.standing()
    for reason in ("a\0", "\x1b[2J"):
        with pytest.raises(InvalidError):
            yank(bench.desk, alice, bench.target("parcel", "1.0"), reason)
        with pytest.raises(InvalidError):
            set_status(bench.desk, alice, PARCEL, "archived", reason)
    assert bench.standing() == before


@pytest.mark.usefixtures("parcel", "bob")
def test_what_is_not_there_is_not_found(bench: Bench, alice: Actor) -> None:
    with pytest.raises(NotFoundError) as caught:
        yank(bench.desk, alice, bench.target("parcel", "9.9"), "")
    assert caught.value.code == "no-such-release"
    with pytest.raises(NotFoundError) as caught:
        set_status(bench.desk, alice, ProjectId("box", "nothing"), "archived", "")
    assert caught.value.code == "no-such-project"


def test_a_name_is_read_as_people_write_it(bench: Bench) -> None:
    assert bench.target("PARCEL", "1.0").project == PARCEL
    with pytest.raises(InvalidError):
        bench.target("no such name!", "1.0")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("act", sorted(ACTS))
def test_a_change_whose_transaction_fails_is_no_event(
    tmp_path_factory: pytest.TempPathFactory, act: str
) -> None:
    bench = open_bench(tmp_path_factory.mktemp("bench"))
    bench.publish(bench.person("alice"), "parcel", "1.0")
    bench.person("bob")
    if act == "unyank":
        ACTS["yank"](bench, OPERATOR)
    before = bench.standing()
    with transaction.atomic():
        assert ACTS[act](bench, OPERATOR)
        transaction.set_rollback(True)
    assert bench.standing() == before


class Wrecked(StoppedClock):
    """A clock at which the recording of an event breaks, after the change was written."""

    def now(self):  # type: ignore[no-untyped-def] # noqa: ANN201
        raise RuntimeError("no time")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("act", ["yank", "archive"])
def test_a_change_whose_event_cannot_be_recorded_is_no_change(
    tmp_path_factory: pytest.TempPathFactory, act: str
) -> None:
    bench = open_bench(tmp_path_factory.mktemp("bench"))
    bench.publish(bench.person("alice"), "parcel", "1.0")
    before = bench.standing()
    with pytest.raises(RuntimeError):
        ACTS[act](replace(bench, desk=replace(bench.desk, clock=Wrecked())), OPERATOR)
    assert bench.standing() == before


@pytest.mark.usefixtures("parcel", "bob")
def test_an_appointment_is_told_and_in_place_of_the_one_held(bench: Bench, alice: Actor) -> None:
    appoint(bench.desk, OPERATOR, PARCEL, "bob", Role.MAINTAINER)
    recorded = appoint(bench.desk, alice, PARCEL, "BOB", Role.OWNER)
    assert recorded is not None
    assert recorded.event.facts == {"user": "bob", "role": "owner"}
    assert people_of(PARCEL) == (("alice", "owner"), ("bob", "owner"))


@pytest.mark.usefixtures("parcel", "bob")
def test_nobody_gets_a_first_role_without_their_own_word(bench: Bench, alice: Actor) -> None:
    with pytest.raises(ConflictError) as caught:
        appoint(bench.desk, alice, PARCEL, "bob", Role.READER)
    assert caught.value.code == "consent-needed"
    assert people_of(PARCEL) == (("alice", "owner"),)


@pytest.mark.usefixtures("parcel", "bob")
def test_who_is_dismissed_has_no_role_and_it_is_told_once(bench: Bench, alice: Actor) -> None:
    appoint(bench.desk, OPERATOR, PARCEL, "bob", Role.OWNER)
    recorded = dismiss(bench.desk, alice, PARCEL, "bob")
    assert recorded is not None
    assert (recorded.event.kind, recorded.event.facts["role"]) == (Kind.ROLE_TAKEN, "owner")
    assert dismiss(bench.desk, alice, PARCEL, "bob") is None
    assert people_of(PARCEL) == (("alice", "owner"),)


@pytest.mark.usefixtures("parcel")
@pytest.mark.parametrize("leave", ["dismiss", "step down"])
def test_the_last_owner_stays(bench: Bench, alice: Actor, leave: str) -> None:
    leaving: dict[str, Change] = {
        "dismiss": lambda bench, actor: dismiss(bench.desk, actor, PARCEL, "alice"),
        "step down": lambda bench, actor: appoint(
            bench.desk, actor, PARCEL, "alice", Role.MAINTAINER
        ),
    }
    with pytest.raises(ConflictError) as refused:
        leaving[leave](bench, alice)
    assert refused.value.code == "last-owner"
    assert people_of(PARCEL) == (("alice", "owner"),)


@pytest.mark.usefixtures("parcel", "bob")
def test_only_an_owner_dismisses(bench: Bench, alice: Actor) -> None:
    appoint(bench.desk, OPERATOR, PARCEL, "bob", Role.MAINTAINER)
    with pytest.raises(ForbiddenError):
        dismiss(bench.desk, bench.person("carol"), PARCEL, "bob")


@pytest.mark.usefixtures("parcel", "bob")
def test_the_role_that_is_held_already_is_no_event(bench: Bench, alice: Actor) -> None:
    assert appoint(bench.desk, OPERATOR, PARCEL, "bob", Role.MAINTAINER)
    before = bench.standing()
    assert appoint(bench.desk, OPERATOR, PARCEL, "bob", Role.MAINTAINER) is None
    assert bench.standing() == before


@pytest.mark.usefixtures("parcel", "bob")
def test_a_maintainer_is_dismissed_whoever_owns(bench: Bench, alice: Actor) -> None:
    appoint(bench.desk, OPERATOR, PARCEL, "bob", Role.MAINTAINER)
    assert dismiss(bench.desk, alice, PARCEL, "bob")
    assert people_of(PARCEL) == (("alice", "owner"),)


def test_a_role_is_given_only_to_who_can_be_told_of_what_is_done(
    bench: Bench, alice: Actor, bob: Actor, parcel: str
) -> None:
    EmailAddress.objects.filter(user__username=bob.name).update(verified=False)
    before = bench.standing()
    with pytest.raises(ConflictError) as caught:
        appoint(bench.desk, OPERATOR, PARCEL, "bob", Role.MAINTAINER)
    assert caught.value.code == "grantee-unverified"
    assert bench.standing() == before
