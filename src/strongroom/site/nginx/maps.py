"""Which requests nginx may answer from the shelf by itself, as tables over the raw request.

A table knows the plain spelling alone: the canonical name, the usual `Accept`, GET and HEAD. What
it does not know gets a path at which nothing can stand, and so goes to the application, which
knows every spelling. So a table may be too narrow, and never wrong.
"""

from collections.abc import Iterator

from strongroom.site.nginx.text import block, comment

NOTHING = "/.application"  # below a page or a folder of pages, nothing of this name is ever put
_KEY = "[a-z0-9]+(?:-[a-z0-9]+)*"
_END = "(?:\\?|$)"
_FILE = "pypi/[0-9a-f]{2}/[0-9a-f]{2}/[0-9a-f]{60}/[A-Za-z0-9][A-Za-z0-9._-]*"
_JSON = r"application/vnd\.pypi\.simple\.(?:v1|latest)\+json"
# Any further wishes, as long as none weighs more than 1. Possessive, so that no header is slow.
_LESSER = (
    r"(?:\s*+,\s*+[^,;\s]++(?:\s*+;\s*+(?:q=(?:0(?:\.[0-9]*+)?|1(?:\.0*+)?)|(?!q=)[^,;\s]++))*+)*+"
)


def shelf() -> Iterator[str]:
    """Yield the tables by which reads are found on the shelf."""
    yield from comment("""
        Which page of the shelf an address means. Only the one plain spelling of an address is
        here; any other goes to the application, which redirects or refuses it in words.
    """)
    yield from _table("$request_uri", "$strongroom_index", {f"^(/simple/(?:{_KEY}/)?){_END}": "$1"})
    yield from _table(
        "$request_uri",
        "$strongroom_people",
        {
            f"^/{_END}": "/web/index.html",
            f"^/project/({_KEY})/{_END}": "/web/pypi/$1/index.html",
            f"^/project/({_KEY})/history/{_END}": "/web/pypi/$1/history.html",
        },
    )
    yield from _table(
        "$request_uri",
        "$strongroom_feed",
        {f"^(/rss/(?:updates|packages|project/{_KEY}/releases)\\.xml){_END}": "$1"},
    )
    yield from _table("$request_uri", "$strongroom_file", {f"^(/files/{_FILE}){_END}": "$1"})
    yield ""
    yield from comment("""
        HTML or JSON of the simple index (PEP 691). Without one of its own types the answer is
        HTML; a type that stands first without a weight wins. All else is left to the application.
    """)
    yield from _table(
        "$http_accept",
        "$strongroom_by_accept",
        {
            "": "index.html",
            r"^(?!.*vnd\.pypi\.simple)": "index.html",
            f"^{_JSON}{_LESSER}\\s*$": "index.json",
            f"^text/html{_LESSER}\\s*$": "index.html",
        },
        otherwise=NOTHING,
    )
    yield from _table(
        "$args",
        "$strongroom_form",
        {
            "": "$strongroom_by_accept",
            r"^format=application/vnd\.pypi\.simple\.(?:v1|latest)(?:\+|%2b)json$": "index.json",
            "^format=text/html$": "index.html",
        },
        otherwise=NOTHING,
    )
    yield ""
    yield from comment("Only reads are answered from the shelf.")
    yield from block(
        "map $request_method $strongroom_reads",
        f"default {NOTHING};",
        'GET ""; HEAD "";',
    )
    yield from comment(
        "One range at a time, spelt as it should be; others are ignored, or not ours."
    )
    yield from _table(
        "$http_range", "$strongroom_range", {"": '""', "^bytes=(?:[0-9]+-[0-9]*|-[0-9]+)$": '""'}
    )


def sources() -> Iterator[str]:
    """Yield the table of whom a limit counts."""
    yield from comment("""
        Whom a limit counts: an address, and of IPv6 the network of 64 bits, because whoever has
        one address there has all of them.
    """)
    yield from block(
        "map $remote_addr $strongroom_source",
        "default $binary_remote_addr;",
        '"~^(?<strongroom_net>(?:[0-9a-f]{1,4}:){4})" $strongroom_net;',
        '"~^(?<strongroom_net>[0-9a-f:]*?::)" $strongroom_net;',
    )


def _table(source: str, target: str, rows: dict[str, str], otherwise: str = "") -> Iterator[str]:
    default = otherwise or NOTHING
    # A pattern is never held against an empty value, which so is a row of its own. Paths alone
    # know capitals.
    how = "~" if source == "$request_uri" else "~*"
    lines = [f'"{how + pattern if pattern else ""}" {value};' for pattern, value in rows.items()]
    yield from block(f"map {source} {target}", f"default {default};", *lines)
