"""The documents of PyPI's JSON API: `/pypi/NAME/json` and `/pypi/NAME/VERSION/json`.

The shape is PyPI's own, dead fields included, since mirrors and scanners read it by name. Unlike
the simple index it gives absolute addresses, so it is told where the registry is reached.
"""

import json
from collections.abc import Iterable, Iterator
from datetime import UTC
from functools import lru_cache
from urllib.parse import quote

from strongroom.core.ecosystem import FileListing, Listing, Page, ReleaseListing, chosen
from strongroom.ecosystems.pypi.metadata.fields import SIDECAR
from strongroom.ecosystems.pypi.pages.simple import (
    QUARANTINED,
    REMEMBERED,
    address,
    encoded,
    ended,
    listed,
    located,
    moment,
    requires_python,
    text_of,
)

JSON = "application/json"

_FROM_METADATA = (
    "author",
    "author_email",
    "download_url",
    "dynamic",
    "home_page",
    "keywords",
    "license",
    "license_expression",
    "license_files",
    "maintainer",
    "maintainer_email",
    "platform",
    "project_urls",
    "provides_extra",
    "requires_dist",
    "requires_python",
)


def documents(listing: Listing, touched: frozenset[str] | None, public_url: str) -> Iterator[Page]:
    """Yield the project's document and those of the touched releases; None touches all of them.

    A project in quarantine keeps its documents, without files, so that they replace older ones.
    """
    newest = chosen(listing.releases)
    if newest is None:
        return
    path = f"pypi/{listing.project.key}"
    document = _document(listing, newest, listing.serial, public_url)
    body = ended(document, "releases", _releases(listing, public_url))
    yield Page(f"{path}/index.json", JSON, body)
    for release in listing.releases:
        if touched is None or release.version.key in touched:
            body = encoded(_document(listing, release, release.serial, public_url))
            yield Page(f"{path}/{release.version.key}/index.json", JSON, body)


def _document(
    listing: Listing, release: ReleaseListing, serial: int, public_url: str
) -> dict[str, object]:
    return {
        "last_serial": serial,  # first, so that the serial is found without reading on
        "info": _info(listing, release, public_url),
        "ownership": {"organization": None, "roles": _roles(listing.people)},
        "urls": [json.loads(one) for one in _files(listing, release, public_url)],
        "vulnerabilities": [],
    }


def _releases(listing: Listing, public_url: str) -> str:
    """Return the files of all releases by version, as JSON."""
    entries = (
        f"{text_of(release.version.display)}:{listed(_files(listing, release, public_url))}"
        for release in listing.releases
    )
    return f"{{{','.join(entries)}}}"


def _info(listing: Listing, release: ReleaseListing, public_url: str) -> dict[str, object]:
    page = f"{public_url}/project/{listing.project.key}/"
    return {field: release.metadata.get(field) for field in _FROM_METADATA} | {
        "bugtrack_url": None,
        "classifiers": release.metadata.get("classifiers") or [],
        "description": release.description,
        "description_content_type": release.description_type or None,
        "docs_url": None,
        "downloads": {"last_day": -1, "last_month": -1, "last_week": -1},
        "name": listing.name.display,
        "package_url": page,
        "project_url": page,
        "release_url": f"{page}{quote(release.version.display)}/",
        "summary": release.summary,
        "version": release.version.display,
        "yanked": release.yanked is not None,
        "yanked_reason": release.yanked or None,
    }


def _roles(people: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    rows = [{"role": role.capitalize(), "user": user} for user, role in people]
    return sorted(rows, key=lambda row: (row["role"] != "Owner", row["role"], row["user"]))


def _files(listing: Listing, release: ReleaseListing, public_url: str) -> list[str]:
    if listing.status == QUARANTINED:
        return []
    return [_file(release.yanked, file, public_url) for file in release.files]


@lru_cache(maxsize=REMEMBERED)
def _file(yanked: str | None, file: FileListing, public_url: str) -> str:
    digests = file.digests
    metadata_sha256 = file.sidecars.get(SIDECAR)
    at = file.uploaded_at.astimezone(UTC)
    entry = {
        "comment_text": "",
        "core-metadata": {"sha256": metadata_sha256} if metadata_sha256 else False,
        "digests": {
            "blake2b_256": digests.blake2b_256,
            "md5": digests.md5,
            "sha256": digests.sha256,
        },
        "downloads": -1,
        "filename": file.filename,
        "has_sig": False,
        "md5_digest": digests.md5,
        "packagetype": file.kind,
        "python_version": python_tag(file.filename),
        "requires_python": requires_python(file) or None,
        "size": file.size,
        "upload_time": at.isoformat(timespec="seconds").removesuffix("+00:00"),
        "upload_time_iso_8601": moment(at),
        "url": f"{public_url}/{address(located(file.path))}",
        "yanked": yanked is not None,
        "yanked_reason": yanked or None,
    }
    return text_of(entry)


def python_tag(filename: str) -> str:
    """Return a wheel's Python tag (`py3`, `cp311`), or `source` for an sdist."""
    return filename.split("-")[-3] if filename.endswith(".whl") else "source"
