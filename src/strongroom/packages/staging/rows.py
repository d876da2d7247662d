"""Finding a stage, holding it for a change, and who may do what with it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from strongroom.core.actors import Action, Actor
from strongroom.core.coordinates import ProjectId
from strongroom.core.errors import ForbiddenError, NotFoundError
from strongroom.core.events import Event, Kind
from strongroom.packages.catalog.acts import case_of
from strongroom.packages.models import Project, Stage, StagedFile
from strongroom.packages.publishing.commit import hold
from strongroom.packages.publishing.trusted import acts_by, most
from strongroom.packages.staging import content
from strongroom.packages.staging.states import ENDED, FileState, State
from strongroom.people.access.grants import user_of
from strongroom.people.access.roles import Role
from strongroom.people.access.rules import Case, only_stages, permit
from strongroom.people.publishers.register import of_project


def find(handle: str) -> Stage:
    """Return the row of a stage; raises NotFoundError."""
    row = Stage.objects.select_related("opener", "publisher").filter(handle=handle).first()
    if row is None:
        raise no_such_stage()
    return row


def no_such_stage() -> NotFoundError:
    """Say that there is no such stage, or none that this reader may know of."""
    return NotFoundError(
        "no-such-stage",
        "There is no such stage here, or it ended long ago.",
        "Open another one.",
    )


def find_file(handle: str) -> StagedFile:
    """Return the row of a file of a stage; raises NotFoundError."""
    rows = StagedFile.objects.select_related(
        "stage", "stage__opener", "stage__publisher", "uploader", "publisher"
    )
    row = rows.filter(handle=handle).first()
    if row is None:
        raise NotFoundError(
            "no-such-staged-file", "There is no such file in a stage here.", "Stage it again."
        )
    return row


def held(stage: Stage) -> Stage:
    """Hold a stage and the name of its project until the transaction ends; returns it as it is now.

    The turn of the name first, then the project, then the stage: the order of everybody.
    """
    hold(project_of(stage), stage.similar)
    row = Stage.objects.select_for_update(no_key=True).filter(pk=stage.pk).first()
    if row is None:
        raise no_such_stage()  # forgotten since it was found
    return row


def allow(actor: Actor, action: Action, stage: Stage) -> None:
    """Raise unless the actor may do this with a stage, as things stand now.

    Before the project exists, its name is held for whoever opened the stage, as an owner holds it
    (PEP 694, "Create a Publishing Session").
    """
    row = project_row(stage)
    mine = acts_by(actor, of_project(project_of(stage)), exists=row is not None)
    if most(action, mine) is not action:
        raise ForbiddenError(
            "publisher-only-stages",
            "This trusted publisher only stages: a person publishes what it put here.",
            "Open the page of the stage.",
        )
    if row is not None:
        case = case_of(actor, row)
    else:
        own = _is_opener(actor, stage)
        roles = frozenset({Role.OWNER}) if own else frozenset[Role]()
        case = Case(exists=True, roles=roles, critical=False)
    permit(actor, action, project_of(stage), case)


def _is_opener(actor: Actor, stage: Stage) -> bool:
    """Say whether an actor opened a stage, or the program that waits for its name on their behalf.

    Of those who are nobody's account none is like another.
    """
    if stage.publisher is not None:
        makes = actor.user_id is not None and actor.user_id == stage.publisher.maker_id
        return makes or stage.publisher.pk in actor.publishers
    return actor.user_id is not None and actor.user_id == stage.opener_id


@dataclass(frozen=True, slots=True)
class By:
    """Who acts, as columns say it: a person, or a program and by which publisher.

    `only_stages`: by a credential that publishes nothing here.
    """

    person: int | None
    only_stages: bool
    publisher: int | None = None
    program: str = ""


def whose(actor: Actor, project: ProjectId) -> By:
    """Return who acts; raises ForbiddenError for nobody's account that is no program."""
    if not actor.publishers:
        return By(user_of(actor), only_stages(actor))
    ours = [one for one in of_project(project) if one.id in actor.publishers]
    stages = only_stages(actor) or all(one.stages_only for one in ours)
    return By(None, stages, min((one.id for one in ours), default=None), actor.name)


def opened_by(stage: Stage) -> str:
    """Return the name of whoever opened a stage."""
    return stage.opener.username if stage.opener is not None else stage.program


def project_of(stage: Stage) -> ProjectId:
    """Return the project for which a stage is, whether it exists or not."""
    return ProjectId(stage.ecosystem, stage.project)


def project_row(stage: Stage) -> Project | None:
    """Return the row of the project, or None while its name is only reserved."""
    return find_project_row(project_of(stage))


def find_project_row(project: ProjectId) -> Project | None:
    """Return the row of a project if there is one."""
    return Project.objects.filter(ecosystem=project.ecosystem, key=project.key).first()


def state_of(stage: Stage, now: datetime) -> State:
    """Return where a stage stands; one whose time is over has expired, told of already or not."""
    state = State(stage.state)
    return State.EXPIRED if state not in ENDED and stage.expires_at <= now else state


def files_of(stage: Stage) -> list[StagedFile]:
    """Return the files that are in a stage, in order of their names."""
    rows = stage.files.exclude(state=FileState.CANCELLED).select_related("uploader", "publisher")
    return list(rows.order_by("filename"))


def uploaders_of(stage: Stage) -> frozenset[int]:
    """Return everybody who ever put a file into a stage, also one that was taken out since."""
    people = stage.files.exclude(uploader=None)
    return frozenset(people.values_list("uploader_id", flat=True))


def content_of(files: Iterable[StagedFile]) -> str:
    """Return the digest of what people approve."""
    return content.digest_of((file.filename, file.sha256) for file in files)


def about(stage: Stage, kind: Kind, actor: Actor, facts: Mapping[str, object]) -> Event:
    """Return an event about a stage."""
    return Event(
        kind=kind,
        actor=actor.name,
        credential=actor.credential,
        project=project_of(stage),
        version=stage.version_display,
        facts={"stage": stage.handle, **facts},
    )
