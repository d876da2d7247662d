"""Listings for tests of pages: one project with two releases, and ways to vary it."""

from datetime import UTC, datetime, timedelta

from strongroom.core.coordinates import ProjectId
from strongroom.core.ecosystem import FileListing, Listing, ReleaseListing
from strongroom.ecosystems.pypi.names import name
from strongroom.ecosystems.pypi.versions import version
from tests.fakes.digests import digests_of

DAY = datetime(2026, 11, 21, 7, 8, 9, 120, tzinfo=UTC)


def file(filename: str, requires_python: str | None = ">=3.11") -> FileListing:
    """Return one file, a wheel with its metadata beside it or an sdist, by its name."""
    is_wheel = filename.endswith(".whl")
    return FileListing(
        filename=filename,
        kind="bdist_wheel" if is_wheel else "sdist",
        size=1234,
        digests=digests_of(filename.encode()),
        uploaded_at=DAY,
        uploader="ann",
        path=f"files/ab/{filename}",
        metadata={"requires_python": requires_python},
        sidecars={".metadata": "cd" * 32} if is_wheel else {},
    )


def release(raw: str, *, yanked: str | None = None, days: int = 0) -> ReleaseListing:
    """Return a release with a wheel and an sdist, the wheel first."""
    return ReleaseListing(
        version=version(raw),
        published_at=DAY + timedelta(days=days),
        summary=f"Summary of {raw}",
        description="# Text",
        description_type="text/markdown",
        metadata={"author": "Ann", "classifiers": ["Typing :: Typed"], "requires_dist": ["click"]},
        files=(file(f"example_app-{raw}-py3-none-any.whl"), file(f"example_app-{raw}.tar.gz")),
        yanked=yanked,
    )


def listing(
    *releases: ReleaseListing, status: str = "active", reason: str = "", serial: int = 41
) -> Listing:
    """Return the project `Example.App` with these releases, newest first."""
    return Listing(
        project=ProjectId("pypi", "example-app"),
        name=name("Example.App"),
        status=status,
        status_reason=reason,
        serial=serial,
        created_at=DAY,
        releases=releases,
        people=(("bob", "maintainer"), ("ann", "owner")),
    )
