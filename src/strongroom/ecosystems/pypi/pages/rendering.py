"""Everything that readers fetch of a project, rendered once, when the project changes.

On the shelf: `simple/KEY/index.html` and `.json`, `pypi/KEY/index.json`,
`pypi/KEY/VERSIONKEY/index.json`, `rss/project/KEY/releases.xml`. Of all projects together:
`simple/index.html` and `.json`, `rss/packages.xml`, `rss/updates.xml`.
"""

import re
from collections.abc import Iterator

from strongroom.core.ecosystem import Listing, Page
from strongroom.ecosystems.pypi.pages import feeds, projects, simple

# Each form of page is anchored at its first byte, where nothing that a stranger wrote can stand.
_SERIAL = re.compile(
    rb"(?:<!DOCTYPE html>\n<!--SERIAL "
    rb'|\{"meta":\{"_last-serial":'
    rb'|\{"last_serial":)([0-9]{1,19})(?=[-,])'
)


def render(listing: Listing, touched: frozenset[str] | None, public_url: str) -> Iterator[Page]:
    """Yield a project's pages; `touched` version keys limit the documents of releases.

    `public_url` is where the registry is reached, without a slash at the end. A change of the
    project's status touches all releases, which is what None says.
    """
    yield from simple.project(listing)
    yield from projects.documents(listing, touched, public_url)
    yield feeds.of_project(listing, public_url)


def serial(body: bytes) -> int | None:
    """Return the serial that a page of the simple index or of the JSON API was rendered at."""
    found = _SERIAL.match(body)
    return int(found[1]) if found else None
