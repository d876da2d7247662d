"""Listings to render and a reader of HTML, for the tests of the pages."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser

from strongroom.core.coordinates import Name, ProjectId, Version
from strongroom.core.ecosystem import FileListing, Listing, ReleaseListing
from strongroom.core.events import Event, Kind, Recorded
from tests.fakes.digests import digests_of

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
URL = "https://packages.example.org"
PARCEL = ProjectId("pypi", "parcel")


def file(filename: str = "parcel-1.0-py3-none-any.whl") -> FileListing:
    digests = digests_of(filename.encode())
    return FileListing(
        filename=filename,
        kind="bdist_wheel",
        size=18_840,
        digests=digests,
        uploaded_at=NOON,
        uploader="marta",
        path=f"files/pypi/aa/bb/cc/{filename}",
        metadata={"requires_python": ">=3.11"},
        sidecars={},
    )


def release(
    version: str = "1.0",
    *,
    prerelease: bool = False,
    yanked: str | None = None,
    metadata: Mapping[str, object] | None = None,
) -> ReleaseListing:
    return ReleaseListing(
        version=Version(version, version.removesuffix(".0"), prerelease),
        published_at=NOON,
        summary="Wraps things up.",
        description="# Parcel\n\nWraps **things**.",
        description_type="text/markdown",
        metadata=metadata or {},
        files=(file(f"parcel-{version}-py3-none-any.whl"),),
        yanked=yanked,
    )


def listing(*releases: ReleaseListing, status: str = "active", reason: str = "") -> Listing:
    return Listing(
        project=PARCEL,
        name=Name("Parcel", "parcel", "parce1"),
        status=status,
        status_reason=reason,
        serial=7,
        created_at=NOON,
        releases=releases or (release(),),
        people=(("marta", "owner"),),
        history=(happened(Kind.PROJECT_CREATED, name="Parcel", owner="marta"),),
    )


def happened(kind_: Kind, version: str = "", serial: int = 7, /, **facts: object) -> Recorded:
    event = Event(kind_, "marta", "token 41", PARCEL, version, facts)
    return Recorded(serial, NOON, event)


def with_history(*events: Recorded) -> Listing:
    return replace(listing(), history=events)


class Reader(HTMLParser):
    """Collects the elements, attributes and text of a page."""

    def __init__(self, page: bytes | str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.words: list[str] = []
        self.feed(page.decode() if isinstance(page, bytes) else page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())

    def count(self, tag: str) -> int:
        return sum(1 for name, _ in self.elements if name == tag)

    def values(self, attribute: str) -> list[str]:
        return [found[attribute] for _, found in self.elements if attribute in found]
