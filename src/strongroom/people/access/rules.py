"""May this actor do this? One pure function for every door and every credential.

Deny by default. The order of the questions matters: a credential that does not reach a project
learns nothing about that project, and neither does one whose person has shown a single factor.
"""

from strongroom.core.actors import EVERYWHERE, NOBODY, SESSION, Action, Actor, Assurance
from strongroom.core.coordinates import ProjectId
from strongroom.core.errors import AssuranceError, ForbiddenError, UnauthenticatedError
from strongroom.people.access.roles import Role

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
    }
)
_BY_ADMINS_ALONE = frozenset({Action.QUARANTINE, Action.LOOSEN})
_NEW_NAMES = frozenset({Action.UPLOAD, Action.STAGE})
# A token stolen from a build server approves nothing, and neither does a script at the shell.
_IN_PERSON = frozenset({Action.APPROVE})
# Whoever may publish may do less: put the same files into a stage first.
_CONTAINED: dict[Action, frozenset[Action]] = {
    Action.STAGE: frozenset({Action.STAGE, Action.UPLOAD}),
    Action.CANCEL: frozenset({Action.CANCEL, Action.STAGE, Action.UPLOAD}),
}


def permit(
    actor: Actor, action: Action, project: ProjectId, *, exists: bool, role: Role | None
) -> None:
    """Return if the actor may, else raise UnauthenticatedError or ForbiddenError.

    `role` is the actor's own in the project; `exists` says whether the project does.
    """
    if actor == NOBODY:
        raise UnauthenticatedError(
            "credential-missing",
            "This needs a token.",
            "Give `__token__` as the user name and a token as the password.",
        )
    _reaches(actor, action, project)
    proven(actor, Assurance.MULTI_FACTOR)
    if action in _IN_PERSON and actor.credential != SESSION:
        raise ForbiddenError(
            "person-needed",
            f"To {action} takes a person who is signed in.",
            "Sign in and open the page of the stage.",
        )
    if action in _NEW_NAMES and not exists and actor.user_id is not None:
        return
    if actor.admin and action in _BY_ADMINS:
        return
    if role is None or role not in _MAY.get(action, frozenset()):
        raise ForbiddenError(
            "role-missing",
            f"{actor.name} may not {action} {project.key}.",
            "Ask an administrator."
            if action in _BY_ADMINS_ALONE
            else "Ask an owner of the project.",
        )


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


def proven(actor: Actor, needed: Assurance) -> None:
    """Return if a person has proved well enough who they are, else raise AssuranceError.

    The operator at the machine's own shell and the registry itself are nobody's account.
    """
    if actor.user_id is not None and actor.assurance < needed:
        code, what = _NEEDS[needed]
        raise AssuranceError(
            code,
            f"{actor.name} needs {what} for this.",
            "Sign in to the registry's pages and add one under Account, Security.",
            needed=needed,
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
