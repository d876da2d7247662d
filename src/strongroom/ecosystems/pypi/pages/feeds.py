"""RSS 2.0 feeds: the releases of a project, the newest projects, the newest releases of all."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from email.utils import format_datetime
from itertools import islice
from urllib.parse import quote
from xml.sax.saxutils import escape

from strongroom.core.ecosystem import Listing, Newest, Page

RSS = "application/rss+xml; charset=utf-8"
LONGEST_FEED = 40

# XML 1.0 has no way to write these characters, not even escaped (section 2.2, Char).
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def of_project(listing: Listing, public_url: str) -> Page:
    """Return the feed of a project's newest releases."""
    display = listing.name.display
    newest = sorted(listing.releases, key=lambda each: each.published_at, reverse=True)
    address = f"{public_url}/project/{listing.project.key}/"
    items = "".join(
        _item(
            release.version.display,
            f"{address}{quote(release.version.display)}/",
            release.summary,
            release.published_at,
        )
        for release in islice(newest, LONGEST_FEED)
    )
    body = _feed(f"Releases of {display}", address, items)
    return Page(f"rss/project/{listing.project.key}/releases.xml", RSS, body)


def new_projects(newest: Iterable[Newest], public_url: str) -> Page:
    """Return the feed of projects, given newest first; their versions are not shown."""
    items = "".join(
        _item(
            f"{project.display} was added",
            f"{public_url}/project/{quote(project.key)}/",
            project.summary,
            project.at,
        )
        for project in islice(newest, LONGEST_FEED)
    )
    return Page("rss/packages.xml", RSS, _feed("New projects", f"{public_url}/", items))


def new_releases(newest: Iterable[Newest], public_url: str) -> Page:
    """Return the feed of releases of all projects, given newest first."""
    items = "".join(
        _item(
            f"{release.display} {release.version}",
            f"{public_url}/project/{quote(release.key)}/{quote(release.version)}/",
            release.summary,
            release.at,
        )
        for release in islice(newest, LONGEST_FEED)
    )
    return Page("rss/updates.xml", RSS, _feed("New releases", f"{public_url}/", items))


def _item(title: str, address: str, summary: str, at: datetime) -> str:
    published = format_datetime(at.astimezone(UTC), usegmt=True)
    return (
        f"<item>\n<title>{_text(title)}</title>\n<link>{_text(address)}</link>\n"
        f"<guid>{_text(address)}</guid>\n<description>{_text(summary)}</description>\n"
        f"<pubDate>{published}</pubDate>\n</item>\n"
    )


def _feed(title: str, address: str, items: str) -> bytes:
    text = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0">\n<channel>\n'
        f"<title>{_text(title)}</title>\n<link>{_text(address)}</link>\n"
        f"<description>{_text(title)}</description>\n<language>en</language>\n"
        f"{items}</channel>\n</rss>\n"
    )
    return text.encode()


def _text(value: str) -> str:
    return escape(_NOT_XML.sub("\ufffd", value))
