"""Looking at a stage as installers will see it, by an address that nobody can guess.

The address is the secret: whoever has it reads the files of this one stage, without a credential,
until the stage ends (PEP 694, "Staged Previews"). It is made from the stage's handle by HMAC-SHA256
with a key of the key file, and stored nowhere, so a copy of the database opens no preview.
"""

import base64
import hmac
from dataclasses import replace

from strongroom.core.ecosystem import FileListing, Listing, ReleaseListing
from strongroom.core.errors import NotFoundError
from strongroom.packages.catalog.states import Status
from strongroom.packages.models import Stage
from strongroom.packages.staging.rows import project_row, state_of
from strongroom.packages.staging.shown import View, shown
from strongroom.packages.staging.states import ENDED, FileState
from strongroom.packages.staging.yard import Yard

HANDLE_DIGITS = 32


def token(handle: str, yard: Yard) -> str:
    """Return the secret by which a stage is looked at: its handle, a dot, 43 letters."""
    mac = hmac.digest(yard.key, b"strongroom stage preview: " + handle.encode(), "sha256")
    return f"{handle}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"


def opens(text: str, handle: str, yard: Yard) -> bool:
    """Say whether a secret is that of a stage, taking the same time whatever is wrong."""
    return hmac.compare_digest(text.encode(errors="replace"), token(handle, yard).encode())


def previewed(text: str, yard: Yard) -> View:
    """Return the stage that a secret opens, with its complete files alone.

    Raises NotFoundError in the same words for a wrong secret and for a stage that has ended.
    """
    handle = text[:HANDLE_DIGITS]
    # Before any look at the database, so that a guess learns nothing of which stages there are.
    row = Stage.objects.filter(handle=handle).first() if opens(text, handle, yard) else None
    if row is None or state_of(row, yard.desk.clock.now()) in ENDED or _is_held_back(row):
        raise NotFoundError(
            "no-such-preview",
            "There is nothing to preview at this address.",
            "The stage was published, cancelled or expired, or the address is not whole.",
        )
    view = shown(row, yard)
    complete = tuple(one for one in view.files if one.state is FileState.COMPLETED)
    return replace(view, files=complete)


def listing(view: View, yard: Yard) -> Listing:
    """Return what is previewed as a project that has these files and nothing else.

    Paths are relative to the preview: `files/NAME`.
    """
    ecosystem = yard.desk.ecosystem(view.project.ecosystem)
    files = tuple(
        FileListing(
            filename=one.filename,
            kind=one.kind,
            size=one.size,
            digests=one.digests,
            uploaded_at=one.staged_at,
            uploader=one.uploader,
            path=f"files/{one.filename}",
            metadata=one.metadata,
            sidecars=one.sidecars,
        )
        for one in sorted(view.files, key=lambda each: each.filename)
    )
    release = ReleaseListing(
        version=ecosystem.version(view.version),
        published_at=view.opened_at,
        summary="",
        description="",
        description_type="",
        metadata={},
        files=files,
    )
    return Listing(
        project=view.project,
        name=ecosystem.name(view.name),
        status=Status.ACTIVE,
        status_reason="",
        serial=0,
        created_at=view.opened_at,
        releases=(release,) if files else (),
    )


def blob_of(view: View, name: str) -> str:
    """Return the digest of what a preview serves under a file name, or that and a suffix."""
    for file in view.files:
        served = {"": file.digests.sha256, **file.sidecars}
        for suffix, sha256 in served.items():
            if name == file.filename + suffix:
                return sha256
    raise NotFoundError(
        "no-such-staged-file", "There is no such file in this stage.", "Look at its index."
    )


def _is_held_back(stage: Stage) -> bool:
    row = project_row(stage)
    return row is not None and row.status == Status.QUARANTINED
