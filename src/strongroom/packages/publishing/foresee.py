"""Before a byte of the body is read: what cannot be published whatever it turns out to be.

The client says how long the request is. If even the least that its file can have is too much, it is
told at once and not after it has sent gigabytes. All that is let pass is judged again in the end.
"""

from strongroom.core.actors import Actor
from strongroom.packages.catalog.desk import Desk
from strongroom.packages.catalog.quotas import Subject, of_project, of_user, standings, within
from strongroom.packages.publishing.receive import too_large
from strongroom.people.oversight.switches import Name, refuse_off


def foresee(actor: Actor, at_least: int, desk: Desk) -> None:
    """Raise what stands against a file of `at_least` so many bytes before one of them is read."""
    refuse_off(Name.UPLOADS)
    if at_least > desk.limits.max_file_bytes:
        raise too_large(desk.limits.max_file_bytes)
    if at_least > 0:
        within(standings(desk.limits, _known(actor)), at_least)


def _known(actor: Actor) -> tuple[Subject, ...]:
    """Return whose room it will take, as far as the credential alone tells."""
    projects = actor.reach.projects or ()
    only = tuple(of_project(one) for one in projects) if len(projects) == 1 else ()
    return (*only, of_user(actor.name))
