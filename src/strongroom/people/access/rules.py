"""May this actor do this? One pure function for every door and every credential.

Deny by default. The order of the questions matters: a credential that does not reach a project
learns nothing about that project.
"""

from strongroom.core.actors import NOBODY, Action, Actor
from strongroom.core.coordinates import ProjectId
from strongroom.core.errors import ForbiddenError, UnauthenticatedError
from strongroom.people.access.roles import Role

_MAY: dict[Action, frozenset[Role]] = {
    Action.UPLOAD: frozenset({Role.OWNER, Role.MAINTAINER}),
    Action.YANK: frozenset({Role.OWNER, Role.MAINTAINER}),
    Action.CONFIGURE: frozenset({Role.OWNER}),
    Action.QUARANTINE: frozenset(),
    Action.APPOINT: frozenset({Role.OWNER}),
    Action.REMOVE: frozenset({Role.OWNER}),
}
_BY_ADMINS = frozenset(Action) - {Action.UPLOAD}


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
    if action is Action.UPLOAD and not exists and actor.user_id is not None:
        return
    if actor.admin and action in _BY_ADMINS:
        return
    if role is None or role not in _MAY.get(action, frozenset()):
        raise ForbiddenError(
            "role-missing",
            f"{actor.name} may not {action} {project.key}.",
            "Ask an owner of the project."
            if action is not Action.QUARANTINE
            else "Ask an administrator.",
        )


def _reaches(actor: Actor, action: Action, project: ProjectId) -> None:
    reach = actor.reach
    if reach.actions is not None and action not in reach.actions:
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
