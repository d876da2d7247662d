"""The one rule, as a table that was written by hand: who may do what, and who may not."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from strongroom.core.actors import NOBODY, OPERATOR, REGISTRY, Action, Actor, Assurance, Reach
from strongroom.core.coordinates import ProjectId
from strongroom.core.errors import ForbiddenError, UnauthenticatedError
from strongroom.people.access.roles import Role
from strongroom.people.access.rules import (
    FRESH_FOR,
    Case,
    confirmed,
    may_appoint,
    only_stages,
    oversee,
    permit,
)

PARCEL = ProjectId("box", "parcel")
OWNED = Case(exists=True, roles=frozenset({Role.OWNER}), critical=False)
CRITICAL = replace(OWNED, critical=True)
NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
SURE = Assurance.PHISHING_RESISTANT
PERSON = Actor("person", "alice", "session", user_id=1, assurance=SURE)
ADMIN = Actor("person", "root", "session", user_id=2, admin=True, assurance=SURE)
TOKEN = Actor(
    "person",
    "alice",
    "token 41",
    user_id=1,
    reach=Reach(projects=frozenset({PARCEL})),
    assurance=Assurance.PHISHING_RESISTANT,
)
FAR = replace(TOKEN, reach=Reach(projects=frozenset({ProjectId("box", "other")})))
ACTORS = {
    "nobody": NOBODY,
    "person": PERSON,
    "token": TOKEN,
    "far": FAR,
    "admin": ADMIN,
    "operator": OPERATOR,
    "registry": REGISTRY,
}

# Columns: no project; a project and no role in it; then as its reader, triager, publisher,
# maintainer, manager, owner.
# y: may. -: may not. 401: must say who they are.
TABLE = """
nobody    read        401 401 401 401 401 401 401 401
nobody    upload      401 401 401 401 401 401 401 401
nobody    stage       401 401 401 401 401 401 401 401
nobody    cancel      401 401 401 401 401 401 401 401
nobody    approve     401 401 401 401 401 401 401 401
nobody    yank        401 401 401 401 401 401 401 401
nobody    configure   401 401 401 401 401 401 401 401
nobody    quarantine  401 401 401 401 401 401 401 401
nobody    appoint     401 401 401 401 401 401 401 401
nobody    trust       401 401 401 401 401 401 401 401
nobody    transfer    401 401 401 401 401 401 401 401
nobody    remove      401 401 401 401 401 401 401 401
nobody    loosen      401 401 401 401 401 401 401 401
nobody    pin         401 401 401 401 401 401 401 401
person    read        -   -   y   y   y   y   y   y
person    upload      y   -   -   -   y   y   -   y
person    stage       y   -   -   -   y   y   -   y
person    cancel      -   -   -   -   y   y   -   y
person    approve     -   -   -   -   y   y   -   y
person    yank        -   -   -   y   y   y   -   y
person    configure   -   -   -   -   -   -   -   y
person    quarantine  -   -   -   -   -   -   -   -
person    appoint     -   -   -   -   -   -   y   y
person    trust       -   -   -   -   -   -   -   y
person    transfer    -   -   -   -   -   -   -   y
person    remove      -   -   -   -   -   -   -   y
person    loosen      -   -   -   -   -   -   -   -
person    pin         -   -   -   -   -   -   -   -
token     read        -   -   y   y   y   y   y   y
token     upload      y   -   -   -   y   y   -   y
token     stage       y   -   -   -   y   y   -   y
token     cancel      -   -   -   -   y   y   -   y
token     approve     -   -   -   -   -   -   -   -
token     yank        -   -   -   y   y   y   -   y
token     configure   -   -   -   -   -   -   -   y
token     quarantine  -   -   -   -   -   -   -   -
token     appoint     -   -   -   -   -   -   -   -
token     trust       -   -   -   -   -   -   -   -
token     transfer    -   -   -   -   -   -   -   -
token     remove      -   -   -   -   -   -   -   y
token     loosen      -   -   -   -   -   -   -   -
token     pin         -   -   -   -   -   -   -   -
far       read        -   -   -   -   -   -   -   -
far       upload      -   -   -   -   -   -   -   -
far       stage       -   -   -   -   -   -   -   -
far       cancel      -   -   -   -   -   -   -   -
far       approve     -   -   -   -   -   -   -   -
far       yank        -   -   -   -   -   -   -   -
far       configure   -   -   -   -   -   -   -   -
far       quarantine  -   -   -   -   -   -   -   -
far       appoint     -   -   -   -   -   -   -   -
far       trust       -   -   -   -   -   -   -   -
far       transfer    -   -   -   -   -   -   -   -
far       remove      -   -   -   -   -   -   -   -
far       loosen      -   -   -   -   -   -   -   -
far       pin         -   -   -   -   -   -   -   -
admin     read        y   y   y   y   y   y   y   y
admin     upload      y   -   -   -   y   y   -   y
admin     stage       y   -   -   -   y   y   -   y
admin     cancel      y   y   y   y   y   y   y   y
admin     approve     -   -   -   -   y   y   -   y
admin     yank        y   y   y   y   y   y   y   y
admin     configure   y   y   y   y   y   y   y   y
admin     quarantine  y   y   y   y   y   y   y   y
admin     appoint     -   -   -   -   -   -   y   y
admin     trust       -   -   -   -   -   -   -   y
admin     transfer    -   -   -   -   -   -   -   y
admin     remove      y   y   y   y   y   y   y   y
admin     loosen      y   y   y   y   y   y   y   y
admin     pin         y   y   y   y   y   y   y   y
operator  read        y   y   y   y   y   y   y   y
operator  upload      -   -   -   -   y   y   -   y
operator  stage       -   -   -   -   y   y   -   y
operator  cancel      y   y   y   y   y   y   y   y
operator  approve     -   -   -   -   -   -   -   -
operator  yank        y   y   y   y   y   y   y   y
operator  configure   y   y   y   y   y   y   y   y
operator  quarantine  y   y   y   y   y   y   y   y
operator  appoint     y   y   y   y   y   y   y   y
operator  trust       y   y   y   y   y   y   y   y
operator  transfer    y   y   y   y   y   y   y   y
operator  remove      y   y   y   y   y   y   y   y
operator  loosen      y   y   y   y   y   y   y   y
operator  pin         y   y   y   y   y   y   y   y
registry  read        y   y   y   y   y   y   y   y
registry  upload      -   -   -   -   y   y   -   y
registry  stage       -   -   -   -   y   y   -   y
registry  cancel      y   y   y   y   y   y   y   y
registry  approve     -   -   -   -   -   -   -   -
registry  yank        y   y   y   y   y   y   y   y
registry  configure   y   y   y   y   y   y   y   y
registry  quarantine  y   y   y   y   y   y   y   y
registry  appoint     y   y   y   y   y   y   y   y
registry  trust       y   y   y   y   y   y   y   y
registry  transfer    y   y   y   y   y   y   y   y
registry  remove      y   y   y   y   y   y   y   y
registry  loosen      y   y   y   y   y   y   y   y
registry  pin         y   y   y   y   y   y   y   y
"""
COLUMNS = (
    (False, None),
    (True, None),
    (True, Role.READER),
    (True, Role.TRIAGER),
    (True, Role.PUBLISHER),
    (True, Role.MAINTAINER),
    (True, Role.MANAGER),
    (True, Role.OWNER),
)
ROWS = [line.split() for line in TABLE.strip().splitlines()]
CASES = [
    pytest.param(
        ACTORS[who], Action(what), exists, role, answer, id=f"{who}-{what}-{exists}-{role}"
    )
    for who, what, *answers in ROWS
    for (exists, role), answer in zip(COLUMNS, answers, strict=True)
]


def _case(exists: bool, role: Role | None) -> Case:
    return Case(exists=exists, roles=frozenset({role} if role else ()), critical=False)


def answered(actor: Actor, action: Action, *, exists: bool, role: Role | None) -> str:
    try:
        permit(actor, action, PARCEL, _case(exists, role))
    except UnauthenticatedError:
        return "401"
    except ForbiddenError:
        return "-"
    return "y"


def test_the_table_is_whole() -> None:
    assert {(who, what) for who, what, *_ in ROWS} == {
        (who, what) for who in ACTORS for what in Action
    }


@pytest.mark.parametrize(("actor", "action", "exists", "role", "answer"), CASES)
def test_the_rule_answers_as_the_table_says(
    actor: Actor,
    action: Action,
    exists: bool,
    role: Role | None,
    answer: str,
) -> None:
    assert answered(actor, action, exists=exists, role=role) == answer


REACHES = [
    (Reach(), "y"),
    (Reach(actions=frozenset({Action.UPLOAD})), "y"),
    (Reach(actions=frozenset({Action.YANK})), "-"),
    (Reach(actions=frozenset()), "-"),
    (Reach(ecosystems=frozenset({"box"})), "y"),
    (Reach(ecosystems=frozenset({"pypi"})), "-"),
    (Reach(ecosystems=frozenset()), "-"),
    (Reach(projects=frozenset({PARCEL})), "y"),
    (Reach(projects=frozenset({ProjectId("pypi", "parcel")})), "-"),
    (Reach(projects=frozenset()), "-"),
    (Reach(ecosystems=frozenset({"pypi"}), projects=frozenset({PARCEL})), "-"),
]


@pytest.mark.parametrize(("reach", "answer"), REACHES)
def test_a_credential_reaches_no_further_than_its_limits(reach: Reach, answer: str) -> None:
    owner = replace(PERSON, reach=reach)
    assert answered(owner, Action.UPLOAD, exists=True, role=Role.OWNER) == answer


@pytest.mark.parametrize(
    ("named", "actions", "stages_alone"),
    [
        (None, {Action.UPLOAD, Action.STAGE, Action.CANCEL}, False),
        ({Action.UPLOAD}, {Action.UPLOAD, Action.STAGE, Action.CANCEL}, False),
        ({Action.STAGE}, {Action.STAGE, Action.CANCEL}, True),
        ({Action.CANCEL}, {Action.CANCEL}, False),
        ({Action.YANK}, set(), False),
        ({Action.STAGE, Action.UPLOAD}, {Action.UPLOAD, Action.STAGE, Action.CANCEL}, False),
    ],
)
def test_a_credential_that_publishes_stages_and_not_the_other_way(
    named: set[Action] | None, actions: set[Action], stages_alone: bool
) -> None:
    reach = Reach(actions=None if named is None else frozenset(named))
    token = replace(TOKEN, reach=reach)
    may = {
        action
        for action in (Action.UPLOAD, Action.STAGE, Action.CANCEL)
        if answered(token, action, exists=True, role=Role.OWNER) == "y"
    }
    assert (may, only_stages(token)) == (actions, stages_alone)


@pytest.mark.parametrize("actor", [TOKEN, OPERATOR])
def test_an_approval_takes_a_person_who_is_there(actor: Actor) -> None:
    with pytest.raises(ForbiddenError) as caught:
        permit(actor, Action.APPROVE, PARCEL, OWNED)
    assert caught.value.code == "person-needed"


@pytest.mark.parametrize("action", [Action.APPOINT, Action.TRUST])
def test_only_a_token_made_for_it_sets_up_what_outlives_it(action: Action) -> None:
    named = replace(TOKEN, reach=Reach(actions=frozenset({action})))
    permit(named, action, PARCEL, OWNED)
    with pytest.raises(ForbiddenError) as caught:
        permit(TOKEN, action, PARCEL, OWNED)
    assert caught.value.code == "token-not-for-this"


MANAGED = replace(OWNED, roles=frozenset({Role.MANAGER}))


@pytest.mark.parametrize(
    ("actor", "case", "roles", "to_self", "may"),
    [
        (PERSON, OWNED, {Role.OWNER}, True, True),
        (PERSON, MANAGED, {Role.PUBLISHER}, False, True),
        (PERSON, MANAGED, {Role.PUBLISHER}, True, False),
        (PERSON, MANAGED, {Role.PUBLISHER, Role.OWNER}, False, False),
        (OPERATOR, replace(OWNED, roles=frozenset()), {Role.OWNER}, False, True),
    ],
)
def test_a_manager_makes_no_owner_and_nothing_of_themself(
    actor: Actor, case: Case, roles: set[Role], *, to_self: bool, may: bool
) -> None:
    if may:
        may_appoint(actor, case, roles, to_self=to_self)
    else:
        with pytest.raises(ForbiddenError) as caught:
            may_appoint(actor, case, roles, to_self=to_self)
        assert caught.value.code == "manager-limits"


def test_even_an_administrators_credential_has_limits() -> None:
    limited = replace(ADMIN, reach=Reach(actions=frozenset({Action.UPLOAD})))
    assert answered(limited, Action.QUARANTINE, exists=True, role=None) == "-"


def test_a_credential_that_does_not_reach_learns_nothing_of_the_project() -> None:
    told = set()
    for column in COLUMNS:
        with pytest.raises(ForbiddenError) as caught:
            permit(FAR, Action.UPLOAD, PARCEL, replace(_case(*column), critical=True))
        told.add((caught.value.code, str(caught.value)))
    assert len(told) == 1


def test_a_refusal_says_whom_to_ask() -> None:
    for action, remedy in (
        (Action.YANK, "Ask an owner of the project."),
        (Action.QUARANTINE, "Ask an administrator."),
        (Action.LOOSEN, "Ask an administrator."),
        (Action.PIN, "Ask an administrator."),
    ):
        with pytest.raises(ForbiddenError) as caught:
            permit(PERSON, action, PARCEL, replace(OWNED, roles=frozenset()))
        assert (caught.value.code, caught.value.remedy) == ("role-missing", remedy)


@pytest.mark.parametrize(
    ("actor", "may"),
    [
        (OPERATOR, True),
        (REGISTRY, True),
        (ADMIN, True),
        (replace(ADMIN, reach=Reach(projects=frozenset())), False),
        (PERSON, False),
        (NOBODY, False),
    ],
)
def test_only_administrators_whose_credential_has_no_limits_look_after_the_registry(
    actor: Actor, *, may: bool
) -> None:
    if may:
        oversee(actor)
    else:
        with pytest.raises(ForbiddenError):
            oversee(actor)


ACTS = (Action.UPLOAD, Action.YANK, Action.CONFIGURE, Action.REMOVE)


@pytest.mark.parametrize("action", ACTS)
@pytest.mark.parametrize("credential", ["session", "token 41"])
@pytest.mark.parametrize(
    ("shown", "ordinary", "critical"),
    [
        (Assurance.SINGLE_FACTOR, "mfa-needed", "mfa-needed"),
        (Assurance.MULTI_FACTOR, "", "webauthn-needed"),
        (Assurance.PHISHING_RESISTANT, "", ""),
    ],
)
def test_what_must_be_proved_goes_by_how_critical_the_project_is(
    action: Action, credential: str, shown: Assurance, ordinary: str, critical: str
) -> None:
    actor = replace(PERSON, credential=credential, assurance=shown)
    assert [_code(actor, action, case) for case in (OWNED, CRITICAL)] == [ordinary, critical]


def _code(actor: Actor, action: Action, case: Case) -> str:
    try:
        permit(actor, action, PARCEL, case)
    except ForbiddenError as refused:
        return refused.code
    return ""


def test_an_administrator_too_needs_more_for_a_critical_project() -> None:
    admin = replace(ADMIN, assurance=Assurance.MULTI_FACTOR)
    stranger = replace(CRITICAL, roles=frozenset())
    assert _code(admin, Action.YANK, stranger) == "webauthn-needed"
    assert _code(admin, Action.PIN, stranger) == "webauthn-needed"


def test_who_has_no_role_in_a_critical_project_is_not_sent_for_a_key() -> None:
    stranger = replace(PERSON, assurance=Assurance.MULTI_FACTOR)
    assert _code(stranger, Action.YANK, replace(CRITICAL, roles=frozenset())) == "role-missing"


def test_the_operator_changes_critical_projects_by_the_machines_own_word() -> None:
    assert _code(OPERATOR, Action.YANK, CRITICAL) == ""


@pytest.mark.parametrize(
    ("actor", "code"),
    [
        (replace(PERSON, proved_at=NOW), ""),
        (replace(PERSON, proved_at=NOW - FRESH_FOR), ""),
        (replace(PERSON, proved_at=NOW - FRESH_FOR - timedelta(seconds=1)), "proof-too-old"),
        (PERSON, "proof-too-old"),
        (
            replace(PERSON, proved_at=NOW, assurance=Assurance.MULTI_FACTOR),
            "webauthn-needed",
        ),
        (TOKEN, "person-needed"),
        (OPERATOR, ""),
    ],
)
def test_a_confirmation_is_a_key_that_was_shown_just_now(actor: Actor, code: str) -> None:
    told = ""
    try:
        confirmed(actor, NOW)
    except ForbiddenError as refused:
        told = refused.code
    assert told == code
