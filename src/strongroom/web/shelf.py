"""The pages for people that stand on the shelf: home, project, release, history.

Rendered when a change is made, read by whoever comes. A release's page tells only of that release
and of the project's status, because a later release renders its neighbours at most.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from html import escape
from urllib.parse import quote

from django.utils.safestring import SafeString

from strongroom.core.ecosystem import Listing, Newest, Page, ReleaseListing, chosen
from strongroom.packages.catalog.states import Status
from strongroom.web import description
from strongroom.web.chronicle import told
from strongroom.web.facts import facts_of
from strongroom.web.headers import PAGE
from strongroom.web.instructions import installing, publishing
from strongroom.web.press import Press
from strongroom.web.words import day, visible

_PRERELEASE = ' <span class="tag">pre-release</span>'
_YANKED = ' <span class="tag warning">yanked</span>'

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
    lines = (_line(one, address, one.version.key == current.version.key) for one in releases)
    return SafeString("".join(lines))


def _line(one: ReleaseListing, address: str, is_current: bool) -> str:  # noqa: FBT001 - a fact
    current = ' class="current"' if is_current else ""
    href = escape(f"{address}{quote(one.version.display)}/")
    tags = _PRERELEASE if one.version.prerelease else ""
    tags += _YANKED if one.yanked is not None else ""
    files = "1 file" if len(one.files) == 1 else f"{len(one.files)} files"
    why = f'<br><span class="aside">{escape(visible(one.yanked))}</span>' if one.yanked else ""
    return (
        f'<li{current}><a href="{href}">{escape(visible(one.version.display))}</a>{tags}'
        f' <span class="stamp">{day(one.published_at)} · {files}</span>{why}</li>\n'
    )


def _history(press: Press, listing: Listing) -> bytes:
    address = project_address(listing.project.key)
    entries = told(listing.history)
    return press.print("history.html", listing=listing, address=address, entries=entries)
