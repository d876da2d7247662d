"""Uploads and trusted publishers: by which of them a program acts, and who may not beside them.

The rows of publishers are read with the ground and judged here; nothing here writes.
"""

from collections.abc import Iterable

from strongroom.core.actors import IMPORT, Action, Actor, Assurance
from strongroom.core.errors import ConflictError, ForbiddenError
from strongroom.people.accounts.addresses import verified
from strongroom.people.accounts.factors import ability
from strongroom.people.models import User
from strongroom.people.publishers.beside import token_of
from strongroom.people.publishers.register import Known


def acts_by(actor: Actor, known: Iterable[Known], *, exists: bool) -> tuple[Known, ...]:
    """Return the publishers of a project, or of a free name, by which an actor acts."""
    return tuple(one for one in known if one.id in actor.publishers and one.pending is not exists)


def most(action: Action, mine: Iterable[Known]) -> Action:
    """Return what is left of an action where a program's publishers let it only stage."""
    ours = tuple(mine)
    only = bool(ours) and all(one.stages_only for one in ours)
    return Action.STAGE if only and action is Action.UPLOAD else action


def refuse_person(actor: Actor, name: str) -> None:
    """Refuse a person where trusted publishers alone publish; the operator's import may."""
    if actor.publishers or actor.credential == IMPORT:
        return
    raise ForbiddenError(
        "trusted-publishing-only",
        f"Only trusted publishers publish {name}, and no person's token.",
        "Publish from its workflow, or have an owner let people's tokens publish again.",
    )


def warns(actor: Actor, known: Iterable[Known]) -> bool:
    """Say whether a person's token is used though the project has a publisher."""
    return token_of(actor) is not None and any(not one.pending for one in known)


def heir(mine: Iterable[Known]) -> User:
    """Return who becomes the owner of a project that a program makes; raises where nobody may."""
    makers = {one.maker for one in mine}
    if len(makers) != 1:
        raise ConflictError(
            "publishers-disagree",
            "Several people wait for this name by the same workflow.",
            "Publish the first release with a token, and add the trusted publisher then.",
        )
    user = User.objects.filter(pk=makers.pop() or 0, is_active=True, closes_at=None).first()
    if user is None or not verified(user.pk) or ability(user.pk) < Assurance.MULTI_FACTOR:
        raise ForbiddenError(
            "publisher-without-maker",
            "Whoever set this trusted publisher up may not make projects any more.",
            "They verify an address and add a second factor, or somebody else sets it up.",
        )
    return user
