"""Projects without an owner: locked to everybody, until two administrators give one to somebody.

Whoever could claim such a name would be trusted by all who still ask for it: pods without owners
were anybody's for ten years (CVE-2024-38368).
"""

from django.db import transaction

from strongroom.core.actors import Action, Actor
from strongroom.core.coordinates import ProjectId
from strongroom.core.errors import ConflictError
from strongroom.core.events import Kind
from strongroom.packages.catalog.acts import about, may, tell
from strongroom.packages.catalog.desk import Desk
from strongroom.packages.catalog.listing import find_project, lock_project
from strongroom.people.access.grants import grant, owners
from strongroom.people.access.roles import Role
from strongroom.people.accounts.notices import Happening, note
from strongroom.people.accounts.users import find_user
from strongroom.people.models import Proposal
from strongroom.people.oversight import proposals
from strongroom.people.oversight.acting import leave
from strongroom.people.publishers.register import clear
from strongroom.people.recovery.office import Office
from strongroom.proof.ledger.events import record


def propose(office: Office, actor: Actor, project: ProjectId, to: str, why: str) -> Proposal:
    """Propose that a project without an owner gets one."""
    leave(office, actor)  # one administrator alone appoints nobody, and only proposes it
    find_project(project)
    _ownerless(project)
    facts = {"to": find_user(to).username, "reason": why}
    subject = f"{project.ecosystem} {project.key}"
    return proposals.propose(office, actor, proposals.Kind.TRANSFER_PROJECT, subject, facts)


def entrust(desk: Desk, row: Proposal, by: Actor) -> None:
    """Give a project that has no owner to the person of a confirmed proposal.

    The proposal's transaction is the caller's; pages follow once it is committed.
    """
    ecosystem, _, key = row.subject.partition(" ")
    project = ProjectId(ecosystem, key)
    held = lock_project(project)
    may(by, Action.APPOINT, held)
    _ownerless(project)
    user = find_user(row.facts["to"])
    gone = clear(project, by)
    grant(user.pk, project, Role.OWNER, desk.clock)
    told = Happening(Kind.ROLE_GRANTED, user.pk, {"role": Role.OWNER, "project": key})
    note(told, by, desk.clock)
    facts = {"user": user.username, "role": Role.OWNER}
    recorded = tell(desk, held, about(by, Kind.ROLE_GRANTED, project, facts))
    for one in gone:
        record(one, desk.clock)
    transaction.on_commit(lambda: desk.react([recorded]))


def _ownerless(project: ProjectId) -> None:
    if owners(project, besides=0):
        raise ConflictError(
            "project-owned", f"{project.key} has an owner.", "Its owner gives and takes roles."
        )
