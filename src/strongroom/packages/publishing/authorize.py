"""Step 3: whether this actor may publish this file, as the rows stand now.

`facts` reads the rows and `judge` decides; the commit runs both again inside its own transaction,
so that nothing that changed while checks ran can slip through.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from strongroom.core.actors import IMPORT, Action
from strongroom.core.ecosystem import Ecosystem
from strongroom.core.errors import ConflictError, ForbiddenError
from strongroom.packages.catalog.desk import Desk, Limits
from strongroom.packages.catalog.quotas import USER, Standing, standings, subjects_of, within
from strongroom.packages.models import File, Stage, StagedFile, UsedPath
from strongroom.packages.publishing.ground import Ground, is_free, is_open, may_act, survey
from strongroom.packages.publishing.steps import Candidate, Permit
from strongroom.packages.publishing.trusted import acts_by, heir, most, warns
from strongroom.rows.prepared import Read

_used = Read(
    lambda at: UsedPath.objects.filter(
        Q(path=at("filename")) | Q(sha256=at("sha256")), ecosystem=at("ecosystem")
    ).values_list("path", "sha256")
)
# While publication is asked for, and not before, a stage holds the names of its files (PEP 694,
# "Atomic Publication and Conflicts").
_held = Read(
    lambda at: StagedFile.objects.filter(
        filename=at("filename"),
        stage__in=Stage.objects.filter(
            ecosystem=at("ecosystem"),
            ended_at=None,
            expires_at__gt=at("moment"),
            asked_at__isnull=False,
        ).exclude(pk=at("stage")),
    ).values_list("pk")[:1]
)
_published = Read(
    lambda at: File.objects.filter(
        release__project__ecosystem=at("ecosystem"),
        release__project__key=at("key"),
        release__key=at("version"),
        filename=at("filename"),
        sha256=at("sha256"),
    ).values_list("pk")
)


@dataclass(frozen=True, slots=True)
class Facts:
    """What the rows say about a candidate, at one moment."""

    ground: Ground
    path_sha256: str | None  # the bytes for which this file name was used before
    path_held: bool  # a stage with another file of this name is about to be published
    bytes_path: str | None  # the file name under which these bytes were published before
    published: bool  # this very file is there to be downloaded
    room: tuple[Standing, ...] = ()  # how those stand whose quota the file takes


def authorize(
    candidate: Candidate, ecosystem: Ecosystem, desk: Desk, action: Action = Action.UPLOAD
) -> Permit:
    """Read the facts in one short transaction and judge them."""
    with transaction.atomic():
        known = facts(candidate, candidate.moment(desk.clock.now()), desk.limits)
    return judge(candidate, known, ecosystem, desk.limits.release_open, action)


def facts(candidate: Candidate, at: datetime, limits: Limits) -> Facts:
    """Read what the rows say about a candidate; the caller holds the transaction."""
    project, manifest = candidate.project, candidate.manifest
    sha256 = candidate.received.digests.sha256
    here = {"ecosystem": project.ecosystem, "filename": manifest.filename}
    stage = candidate.received.upload.stage or 0
    # PostgreSQL shows each query what is committed by then. Whose file made the release what it is
    # on the ground must be seen here, or the same file again would not be known as the same.
    ground = survey(candidate.asked, at)
    known = dict(_used.all(sha256=sha256, **here))
    return Facts(
        ground=ground,
        path_sha256=known.get(manifest.filename),
        path_held=bool(_held.all(moment=at, stage=stage, **here)),
        bytes_path=next((path for path, digest in known.items() if digest == sha256), None),
        # Whatever is there to be downloaded has its name and its bytes among the used ones.
        published=ground.exists
        and known.get(manifest.filename) == sha256
        and bool(
            _published.all(key=project.key, version=manifest.version.key, sha256=sha256, **here)
        ),
        room=standings(limits, subjects_of(candidate.asked.actor, project)),
    )


def judge(
    candidate: Candidate,
    known: Facts,
    ecosystem: Ecosystem,
    release_open: timedelta,
    action: Action = Action.UPLOAD,
) -> Permit:
    """Judge facts: the one rule first, then what is published, burnt, closed or full. Pure."""
    asked, ground = candidate.asked, known.ground
    if candidate.received.upload.moment is not None and asked.actor.credential != IMPORT:
        # Whoever could date a file back could add it to a release that closed long ago.
        raise ForbiddenError(
            "moment-not-allowed",
            "Only an import by the operator says when a file was uploaded.",
            "Upload the file without a moment.",
        )
    may_act(asked, ground, action)
    if known.published:
        return Permit(creates_project=False, same_as=candidate.manifest.filename)
    is_free(asked, ground, ecosystem)
    _unburnt(candidate, known)
    is_open(asked, ground, release_open)
    if ground.opened_at is not None:
        ecosystem.may_join(candidate.manifest, ground.kinds)
    _fits(candidate, known)
    mine = acts_by(asked.actor, ground.publishers, exists=ground.exists)
    if mine and not ground.exists:
        heir(mine)
    return Permit(
        creates_project=not ground.exists,
        approvals=ground.approvals,
        confirmed=ground.confirmed,
        staged=most(action, mine) is not action,
        beside=warns(asked.actor, ground.publishers),
    )


def at_once(candidate: Candidate, permit: Permit) -> None:
    """Refuse to publish without a stage what people must approve first."""
    if permit.waits:
        wanted = f"{permit.approvals} of its people approve" if permit.approvals else "one confirms"
        raise ConflictError(
            "approvals-wanted",
            f"Files of {candidate.manifest.name.display} are published once {wanted} them.",
            "Upload them by a client, and they wait in a stage; an import has no stage.",
        )


def _fits(candidate: Candidate, known: Facts) -> None:
    """Refuse a file for which there is no room.

    What comes out of a stage has taken the room of its uploader since it was promised there.
    """
    staged = candidate.received.upload.stage is not None
    taking = (one for one in known.room if not (staged and one.subject.kind == USER))
    within(taking, candidate.received.size)


def _unburnt(candidate: Candidate, known: Facts) -> None:
    name, sha256 = candidate.manifest.filename, candidate.received.digests.sha256
    if known.path_sha256 is not None:
        again = "was published before and removed" if known.path_sha256 == sha256 else None
        raise ConflictError(
            "file-name-used",
            f"The file {name} {again or 'already exists with other content'}.",
            "File names are never used again; publish a new version.",
        )
    if known.path_held:
        raise ConflictError(
            "file-name-held",
            f"A file named {name} is about to be published.",
            "Wait for what becomes of it.",
        )
    if known.bytes_path is not None:
        raise ConflictError(
            "bytes-used",
            f"The content of {name} was already published as {known.bytes_path}.",
            "The same content cannot stand under two names; build the file again.",
        )
