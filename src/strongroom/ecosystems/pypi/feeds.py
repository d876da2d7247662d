"""RSS 2.0 feeds: the releases of a project, the newest projects, the newest releases of all."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from itertools import islice
from urllib.parse import quote
from xml.sax.saxutils import escape

from strongroom.core.ecosystem import Listing, Page

RSS = "application/rss+xml; charset=utf-8"
LONGEST_FEED = 40

# XML 1.0 has no way to write these characters, not even escaped (section 2.2, Char).
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a feed: a project, or with a version, a release of it, and since when."""

    key: str
    display: str
    version: str
    summary: str
    at: datetime


def of_project(listing: Listing, public_url: str) -> Page:
    """Return the feed of a project's newest releases."""
    display = listing.name.display
    newest = sorted(listing.releases, key=lambda each: each.published_at, reverse=True)
    entries = (
        Entry(listing.project.key, display, each.version.display, each.summary, each.published_at)
        for each in newest
    )
    address = f"{public_url}/project/{listing.project.key}/"
    items = "".join(
        _item(entry, entry.version, public_url) for entry in islice(entries, LONGEST_FEED)
    )
    body = _feed(f"Releases of {display}", address, items)
    return Page(f"rss/project/{listing.project.key}/releases.xml", RSS, body)


def new_projects(entries: Iterable[Entry], public_url: str) -> Page:
    """Return the feed of projects, from entries newest first; their versions are not shown."""
    items = "".join(
        _item(entry, f"{entry.display} was added", public_url)
        for entry in islice(entries, LONGEST_FEED)
    )
    return Page("rss/packages.xml", RSS, _feed("New projects", f"{public_url}/", items))


def new_releases(entries: Iterable[Entry], public_url: str) -> Page:
    """Return the feed of releases of all projects, from entries newest first."""
    items = "".join(
        _item(entry, f"{entry.display} {entry.version}", public_url)
        for entry in islice(entries, LONGEST_FEED)
    )
    return Page("rss/updates.xml", RSS, _feed("New releases", f"{public_url}/", items))


def _item(entry: Entry, title: str, public_url: str) -> str:
    address = f"{public_url}/project/{quote(entry.key)}/"
    if entry.version:
        address += f"{quote(entry.version)}/"
    at = format_datetime(entry.at.astimezone(UTC), usegmt=True)
    return (
        f"<item>\n<title>{_text(title)}</title>\n<link>{_text(address)}</link>\n"
        f"<guid>{_text(address)}</guid>\n<description>{_text(entry.summary)}</description>\n"
        f"<pubDate>{at}</pubDate>\n</item>\n"
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
