"""What nginx answers by itself: pages and files of the public shelf, as the application would.

The headers are the application's own, taken from where it takes them, so that the two cannot drift.
Nothing here may keep what it has seen: a file that is taken off the shelf is gone with the next
request, which finds it missing and asks the application why.
"""

from collections.abc import Iterator

from strongroom.ecosystems.pypi.pages import feeds, simple
from strongroom.packages.shelf.serve import FILE_CACHING, ISOLATED, NOSNIFF, PAGE_CACHING, Headers
from strongroom.site.nginx.asked import Plan
from strongroom.site.nginx.text import block, comment, header
from strongroom.web.headers import PAGE, SECURITY

HSTS = ("Strict-Transport-Security", "max-age=31536000")
_VARY = ("Vary", "Accept, Accept-Encoding")
_PAGE: Headers = (PAGE_CACHING, _VARY, NOSNIFF)


def locations(plan: Plan) -> Iterator[str]:
    """Yield the locations that are answered from `plan.public`."""
    yield from comment("""
        The simple index. The entity tag is nginx's own, of time and size; the registry gives no two
        pages of an address the same second. There is no X-PyPI-Last-Serial: it stands in the page.
    """)
    yield from block(
        "location ^~ /simple/",
        f'types {{ "{simple.JSON}" json; "{PAGE}" html; }}',
        _page(plan, "$strongroom_index$strongroom_form", ()),
    )
    yield ""
    yield from comment("Home, projects and their histories; other pages are the application's.")
    for place in ("= /", "^~ /project/"):
        yield from block(
            f"location {place}",
            f'types {{ "{PAGE}" html; }}',
            _page(plan, "$strongroom_people", SECURITY),
        )
    yield from block(
        "location ^~ /rss/",
        f'types {{ "{feeds.RSS}" xml; }}',
        _page(plan, "$strongroom_feed", ()),
    )
    yield ""
    yield from comment("""
        Files, which are hard links to blobs. One that was quarantined is not there, and the
        application says why in the status line.
    """)
    yield from block(
        "location ^~ /files/",
        "types { }",
        "max_ranges 1;",
        "error_page 416 = @application;",
        "try_files $strongroom_file$strongroom_range$strongroom_reads @application;",
        _headers(plan, (FILE_CACHING, *ISOLATED)),
    )


def basis(plan: Plan) -> Iterator[str]:
    """Yield what holds for every answer from the shelf."""
    yield from comment("""
        The public shelf, and the only folder of the registry that nginx may see. Nothing of it is
        remembered between two requests, so that a quarantine holds at once.
    """)
    yield f'root "{plan.public}";'
    yield "default_type application/octet-stream;"
    yield "open_file_cache off;"
    yield "sendfile on;"
    yield "tcp_nopush on;"
    yield from comment("Time of writing is no version here; entity tags are.")
    yield "if_modified_since off;"
    yield from comment("""
        Compressed pages stand beside the pages. Nothing is compressed on the way: that would cost
        time, and tell secrets of pages that mix them with what a stranger chose (BREACH).
    """)
    yield "gzip off;"
    yield "gzip_http_version 1.0;"
    yield "gzip_proxied any;"


def _page(plan: Plan, path: str, extra: Headers) -> Iterator[str]:
    yield "gzip_static on;"
    yield "max_ranges 0;"
    yield f"try_files {path}$strongroom_reads @application;"
    yield from _headers(plan, (*_PAGE, *extra))


def _headers(plan: Plan, headers: Headers) -> Iterator[str]:
    # A location with a header of its own inherits none.
    yield 'add_header Last-Modified "";'
    for name, value in (*headers, *((HSTS,) if plan.https else ())):
        yield header(name, value)
