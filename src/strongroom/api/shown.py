"""From what the catalog reads to what the API shows; pure."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from strongroom.api import shapes
from strongroom.core.ecosystem import FileListing, Listing, ReleaseListing
from strongroom.core.events import Recorded, public_facts
from strongroom.core.findings import Finding, Severity
from strongroom.packages.catalog import search
from strongroom.packages.catalog.keeping import Gone, Own
from strongroom.packages.catalog.retention import Rules
from strongroom.packages.catalog.states import Status

_SEVERITIES: Mapping[Severity, Literal["note", "warning", "refusal"]] = {
    Severity.NOTE: "note",
    Severity.WARNING: "warning",
    Severity.REFUSAL: "refusal",
}


def hit(found: search.Hit) -> shapes.Hit:
    """Show a search result."""
    return shapes.Hit(
        ecosystem=found.ecosystem,
        name=found.display,
        summary=found.summary,
        latest=found.latest,
        status=Status(found.status),
        updated_at=found.updated_at,
    )


def project(listing: Listing) -> shapes.Project:
    """Show a project."""
    return shapes.Project(
        ecosystem=listing.project.ecosystem,
        name=listing.name.display,
        key=listing.project.key,
        status=Status(listing.status),
        status_reason=listing.status_reason,
        visibility="private" if listing.private else "public",
        serial=listing.serial,
        created_at=listing.created_at,
        releases=[_row(release) for release in listing.releases],
        people=[shapes.Member(user=user, role=role) for user, role in listing.people],
    )


def _row(release: ReleaseListing) -> shapes.ReleaseRow:
    return shapes.ReleaseRow(
        version=release.version.display,
        published_at=release.published_at,
        summary=release.summary,
        yanked=release.yanked is not None,
        yanked_reason=release.yanked,
        files=len(release.files),
    )


def release(
    listing: Listing, one: ReleaseListing, members: Mapping[str, Sequence[str]]
) -> shapes.Release:
    """Show one release of a project; the members of its archives are given by file name."""
    served = listing.status != Status.QUARANTINED
    return shapes.Release(
        ecosystem=listing.project.ecosystem,
        project=listing.name.display,
        version=one.version.display,
        published_at=one.published_at,
        yanked=one.yanked is not None,
        yanked_reason=one.yanked,
        summary=one.summary,
        description=one.description,
        description_type=one.description_type,
        metadata=dict(one.metadata),
        files=[_file(file, members.get(file.filename, ()), served=served) for file in one.files],
    )


def _file(file: FileListing, members: Sequence[str], *, served: bool) -> shapes.File:
    return shapes.File(
        filename=file.filename,
        kind=file.kind,
        size=file.size,
        digests=shapes.Digests(
            sha256=file.digests.sha256,
            blake2b_256=file.digests.blake2b_256,
            md5=file.digests.md5,
        ),
        uploaded_at=file.uploaded_at,
        uploader=file.uploader,
        url=f"/{file.path}" if served else None,
        metadata=dict(file.metadata),
        sidecars=dict(file.sidecars),
        findings=[finding(found) for found in file.findings],
        members=list(members),
    )


def finding(found: Finding) -> shapes.Finding:
    """Show what a check saw."""
    return shapes.Finding(
        check=found.check,
        code=found.code,
        severity=_SEVERITIES[found.severity],
        sentence=found.sentence,
        place=found.place,
    )


def event(recorded: Recorded) -> shapes.Event:
    """Show a public event, with those of its facts that anybody may read."""
    told = recorded.event
    return shapes.Event(
        serial=recorded.serial,
        at=recorded.at,
        kind=told.kind,
        actor=told.actor,
        ecosystem=told.project.ecosystem if told.project else "",
        project=told.project.key if told.project else "",
        version=told.version,
        facts=public_facts(recorded),
    )


def retained(own: Own, in_force: Rules, due: Iterable[Gone]) -> shapes.Retained:
    """Show rules of retention and what they let go."""
    return shapes.Retained(
        own=shapes.Retention(
            keep_prereleases=own.keep_prereleases, prerelease_days=own.prerelease_days
        ),
        in_force=shapes.Retention(
            keep_prereleases=in_force.keep_prereleases, prerelease_days=in_force.prerelease_days
        ),
        due=[
            shapes.Due(
                version=one.version, files=one.files, size=one.size, rule=one.rule, why=one.why
            )
            for one in due
        ],
    )


def change(recorded: Recorded | None) -> shapes.Change:
    """Show what became of a change."""
    return shapes.Change(changed=recorded is not None, serial=recorded.serial if recorded else None)
