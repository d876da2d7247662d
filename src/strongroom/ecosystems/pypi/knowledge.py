"""What the core asks of an ecosystem, answered for Python: a thin gathering of the pure modules."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import BinaryIO

from strongroom.core.coordinates import Name, Version
from strongroom.core.ecosystem import Content, Listing, Manifest, Most, Newest, Page
from strongroom.core.errors import ConflictError
from strongroom.ecosystems.pypi import names
from strongroom.ecosystems.pypi import versions as pep440
from strongroom.ecosystems.pypi.archive import sdists
from strongroom.ecosystems.pypi.archive.contents import contents
from strongroom.ecosystems.pypi.archive.inspection import inspect
from strongroom.ecosystems.pypi.pages import feeds, simple
from strongroom.ecosystems.pypi.pages.rendering import render


class PyPI:
    """Python's ecosystem; satisfies `strongroom.core.ecosystem.Ecosystem`."""

    id = "pypi"

    def __init__(self, public_url: str) -> None:
        """Take the address at which readers reach the registry, such as `https://example.org`."""
        self._public_url = public_url.rstrip("/")

    def name(self, raw: str) -> Name:
        """Return the three forms of a name, or refuse it with InvalidError (PEP 503, 508)."""
        return names.name(raw)

    def version(self, raw: str) -> Version:
        """Return a version, or refuse it with InvalidError (PEP 440)."""
        return pep440.version(raw)

    def newest_first(self, versions: Iterable[Version]) -> Sequence[Version]:
        """Order versions by PEP 440, the newest first."""
        return pep440.newest_first(versions)

    def keywords(self, metadata: Mapping[str, object]) -> Sequence[str]:
        """Return the keywords of a release, which its metadata joins by commas."""
        joined = metadata.get("keywords")
        return joined.split(",") if isinstance(joined, str) else ()

    def dependencies(self, metadata: Mapping[str, object]) -> AbstractSet[str]:
        """Return the keys of the projects that Requires-Dist names, whatever their markers say."""
        listed = metadata.get("requires_dist")
        return names.named_in(listed if isinstance(listed, list) else ())

    def may_name(self, name: Name) -> None:
        """Refuse (InvalidError) a name that no new project may take."""
        names.may_name(name)

    def may_join(self, manifest: Manifest, kinds: Sequence[str]) -> None:
        """Refuse (ConflictError) a second sdist of a release, as installers would build either."""
        if manifest.kind == sdists.KIND and sdists.KIND in kinds:
            raise ConflictError(
                "release-has-sdist",
                f"The release {manifest.version.display} already has an sdist.",
                "Publish a new version; a release has one sdist.",
            )

    def inspect(
        self, filename: str, archive: BinaryIO, claims: Mapping[str, Sequence[str]]
    ) -> Manifest:
        """Read a wheel or an sdist and hold the upload form's claims against it."""
        return inspect(filename, archive, claims)

    def contents(
        self, filename: str, archive: BinaryIO, most: Most, texts: AbstractSet[str]
    ) -> Iterator[Content]:
        """Yield the files within a wheel or an sdist, without the version in their paths."""
        return contents(filename, archive, most, texts)

    def pages(self, listing: Listing, touched: frozenset[str] | None) -> Iterable[Page]:
        """Render the simple index, the JSON API and the feed of a project."""
        return render(listing, touched, self._public_url)

    def index(self, projects: Iterable[tuple[str, str]], serial: int) -> Iterable[Page]:
        """Render the root of the simple index."""
        return simple.root(projects, serial)

    def newest(self, releases: Iterable[Newest], projects: Iterable[Newest]) -> Iterable[Page]:
        """Render the feeds of the newest releases and the newest projects."""
        return [
            feeds.new_releases(releases, self._public_url),
            feeds.new_projects(projects, self._public_url),
        ]
