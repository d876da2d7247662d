"""May this actor do this? One pure function for every door and every credential.

Deny by default. The order of the questions matters: a credential that does not reach a project
learns nothing about that project, and neither does one whose person has shown a single factor. Who
has a role in a critical project is asked for more last, so that nobody enrols a key for nothing.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from strongroom.core.actors import EVERYWHERE, NOBODY, SESSION, Action, Actor, Assurance
from strongroom.core.coordinates import ProjectId
from strongroom.core.errors import AssuranceError, ForbiddenError, UnauthenticatedError
from strongroom.people.access.roles import Role

FRESH_FOR = timedelta(minutes=5)  # what has been shown since then counts as shown just now

_EVERY_ROLE = frozenset(Role)
_NEEDS = {
    Assurance.MULTI_FACTOR: ("mfa-needed", "a second factor"),
    Assurance.PHISHING_RESISTANT: ("webauthn-needed", "a security key or passkey"),
}
_MAY: dict[Action, frozenset[Role]] = {
    Action.UPLOAD: _EVERY_ROLE,
    Action.STAGE: _EVERY_ROLE,
    Action.CANCEL: _EVERY_ROLE,
    Action.APPROVE: _EVERY_ROLE,
    Action.YANK: _EVERY_ROLE,
    Action.CONFIGURE: frozenset({Role.OWNER}),
    Action.QUARANTINE: frozenset(),
    Action.APPOINT: frozenset({Role.OWNER}),
    Action.REMOVE: frozenset({Role.OWNER}),
    Action.LOOSEN: frozenset(),
    Action.PIN: frozenset(),
}
_BY_ADMINS = frozenset(
    {
        Action.CANCEL,
        Action.YANK,
        Action.CONFIGURE,
        Action.QUARANTINE,
        Action.APPOINT,
        Action.REMOVE,
        Action.LOOSEN,
        Action.PIN,
    }
)
_BY_ADMINS_ALONE = frozenset({Action.QUARANTINE, Action.LOOSEN, Action.PIN})
_NEW_NAMES = frozenset({Action.UPLOAD, Action.STAGE})
# A token stolen from a build server approves nothing, and neither does a script at the shell.
_IN_PERSON = frozenset({Action.APPROVE})
# Whoever may publish may do less: put the same files into a stage first.
_CONTAINED: dict[Action, frozenset[Action]] = {
    Action.STAGE: frozenset({Action.STAGE, Action.UPLOAD}),
    Action.CANCEL: frozenset({Action.CANCEL, Action.STAGE, Action.UPLOAD}),
}


@dataclass(frozen=True, slots=True)
class Case:
    """What the rule is told besides who wants to do what: how the rows stand.

    `role` is the actor's own in the project; `exists` says whether the project does, and `critical`
    whether so much depends on it that a factor which can be phished is not enough.
    """

    exists: bool
    role: Role | None
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
    if action in _IN_PERSON and actor.credential != SESSION:
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


def _by_role(actor: Actor, action: Action, case: Case) -> bool:
    if action in _NEW_NAMES and not case.exists and actor.user_id is not None:
        return True
    if actor.admin and action in _BY_ADMINS:
        return True
    return case.role is not None and case.role in _MAY.get(action, frozenset())


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


def confirmed(actor: Actor, now: datetime) -> None:
    """Return if a person is there who has just shown a security key, else raise.

    What a stolen session, or a token, could do alone is worth nothing where this is asked.
    """
    if actor.user_id is None:
        return
    if actor.credential != SESSION:
        raise _person_needed("To confirm")
    proven(actor, Assurance.PHISHING_RESISTANT)
    if actor.proved_at is None or actor.proved_at < now - FRESH_FOR:
        raise AssuranceError(
            "proof-too-old",
            f"{actor.name} has shown no security key or passkey in the last"
            f" {FRESH_FOR // timedelta(minutes=1)} minutes.",
            "Show it once more, and do it again.",
            needed=Assurance.PHISHING_RESISTANT,
        )


def _person_needed(what: str) -> ForbiddenError:
    return ForbiddenError(
        "person-needed",
        f"{what} takes a person who is signed in.",
        "Sign in and open the page of the stage.",
    )


def only_stages(actor: Actor) -> bool:
    """Say whether a credential may put files into stages, and publish nothing by itself."""
    actions = actor.reach.actions
    return actions is not None and Action.STAGE in actions and Action.UPLOAD not in actions


def _reaches(actor: Actor, action: Action, project: ProjectId) -> None:
    reach = actor.reach
    wanted = _CONTAINED.get(action, frozenset({action}))
    if reach.actions is not None and wanted.isdisjoint(reach.actions):
        raise ForbiddenError(
            "token-out-of-scope",
            f"This token is not for the action {action}.",
            "Use a token whose scope has it.",
        )
    if (reach.ecosystems is not None and project.ecosystem not in reach.ecosystems) or (
        reach.projects is not None and project not in reach.projects
    ):
        raise ForbiddenError(
            "token-out-of-scope",
            f"This token is not for the project {project.key}.",
            "Use a token whose scope has it.",
        )
