"""Leaving an organisation, or being dismissed: what one is in its projects by oneself ends too.

Who had left an organisation kept roles in its projects elsewhere, and published (PyPI, until 2025).
"""

from collections.abc import Callable

from django.db import transaction

from strongroom.core.actors import Actor
from strongroom.core.events import Kind, Recorded
from strongroom.packages.catalog.acts import about, id_of, tell
from strongroom.packages.catalog.desk import Desk
from strongroom.packages.catalog.listing import lock_project
from strongroom.packages.catalog.trust import forsaken
from strongroom.packages.models import Project
from strongroom.people.access.grants import granted, own_within, take
from strongroom.people.accounts.notices import Happening, note
from strongroom.people.accounts.users import ACCOUNTS, find_user
from strongroom.people.models import User
from strongroom.people.organisations import members
from strongroom.people.organisations.acts import find
from strongroom.people.publishers.register import hold
from strongroom.proof.ledger.events import record
from strongroom.proof.ledger.turns import take_turn


def expel(desk: Desk, actor: Actor, organisation: str, user_name: str) -> bool:
    """Take somebody out of an organisation, its teams and projects; returns if they were in."""
    user = find_user(user_name, closed=True)
    return _ended(
        desk,
        actor,
        organisation,
        user,
        lambda: members.dismiss(actor, organisation, user_name, desk.clock),
    )


def leave(desk: Desk, actor: Actor, organisation: str) -> None:
    """Leave an organisation, its teams and its projects."""
    user = find_user(actor.name)

    def gone() -> bool:
        members.leave(actor, organisation, desk.clock)
        return True

    _ended(desk, actor, organisation, user, gone)


def _ended(
    desk: Desk, actor: Actor, organisation: str, user: User, gone: Callable[[], bool]
) -> bool:
    with transaction.atomic():
        take_turn(ACCOUNTS)
        projects = own_within(user.pk, find(organisation).pk)
        # All rows are locked before the first event is recorded.
        rows = [lock_project(one) for one in projects]
        hold(user.pk)
        if not gone():
            return False
        news = [_without(desk, actor, row, user) for row in rows]
        for one in forsaken(actor, user.pk):
            record(one, desk.clock)
    desk.react(news)
    return True


def _without(desk: Desk, actor: Actor, row: Project, user: User) -> Recorded:
    project = id_of(row)
    role = granted(user.pk, project)
    take(user.pk, project)
    facts = {"user": user.username, "role": role}
    note(Happening(Kind.ROLE_TAKEN, user.pk, {"role": role, "project": row.key}), actor, desk.clock)
    return tell(desk, row, about(actor, Kind.ROLE_TAKEN, project, facts))
