"""The simple index, API version 1.4, in HTML and JSON (PEP 503, 592, 629, 658, 691, 700, 714, 792).

Addresses of files are relative to the page, so that a page holds no host and is the same bytes
behind any. The serial stands in the first bytes, where `strongroom.ecosystems.pypi.pages.serial`
finds it without reading the page.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from html import escape
from urllib.parse import quote

from strongroom.core.ecosystem import FileListing, Listing, Page, ReleaseListing
from strongroom.ecosystems.pypi.metadata.fields import SIDECAR

API_VERSION = "1.4"
HTML = "application/vnd.pypi.simple.v1+html"
JSON = "application/vnd.pypi.simple.v1+json"
QUARANTINED = "quarantined"

_JSON = json.JSONEncoder(separators=(",", ":"))

# Entries of files, of less than 1 KB each, found again when the next file of a project comes.
REMEMBERED = 8192

_PLAIN = re.compile(r"[A-Za-z0-9/_.~-]*")  # what RFC 3986 (2.3) never escapes, and the slash

_PRIVATE = "closed/files/pypi/"

# From `simple/NAME/` up to where the shelf begins.
_UP = "../../"


def project(listing: Listing) -> tuple[Page, Page]:
    """Return a project's page as HTML and as JSON; in quarantine it shows no files."""
    path = f"simple/{listing.project.key}/index"
    return (
        Page(f"{path}.html", HTML, _detail_html(listing)),
        Page(f"{path}.json", JSON, _detail_json(listing)),
    )


def root(projects: Iterable[tuple[str, str]], serial: int) -> list[Page]:
    """Return the list of all projects as HTML and as JSON, from rows of (key, display name)."""
    rows = sorted(projects)
    links = "".join(f'<a href="{quote(key)}/">{escape(shown)}</a>\n' for key, shown in rows)
    body = _document("Simple index", "", links, serial)
    meta = {"_last-serial": serial, "api-version": API_VERSION}
    names = {"meta": meta, "projects": [{"name": shown} for _, shown in rows]}
    return [
        Page("simple/index.html", HTML, body),
        Page("simple/index.json", JSON, encoded(names)),
    ]


def encoded(document: object) -> bytes:
    """Return compact JSON in ASCII, which every text survives, an unpaired surrogate too."""
    return text_of(document).encode("ascii")


def text_of(document: object) -> str:
    """Return the same as text, as a part of a document."""
    return _JSON.encode(document)


def listed(entries: Iterable[str]) -> str:
    """Return an array of entries that are JSON already, each in a line of its own.

    So a page that changes in one entry changes in one line; compression counts on it.
    """
    lines = ",\n".join(entries)
    return f"[\n{lines}\n]" if lines else "[]"


def ended(document: Mapping[str, object], name: str, value: str) -> bytes:
    """Return a document as `encoded` does, with one member more at its end that is JSON already."""
    return f'{text_of(document)[:-1]},"{name}":{value}}}'.encode("ascii")


def moment(at: datetime) -> str:
    """Return a moment as PEP 700 writes it: ISO 8601, UTC, microseconds, Z."""
    at = at if at.tzinfo is UTC else at.astimezone(UTC)
    return at.isoformat(timespec="microseconds")[:-6] + "Z"


def address(path: str) -> str:
    """Return a path of the shelf as addresses write it; most are already so written."""
    return path if _PLAIN.fullmatch(path) else quote(path)


def located(path: str) -> str:
    """Return the path of a file's address, from the root of the registry.

    One of a private project stands below its page: clients send their credentials no further.
    """
    return f"simple/{path.removeprefix(_PRIVATE)}" if path.startswith(_PRIVATE) else path


def in_order(listing: Listing) -> Iterator[tuple[ReleaseListing, FileListing]]:
    """Yield every file that clients may see, oldest release first, then by file name."""
    if listing.status == QUARANTINED:
        return
    for release in reversed(listing.releases):
        for file in release.files:
            yield release, file


def requires_python(file: FileListing) -> str:
    """Return the versions of Python that the file itself asks for, or nothing."""
    value = file.metadata.get("requires_python")
    return value if isinstance(value, str) else ""


def _detail_json(listing: Listing) -> bytes:
    status = {"status": listing.status}
    if listing.status_reason:
        status["reason"] = listing.status_reason
    shown = () if listing.status == QUARANTINED else listing.releases
    return ended(
        {
            "meta": {"_last-serial": listing.serial, "api-version": API_VERSION},
            "name": listing.project.key,
            "project-status": status,
            "versions": [release.version.display for release in reversed(shown)],
        },
        "files",
        listed(_file_json(release.yanked, file) for release, file in in_order(listing)),
    )


@lru_cache(maxsize=REMEMBERED)
def _file_json(yanked: str | None, file: FileListing) -> str:
    metadata_sha256 = file.sidecars.get(SIDECAR)
    metadata = {"sha256": metadata_sha256} if metadata_sha256 else False
    entry: dict[str, object] = {
        "filename": file.filename,
        "url": _UP + address(located(file.path)),
        "hashes": {"sha256": file.digests.sha256},
        "size": file.size,
        "upload-time": moment(file.uploaded_at),
        "yanked": False if yanked is None else yanked or True,
        "core-metadata": metadata,
        "dist-info-metadata": metadata,
    }
    if wanted := requires_python(file):
        entry["requires-python"] = wanted
    return text_of(entry)


def _detail_html(listing: Listing) -> bytes:
    metas = _meta("pypi:project-status", listing.status)
    if listing.status_reason:
        metas += _meta("pypi:project-status-reason", listing.status_reason)
    links = "".join(_file_html(release.yanked, file) for release, file in in_order(listing))
    return _document(f"Links for {listing.project.key}", metas, links, listing.serial)


@lru_cache(maxsize=REMEMBERED)
def _file_html(yanked: str | None, file: FileListing) -> str:
    attributes = ""
    if wanted := requires_python(file):
        attributes += f' data-requires-python="{escape(wanted)}"'
    if metadata := file.sidecars.get(SIDECAR):
        digest = escape(f"sha256={metadata}")
        attributes += f' data-core-metadata="{digest}" data-dist-info-metadata="{digest}"'
    if yanked is not None:
        attributes += f' data-yanked="{escape(yanked)}"'
    href = escape(f"{_UP}{address(located(file.path))}#sha256={file.digests.sha256}")
    return f'<a href="{href}"{attributes}>{escape(file.filename)}</a><br>\n'


def _meta(name: str, content: str) -> str:
    return f'<meta name="{name}" content="{escape(content)}">\n'


def _document(title: str, metas: str, links: str, serial: int) -> bytes:
    text = (
        f"<!DOCTYPE html>\n<!--SERIAL {serial}-->\n"
        '<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f"{_meta('pypi:repository-version', API_VERSION)}{metas}"
        f"<title>{escape(title)}</title>\n</head>\n<body>\n<h1>{escape(title)}</h1>\n"
        f"{links}</body>\n</html>\n"
    )
    return text.encode("utf-8", "replace")
