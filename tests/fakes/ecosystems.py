"""A whole ecosystem of another kind, in which an archive is a small JSON document: a box.

It knows nothing of Python, so what passes with it holds for any ecosystem. A release takes one box
of each kind; the name `forbidden` is nobody's.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from hashlib import sha256
from typing import BinaryIO

from strongroom.core.coordinates import Name, Version
from strongroom.core.ecosystem import Content, Listing, Manifest, Most, Newest, Page
from strongroom.core.errors import ConflictError, InvalidError
from strongroom.core.findings import Finding, Severity

JSON = "application/json"


def box(name: str, version: str, **fields: object) -> bytes:
    """Return an archive; `fields` are any of summary, kind, keywords, note, label, padding."""
    return json.dumps({"name": name, "version": version, **fields}).encode()


def box_filename(name: str, version: str, kind: str = "plain") -> str:
    """Return the file name that belongs to a box."""
    return f"{name}-{version}.{kind}.box"


class Boxes:
    """The ecosystem of boxes; satisfies `strongroom.core.ecosystem.Ecosystem`."""

    id = "box"

    def name(self, raw: str) -> Name:
        if not raw.replace("-", "").isalnum():
            raise InvalidError("name-invalid", "This is not the name of a box.")
        key = raw.lower()
        return Name(raw, key, key.replace("-", "").replace("0", "o"))

    def version(self, raw: str) -> Version:
        number = raw.removesuffix("rc")
        if not all(part.isdigit() for part in number.split(".")):
            raise InvalidError("version-invalid", "This is not the version of a box.")
        return Version(raw, raw, prerelease=raw != number)

    def newest_first(self, versions: Iterable[Version]) -> Sequence[Version]:
        return sorted(versions, key=_rank, reverse=True)

    def keywords(self, metadata: Mapping[str, object]) -> Sequence[str]:
        given = metadata.get("keywords", ())
        return given if isinstance(given, list) else ()

    def dependencies(self, metadata: Mapping[str, object]) -> frozenset[str]:
        needed = metadata.get("needs", ())
        return frozenset(map(str, needed)) if isinstance(needed, list | tuple) else frozenset()

    def may_name(self, name: Name) -> None:
        if name.key == "forbidden":
            raise InvalidError("name-forbidden", "No box is called that.")

    def may_join(self, manifest: Manifest, kinds: Sequence[str]) -> None:
        if manifest.kind in kinds:
            raise ConflictError("kind-taken", "The release has a box of this kind.")

    def inspect(
        self, filename: str, archive: BinaryIO, claims: Mapping[str, Sequence[str]]
    ) -> Manifest:
        try:
            told = json.load(archive)
        except ValueError:
            raise InvalidError("box-unreadable", "The file is no box.") from None
        kind = told.get("kind", "plain")
        if filename.lower() != box_filename(told["name"], told["version"], kind).lower():
            raise InvalidError("file-name-differs", "The file name is not that of the box.")
        if claims.get("name", [told["name"]]) != [told["name"]]:
            raise InvalidError("name-differs", "The client names another box.")
        note, label = told.get("note"), told.get("label")
        remark = Finding("box", "box-note", Severity.NOTE, note, "box") if note else None
        return Manifest(
            name=self.name(told["name"]),
            version=self.version(told["version"]),
            filename=filename,
            kind=kind,
            summary=told.get("summary", ""),
            metadata={
                "summary": told.get("summary", ""),
                **{key: told[key] for key in ("keywords", "needs") if key in told},
            },
            description="A box.",
            description_type="text/plain",
            keywords=tuple(told.get("keywords", ())),
            sidecars={".label": label.encode()} if label else {},
            members=tuple(told),
            findings=(remark,) if remark else (),
        )

    def contents(
        self, filename: str, archive: BinaryIO, most: Most, texts: AbstractSet[str]
    ) -> Iterator[Content]:
        raw = archive.read(most.unpacked + 1)
        if len(raw) > most.unpacked:
            raise InvalidError("box-too-large", f"The box {filename} is too large.")
        for field, value in json.loads(raw).items():
            text = json.dumps(value)
            digest = sha256(text.encode()).hexdigest()
            yield Content(field, len(text), digest, text if field in texts else None)

    def pages(self, listing: Listing, touched: frozenset[str] | None) -> Iterable[Page]:
        folder = f"boxes/{listing.project.key}"
        yield _page(f"{folder}/index.json", [each.version.key for each in listing.releases])
        for release in listing.releases:
            if touched is None or release.version.key in touched:
                serial = {"serial": release.serial}
                yield _page(f"{folder}/{release.version.key}/index.json", serial)

    def index(self, projects: Iterable[tuple[str, str]], serial: int) -> Iterable[Page]:
        yield _page("boxes/index.json", {"serial": serial, "projects": list(projects)})

    def newest(self, releases: Iterable[Newest], projects: Iterable[Newest]) -> Iterable[Page]:
        shown = {"releases": [each.version for each in releases]}
        yield _page("boxes/newest.json", shown | {"projects": [each.key for each in projects]})


def _page(path: str, content: object) -> Page:
    return Page(path, JSON, json.dumps(content).encode())


def _rank(version: Version) -> tuple[tuple[int, ...], bool]:
    number = tuple(int(part) for part in version.key.removesuffix("rc").split("."))
    return number, not version.prerelease
