"""What nginx hands on: how, within which limits, and what it says where it does not."""

import json
from collections.abc import Iterator

from strongroom.site.logs import SECRET_ADDRESSES
from strongroom.site.nginx.asked import Plan
from strongroom.site.nginx.text import block, comment

UPLOADS = ("/legacy/", "/legacy")
SESSIONS = "upload/files"  # below it, what ends in `/bytes` is a body (PEP 694)
ENTRANCES = ("claim", "not-me", "sign-in", "account/password/reset/key")
SILENT = "error_log /dev/null emerg;"
CREDENTIAL = "/legacy/credential"  # answers whether a token would be taken, and spends nothing
FORM_BYTES = 18 * 1024 * 1024  # what the text of an upload's form may take beside its file
RETRY_AFTER = 60  # seconds
KEPT_OPEN = 10  # seconds; less than the server keeps a connection, or a request meets its end
_ASIDE = "/.strongroom/credential"
_REFUSED = "/.strongroom/refused"
_BUSY = ("too-many-requests", "Too many requests from this address; try again in a minute.", True)
_LARGE = ("body-too-large", "What was sent is larger than this registry takes.", False)
_AWAY = ("registry-away", "The registry does not answer at the moment; try again later.", True)


def upstream(plan: Plan) -> Iterator[str]:
    """Yield the block of the application's addresses."""
    yield from block(
        "upstream strongroom",
        (f"server {one};" for one in plan.upstreams),
        "keepalive 32;",
        f"keepalive_timeout {KEPT_OPEN}s;",
    )


def zones(plan: Plan) -> Iterator[str]:
    """Yield what is counted, and the cache if there is one."""
    yield "limit_conn_zone $strongroom_source zone=strongroom_uploads:10m;"
    yield "limit_req_zone $strongroom_source zone=strongroom_sending:10m rate=10r/s;"
    yield "limit_req_zone $strongroom_source zone=strongroom_entering:10m rate=30r/m;"
    if plan.cache:
        yield (
            f'proxy_cache_path "{plan.cache}" levels=1:2 keys_zone=strongroom_files:50m'
            " max_size=20g inactive=7d use_temp_path=off;"
        )


def basis(plan: Plan) -> Iterator[str]:
    """Yield how requests are handed on, wherever a location does not say otherwise."""
    yield "proxy_http_version 1.1;"
    yield from comment("The address alone: what a client claims of itself goes no further.")
    yield from _said(plan)
    yield from comment("A redirect repeats the query, and a query may be long.")
    yield "proxy_buffer_size 16k;"
    yield "proxy_buffers 8 16k;"
    yield "proxy_connect_timeout 5s;"
    yield "proxy_read_timeout 60s;"
    yield "error_page 502 504 = @away;"
    yield "recursive_error_pages on;"
    yield "client_max_body_size 1m;"


def locations(plan: Plan) -> Iterator[str]:
    """Yield the locations of the application."""
    yield from block("location /", "proxy_pass http://strongroom;")
    # Where nginx had found the file first, it would cut the application's answer into ranges again.
    yield from block("location @application", "max_ranges 0;", "proxy_pass http://strongroom;")
    if plan.cache:
        yield from _cached()
    yield ""
    yield from _uploads(plan)
    yield ""
    yield from _secrets(plan)
    yield ""
    yield from comment("Counts are for the operator's own network, on the registry's own port.")
    yield from block("location = /metrics", "return 403;")
    yield from block("location ^~ /health/", "access_log off;", "proxy_pass http://strongroom;")
    yield ""
    yield from _told("@busy", 429, _BUSY)
    yield from _told("@large", 413, _LARGE)
    yield from _told("@away", 503, _AWAY)


def _uploads(plan: Plan) -> Iterator[str]:
    yield from comment("""
        Uploads. The token is judged before a byte of the body is taken; then nginx holds the body
        until all of it is here, so that a slow client keeps a file on this disk and no thread of
        the registry. Who has no good token fills nothing: his body is thrown away.
    """)
    for place in UPLOADS:
        yield from block(f"location = {place}", _held_back(plan))
    yield from block(
        f"location = {_ASIDE}",
        "internal;",
        SILENT,
        "client_max_body_size 0;",
        f"proxy_pass http://strongroom{CREDENTIAL};",
        _without_body(plan),
    )
    # A body above the limit of one byte is discarded by nginx itself, whatever its length; the
    # application then words the refusal, which it could not if it had to read the body first.
    yield from block(
        f"location = {_REFUSED}",
        "internal;",
        SILENT,
        "client_max_body_size 1;",
        "error_page 413 = @refused;",
        "error_page 502 504 = @away;",
        f"proxy_pass http://strongroom{CREDENTIAL};",
        _without_body(plan),
    )
    yield from block(
        "location @refused",
        SILENT,
        f"rewrite ^ {CREDENTIAL} break;",
        "proxy_pass http://strongroom;",
        _without_body(plan),
    )


def _held_back(plan: Plan) -> Iterator[str]:
    yield "limit_conn strongroom_uploads 8;"
    yield "limit_req zone=strongroom_sending burst=100 nodelay;"
    yield f"auth_request {_ASIDE};"
    yield f"error_page 401 403 500 = {_REFUSED};"
    yield "error_page 413 = @large;"
    yield "error_page 429 = @busy;"
    yield "error_page 502 504 = @away;"
    yield f"client_max_body_size {plan.max_file_bytes + FORM_BYTES};"
    yield "client_body_timeout 60s;"
    yield "proxy_read_timeout 600s;"
    yield "proxy_pass http://strongroom;"


def _secrets(plan: Plan) -> Iterator[str]:
    yield from comment("""
        Addresses that hold a secret stand in no log, that of errors included. Links that sign in
        can be tried a few times a minute; the bytes of a session are held as any upload is.
    """)
    limited = (
        "limit_req zone=strongroom_entering burst=20 nodelay;",
        "error_page 429 = @busy;",
        "error_page 502 504 = @away;",
    )
    sessions = block("location ~ /bytes$", _held_back(plan))
    for name in SECRET_ADDRESSES:
        yield from block(
            f"location ^~ /{name}/",
            SILENT,
            *(limited if name in ENTRANCES else ()),
            *(sessions if name == SESSIONS else ()),
            "proxy_pass http://strongroom;",
        )


def _without_body(plan: Plan) -> Iterator[str]:
    yield "proxy_method GET;"
    yield "proxy_pass_request_body off;"
    # A block with a header of its own inherits none.
    yield from _said(plan)
    yield 'proxy_set_header Content-Length "";'


def _said(plan: Plan) -> Iterator[str]:
    yield 'proxy_set_header Connection "";'
    yield "proxy_set_header Host $http_host;"
    yield "proxy_set_header X-Forwarded-For $remote_addr;"
    yield f"proxy_set_header X-Forwarded-Proto {plan.url.partition(':')[0]};"


def _cached() -> Iterator[str]:
    yield from comment("""
        Files are kept here, and asked for again after the minute that the registry allows shared
        caches. Nothing stale is ever sent: it could be what was quarantined.
    """)
    yield from block(
        "location ^~ /files/",
        "proxy_cache strongroom_files;",
        "proxy_cache_key $uri;",
        "proxy_cache_revalidate on;",
        "proxy_cache_lock on;",
        "proxy_cache_use_stale off;",
        "proxy_pass http://strongroom;",
    )


def _told(place: str, status: int, words: tuple[str, str, bool]) -> Iterator[str]:
    code, sentence, passing = words
    problem = {"type": "about:blank", "status": status, "detail": sentence, "code": code}
    yield from block(
        f"location {place}",
        "types { }",
        "default_type application/problem+json;",
        "add_header Cache-Control no-store always;",
        *((f"add_header Retry-After {RETRY_AFTER} always;",) if passing else ()),
        f"return {status} '{json.dumps(problem)}';",
    )
