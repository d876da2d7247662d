"""The one rule, as a table that was written by hand: who may do what, and who may not."""

from dataclasses import replace

import pytest

from strongroom.core.actors import NOBODY, OPERATOR, REGISTRY, Action, Actor, Reach
from strongroom.core.coordinates import ProjectId
from strongroom.core.errors import ForbiddenError, UnauthenticatedError
from strongroom.people.access.roles import Role
from strongroom.people.access.rules import permit

PARCEL = ProjectId("box", "parcel")
PERSON = Actor("person", "alice", "session", user_id=1)
ADMIN = Actor("person", "root", "session", user_id=2, admin=True)
TOKEN = Actor("person", "alice", "token 41", user_id=1, reach=Reach(projects=frozenset({PARCEL})))
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

# Columns: no project; a project and no role in it; as its maintainer; as its owner.
# y: may. -: may not. 401: must say who they are.
TABLE = """
nobody    upload      401 401 401 401
nobody    yank        401 401 401 401
nobody    configure   401 401 401 401
nobody    quarantine  401 401 401 401
nobody    appoint     401 401 401 401
nobody    remove      401 401 401 401
person    upload      y   -   y   y
person    yank        -   -   y   y
person    configure   -   -   -   y
person    quarantine  -   -   -   -
person    appoint     -   -   -   y
person    remove      -   -   -   y
token     upload      y   -   y   y
token     yank        -   -   y   y
token     configure   -   -   -   y
token     quarantine  -   -   -   -
token     appoint     -   -   -   y
token     remove      -   -   -   y
far       upload      -   -   -   -
far       yank        -   -   -   -
far       configure   -   -   -   -
far       quarantine  -   -   -   -
far       appoint     -   -   -   -
far       remove      -   -   -   -
admin     upload      y   -   y   y
admin     yank        y   y   y   y
admin     configure   y   y   y   y
admin     quarantine  y   y   y   y
admin     appoint     y   y   y   y
admin     remove      y   y   y   y
operator  upload      -   -   y   y
operator  yank        y   y   y   y
operator  configure   y   y   y   y
operator  quarantine  y   y   y   y
operator  appoint     y   y   y   y
operator  remove      y   y   y   y
registry  upload      -   -   y   y
registry  yank        y   y   y   y
registry  configure   y   y   y   y
registry  quarantine  y   y   y   y
registry  appoint     y   y   y   y
registry  remove      y   y   y   y
"""
COLUMNS = ((False, None), (True, None), (True, Role.MAINTAINER), (True, Role.OWNER))
ROWS = [line.split() for line in TABLE.strip().splitlines()]
CASES = [
    pytest.param(
        ACTORS[who], Action(what), exists, role, answer, id=f"{who}-{what}-{exists}-{role}"
    )
    for who, what, *answers in ROWS
    for (exists, role), answer in zip(COLUMNS, answers, strict=True)
]


def answered(actor: Actor, action: Action, *, exists: bool, role: Role | None) -> str:
    try:
        permit(actor, action, PARCEL, exists=exists, role=role)
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


def test_even_an_administrators_credential_has_limits() -> None:
    limited = replace(ADMIN, reach=Reach(actions=frozenset({Action.UPLOAD})))
    assert answered(limited, Action.QUARANTINE, exists=True, role=None) == "-"


def test_a_credential_that_does_not_reach_learns_nothing_of_the_project() -> None:
    told = set()
    for exists, role in COLUMNS:
        with pytest.raises(ForbiddenError) as caught:
            permit(FAR, Action.UPLOAD, PARCEL, exists=exists, role=role)
        told.add((caught.value.code, str(caught.value)))
    assert len(told) == 1


def test_a_refusal_says_whom_to_ask() -> None:
    for action, remedy in (
        (Action.YANK, "Ask an owner of the project."),
        (Action.QUARANTINE, "Ask an administrator."),
    ):
        with pytest.raises(ForbiddenError) as caught:
            permit(PERSON, action, PARCEL, exists=True, role=None)
        assert (caught.value.code, caught.value.remedy) == ("role-missing", remedy)
