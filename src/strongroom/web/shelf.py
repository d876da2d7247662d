"""The pages for people that stand on the shelf: home, project, release, history.

Rendered when a change is made, read by whoever comes. A release's page tells only of that release
and of the project's status, because a later release renders no page of another.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from functools import lru_cache
from html import escape
from urllib.parse import quote

from django.utils.safestring import SafeString

from strongroom.core.coordinates import Version
from strongroom.core.ecosystem import Listing, Newest, Page, ReleaseListing, chosen
from strongroom.core.events import Kind
from strongroom.packages.catalog.listing import HISTORY_AT_MOST
from strongroom.packages.catalog.states import Status
from strongroom.web import description
from strongroom.web.chronicle import Entry, told
from strongroom.web.facts import facts_of
from strongroom.web.headers import PAGE
from strongroom.web.instructions import installing, publishing
from strongroom.web.press import Press
from strongroom.web.words import day, moment, visible

_PRERELEASE = ' <span class="tag">pre-release</span>'
_YANKED = ' <span class="tag warning">yanked</span>'

_REMEMBERED = 8192  # lines of releases, of some 300 bytes each

# On the home page; the feeds tell of more.
SHOWN = 12

Renderer = Callable[[Listing, frozenset[str] | None], Iterable[Page]]


def project_pages(public_url: str, site_name: str) -> Renderer:
    """Return what renders a project's pages for the registry of this address and name.

    On the shelf: `web/ECOSYSTEM/KEY/index.html`, `web/ECOSYSTEM/KEY/VERSIONKEY/index.html` and
    `web/ECOSYSTEM/KEY/history.html`.
    """
    press = Press(public_url, site_name)

    def render(listing: Listing, touched: frozenset[str] | None) -> Iterator[Page]:
        folder = f"web/{listing.project.ecosystem}/{listing.project.key}"
        newest = chosen(listing.releases)
        yield Page(f"{folder}/index.html", PAGE, _release(press, listing, newest, of_project=True))
        for release in listing.releases:
            if touched is None or release.version.key in touched:
                body = _release(press, listing, release, of_project=False)
                yield Page(f"{folder}/{release.version.key}/index.html", PAGE, body)
        yield Page(f"{folder}/history.html", PAGE, _history(press, listing))

    return render


class FrontPages:
    """Renders what shows the newest of the whole registry."""

    def __init__(self, public_url: str, site_name: str) -> None:
        """Render for the registry of this address and name."""
        self._press = Press(public_url, site_name)

    def home(self, releases: Sequence[Newest], projects: Sequence[Newest]) -> Iterator[Page]:
        """Yield the home page; an empty registry's tells the first steps instead."""
        body = self._press.print(
            "home.html",
            releases=[(one, release_address(one.key, one.version)) for one in releases[:SHOWN]],
            projects=[(one, project_address(one.key)) for one in projects[:SHOWN]],
            publishing=publishing(self._press.public_url),
        )
        yield Page("web/index.html", PAGE, body)


def project_address(key: str) -> str:
    """Return the path of a project's page."""
    return f"/project/{quote(key)}/"


def release_address(key: str, version: str) -> str:
    """Return the path of a release's page; `version` as its authors write it."""
    return f"{project_address(key)}{quote(version)}/"


def _release(
    press: Press, listing: Listing, release: ReleaseListing | None, *, of_project: bool
) -> bytes:
    key = listing.project.key
    shown = {
        "listing": listing,
        "address": project_address(key),
        "of_project": of_project,
    }
    if release is None:
        return press.print("empty.html", **shown)
    if of_project:
        shown["releases"] = _lines(listing.releases, release, key)
    # A client that is given the name alone passes over what is yanked, or not final.
    pinned = not of_project or release.yanked is not None or release.version.prerelease
    # Nothing of a quarantined project can be had, so no page says how, or what was written of it.
    safe = listing.status != Status.QUARANTINED
    return press.print(
        "release.html",
        **shown,
        release=release,
        files=[(file, f"/{quote(file.path)}") for file in release.files] if safe else (),
        facts=facts_of(release.metadata if safe else {}),
        description=description.render(release.description, release.description_type)
        if safe
        else "",
        instructions=installing(
            press.public_url, key, release.version.display, release.files, pinned=pinned
        )
        if safe and release.files
        else (),
    )


def _lines(releases: Iterable[ReleaseListing], current: ReleaseListing, key: str) -> SafeString:
    """Return the list of releases. A project may have thousands, and in a template each is dear."""
    address = project_address(key)
    lines = (
        ('<li class="current">' if one.version.key == current.version.key else "<li>")
        + _line(address, one.version, one.yanked, one.published_at, len(one.files))
        for one in releases
    )
    return SafeString("".join(lines))


@lru_cache(maxsize=_REMEMBERED)
def _line(address: str, version: Version, yanked: str | None, at: datetime, files: int) -> str:
    href = escape(f"{address}{quote(version.display)}/")
    tags = _PRERELEASE if version.prerelease else ""
    tags += _YANKED if yanked is not None else ""
    count = "1 file" if files == 1 else f"{files} files"
    why = f'<br><span class="aside">{escape(visible(yanked))}</span>' if yanked else ""
    return (
        f'<a href="{href}">{escape(visible(version.display))}</a>{tags}'
        f' <span class="stamp">{day(at)} · {count}</span>{why}</li>\n'
    )


def _history(press: Press, listing: Listing) -> bytes:
    return press.print(
        "history.html",
        listing=listing,
        address=project_address(listing.project.key),
        entries=SafeString("".join(map(_entry, told(listing.history)))),
        is_cut=len(listing.history) >= HISTORY_AT_MOST,
    )


def _entry(one: Entry) -> str:
    exact = " exact" if one.kind == Kind.FILE_PUBLISHED else ""
    detail = f'<p class="detail{exact}">{escape(visible(one.detail))}</p>' if one.detail else ""
    return (
        '<li>\n<span class="serial" title="Serial"><span class="unseen">Event number </span>'
        f'{one.serial}</span>\n<div class="entry">\n'
        f'<p class="entry-title">{escape(visible(one.sentence))}</p>\n{detail}\n'
        f'<p class="stamp">{moment(one.at)} · {escape(visible(one.actor))}</p>\n</div>\n</li>\n'
    )
