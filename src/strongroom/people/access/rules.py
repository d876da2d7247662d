"""May this actor do this? One pure function for every door and every credential.

Deny by default. The order of the questions matters: a credential that does not reach a project
learns nothing about that project, and neither does one whose person has shown a single factor. Who
has a role in a critical project is asked for more last, so that nobody enrols a key for nothing.
"""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime, timedelta

from strongroom.core.actors import EVERYWHERE, NOBODY, SESSION, Action, Actor, Assurance, Reach
from strongroom.core.coordinates import ProjectId
from strongroom.core.errors import AssuranceError, ForbiddenError, UnauthenticatedError
from strongroom.people.access.roles import POWERS, PUBLISHING, Power, Rank, Role

FRESH_FOR = timedelta(minutes=5)  # what has been shown since then counts as shown just now

_EVERY_ROLE = frozenset(Role)
_OWNER = frozenset({Role.OWNER})
_NEEDS = {
    Assurance.MULTI_FACTOR: ("mfa-needed", "a second factor"),
    Assurance.PHISHING_RESISTANT: ("webauthn-needed", "a security key or passkey"),
}
_MAY: dict[Action, frozenset[Role]] = {
    Action.READ: _EVERY_ROLE,
    Action.UPLOAD: PUBLISHING,
    Action.STAGE: PUBLISHING,
    Action.CANCEL: PUBLISHING,
    Action.APPROVE: PUBLISHING,
    Action.YANK: PUBLISHING | {Role.TRIAGER},
    Action.CONFIGURE: _OWNER,
    Action.APPOINT: _OWNER | {Role.MANAGER},
    Action.TRUST: _OWNER,
    Action.TRANSFER: _OWNER,
    Action.REMOVE: _OWNER,
    Action.QUARANTINE: frozenset(),
    Action.LOOSEN: frozenset(),
    Action.PIN: frozenset(),
}
_BY_ADMINS = frozenset(
    {
        Action.READ,
        Action.CANCEL,
        Action.YANK,
        Action.CONFIGURE,
        Action.QUARANTINE,
        Action.APPOINT,
        Action.TRUST,
        Action.TRANSFER,
        Action.REMOVE,
        Action.LOOSEN,
        Action.PIN,
    }
)
_BY_ADMINS_ALONE = frozenset({Action.QUARANTINE, Action.LOOSEN, Action.PIN})
# What would let one administrator, or a confederate, publish in the name of a project: the operator
# may at the shell, who could write the rows as well, and two administrators by a proposal.
_NOT_BY_ONE_ADMIN = frozenset({Action.APPOINT, Action.TRUST, Action.TRANSFER})
_NEW_NAMES = frozenset({Action.UPLOAD, Action.STAGE})
# A token stolen from a build server approves nothing and gives nothing away; and nobody approves
# by a script at the shell.
_IN_PERSON = frozenset({Action.APPROVE, Action.TRANSFER})
# What would outlive a stolen token is done only by one that was made for it: a thief of a build
# server's would appoint an account of their own, and go on when the token is revoked.
NAMED = frozenset({Action.APPOINT, Action.TRUST})
# Whoever may publish may do less: put the same files into a stage first.
_CONTAINED: dict[Action, frozenset[Action]] = {
    Action.STAGE: frozenset({Action.STAGE, Action.UPLOAD}),
    Action.CANCEL: frozenset({Action.CANCEL, Action.STAGE, Action.UPLOAD}),
}


@dataclass(frozen=True, slots=True)
class Case:
    """What the rule is told besides who wants to do what: how the rows stand.

    `roles` are what the actor is to the project; `exists` says whether the project does, and
    `critical` whether so much depends on it that a factor which can be phished is not enough.
    """

    exists: bool
    roles: AbstractSet[Role]
    critical: bool


def permit(actor: Actor, action: Action, project: ProjectId, case: Case) -> None:
    """Return if the actor may, else raise UnauthenticatedError or ForbiddenError."""
    if actor == NOBODY:
        raise UnauthenticatedError(
            "credential-missing",
            "This needs a token.",
            "Give `__token__` as the user name and a token as the password.",
        )
    _reaches(actor, action, project)
    proven(actor, Assurance.MULTI_FACTOR)
    if action in _IN_PERSON and not _is_there(actor, action):
        raise _person_needed(f"To {action}")
    if not _by_role(actor, action, case):
        raise ForbiddenError(
            "role-missing",
            f"{actor.name} may not {action} {project.key}.",
            "Ask an administrator."
            if action in _BY_ADMINS_ALONE
            else "Ask an owner of the project.",
        )
    if case.critical:
        proven(actor, Assurance.PHISHING_RESISTANT, f"{project.key} is critical: ")


def may_know(actor: Actor, project: ProjectId, case: Case) -> bool:
    """Say whether an actor may be told that a private project is there, whatever they may do to it.

    They are something to it, and what they have shown goes as far as this project. To all others it
    is a name that is not there.
    """
    if actor.user_id is not None and actor.assurance < Assurance.MULTI_FACTOR:
        return False
    return (actor.admin or bool(case.roles)) and _covers(actor.reach, project)


def _covers(reach: Reach, project: ProjectId) -> bool:
    return (reach.ecosystems is None or project.ecosystem in reach.ecosystems) and (
        reach.projects is None or project in reach.projects
    )


def _by_role(actor: Actor, action: Action, case: Case) -> bool:
    if action in _NEW_NAMES and not case.exists and actor.user_id is not None:
        return True
    by_one = actor.user_id is not None and action in _NOT_BY_ONE_ADMIN
    if actor.admin and action in _BY_ADMINS and not by_one:
        return True
    return not case.roles.isdisjoint(_MAY[action])


def _is_there(actor: Actor, action: Action) -> bool:
    return actor.credential == SESSION or (actor.user_id is None and action is Action.TRANSFER)


def may_appoint(actor: Actor, case: Case, roles: AbstractSet[Role], *, to_self: bool) -> None:
    """Return if the actor, who may appoint, may give or take these roles; else ForbiddenError.

    A manager is apart from publishing: they make nobody an owner, and of themselves nothing, or
    they could publish whenever they liked.
    """
    if Role.OWNER in case.roles or (actor.admin and actor.user_id is None):
        return
    if to_self or not appoints(case.roles, roles):
        raise ForbiddenError(
            "manager-limits",
            "A manager neither makes nor dismisses owners, nor gives a role to themself.",
            "Ask an owner of the project.",
        )


def govern(actor: Actor, power: Power, name: str, rank: Rank | None) -> None:
    """Return if the actor, who has this rank in the organisation of a name, may; else raise.

    People alone, signed in, and the operator: no token that leaked gathers confederates, and no
    administrator alone comes to publish what others hold.
    """
    if actor == NOBODY:
        raise UnauthenticatedError("credential-missing", "This needs an account.", "Sign in.")
    if actor.user_id is None and actor.admin:
        return
    in_person(actor, "To look after an organisation")
    if rank not in POWERS[power] and not (power is Power.SEE and actor.admin):
        raise ForbiddenError(
            "rank-missing",
            f"{actor.name} may not {power} {name}.",
            "Ask an owner of the organisation.",
        )


def seats(rank: Rank | None, given: AbstractSet[Rank]) -> bool:
    """Say whether somebody of a rank may give and take these ranks, of others than themself."""
    return rank is Rank.OWNER or (rank is Rank.MANAGER and Rank.OWNER not in given)


def appoints(roles: AbstractSet[Role], given: AbstractSet[Role]) -> bool:
    """Say whether somebody of these roles may give and take those, of others than themself."""
    return Role.OWNER in roles or (Role.MANAGER in roles and Role.OWNER not in given)


def oversee(actor: Actor) -> None:
    """Return if the actor may look after the registry itself, its queue of work, else raise.

    No token may, whoever made it: a token that leaked must not hide what failed.
    """
    if not actor.admin or actor.reach != EVERYWHERE:
        raise ForbiddenError(
            "not-an-administrator",
            f"{actor.name} may not look after this registry.",
            "Ask an administrator.",
        )
    proven(actor, Assurance.MULTI_FACTOR)


def proven(actor: Actor, needed: Assurance, why: str = "") -> None:
    """Return if a person has proved well enough who they are, else raise AssuranceError.

    The operator at the machine's own shell and the registry itself are nobody's account.
    """
    if actor.user_id is not None and actor.assurance < needed:
        code, what = _NEEDS[needed]
        raise AssuranceError(
            code,
            f"{why}{actor.name} needs {what} for this.",
            "Sign in to the registry's pages and add one under Account, Security.",
            needed=needed,
        )


def in_person(actor: Actor, what: str) -> None:
    """Return if a person is signed in with a second factor, else raise; `what`, such as "To leave".

    For what is about the person themself, which no program does in their place.
    """
    if actor.user_id is None or actor.credential != SESSION:
        raise _person_needed(what)
    proven(actor, Assurance.MULTI_FACTOR)


def confirmed(actor: Actor, now: datetime) -> None:
    """Return if a person is there who has just shown a security key, else raise.

    What a stolen session, or a token, could do alone is worth nothing where this is asked.
    """
    if actor.user_id is None:
        return
    if actor.credential != SESSION:
        raise _person_needed("To confirm")
    lately(actor, now, Assurance.PHISHING_RESISTANT)


def lately(actor: Actor, now: datetime, needed: Assurance = Assurance.MULTI_FACTOR) -> None:
    """Return if a person who is signed in has shown so much just now, else raise AssuranceError."""
    proven(actor, needed)
    if actor.proved_at is None or actor.proved_at < now - FRESH_FOR:
        raise AssuranceError(
            "proof-too-old",
            f"{actor.name} has shown no {_NEEDS[needed][1].partition(' ')[2]} in the last"
            f" {FRESH_FOR // timedelta(minutes=1)} minutes.",
            "Show it once more, and do it again.",
            needed=needed,
        )


def _person_needed(what: str) -> ForbiddenError:
    return ForbiddenError(
        "person-needed",
        f"{what} takes a person who is signed in.",
        "Sign in to the registry's pages, and do it there.",
    )


def only_stages(actor: Actor) -> bool:
    """Say whether a credential may put files into stages, and publish nothing by itself."""
    actions = actor.reach.actions
    return actions is not None and Action.STAGE in actions and Action.UPLOAD not in actions


def _reaches(actor: Actor, action: Action, project: ProjectId) -> None:
    reach = actor.reach
    unnamed = reach.actions is None and actor.user_id is not None and actor.credential != SESSION
    if action in NAMED and unnamed:
        raise ForbiddenError(
            "token-not-for-this",
            f"Only a token that was made for the action {action} may do this.",
            f"Make a token whose actions have {action}, or do it on the project's page.",
        )
    wanted = _CONTAINED.get(action, frozenset({action}))
    if reach.actions is not None and wanted.isdisjoint(reach.actions):
        raise ForbiddenError(
            "token-out-of-scope",
            f"This token is not for the action {action}.",
            "Use a token whose scope has it.",
        )
    if not _covers(reach, project):
        raise ForbiddenError(
            "token-out-of-scope",
            f"This token is not for the project {project.key}.",
            "Use a token whose scope has it.",
        )
