"""What exactly people approve, who of them may, and when they are enough. Pure."""

import hashlib
import json
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from datetime import datetime

from strongroom.core.errors import ConflictError, ForbiddenError
from strongroom.people.access.grants import Held


def digest_of(files: Iterable[tuple[str, str]]) -> str:
    """Return the digest of a content: of the sorted (file name, SHA-256) of all its files.

    An approval names it, and so holds for these bytes under these names and for nothing else.
    """
    content = json.dumps(["strongroom stage content", *sorted(map(list, files))])
    return hashlib.sha256(content.encode()).hexdigest()


def approvers(
    people: Iterable[Held], uploaders: AbstractSet[int], since: datetime
) -> tuple[Held, ...]:
    """Return who may approve: people with a role since a moment who put nothing into the stage."""
    return tuple(one for one in people if one.user_id not in uploaders and one.since <= since)


def may_upload(one: Held, since: datetime) -> None:
    """Raise ConflictError where the files of a person with a role are not for others to approve.

    Else a thief of one owner's session appoints an account of their own, uploads by that, and
    approves by the session: the other way around from what `may_approve` refuses.
    """
    if one.since > since:
        raise ConflictError(
            "uploader-new",
            f"{one.name}, who put files into the stage, has their role in the project only since"
            f" {one.since:%Y-%m-%d %H:%M} UTC.",
            "Publish it later, or have somebody put the files in who has had theirs for longer.",
        )


def may_approve(one: Held, uploaders: AbstractSet[int], since: datetime) -> None:
    """Raise ForbiddenError with the reason why a person with a role may not approve."""
    if one.user_id in uploaders:
        raise ForbiddenError(
            "approver-uploaded",
            "You put files into this stage yourself, so it takes somebody else to approve it.",
            "Ask another person with a role in the project.",
        )
    if one.since > since:
        # Else a thief of one owner's session appoints an account of their own, and approves by it.
        raise ForbiddenError(
            "approver-new",
            f"You have your role in the project only since {one.since:%Y-%m-%d %H:%M} UTC.",
            "Ask somebody who has had theirs for longer, or wait.",
        )
