"""The whole configuration, from a plan to the text that an operator reads and nginx runs."""

from collections.abc import Iterator

from strongroom.site.configuration import Configuration
from strongroom.site.logs import SECRET_ADDRESSES
from strongroom.site.nginx import forward, maps, shelf
from strongroom.site.nginx.asked import Asked, Plan, plan
from strongroom.site.nginx.text import block, comment, header

_HEAD = """
    nginx in front of Strongroom, made by `strongroom nginx`. Do not edit it: change the settings or
    the options, make it again, and reload nginx. It belongs where files are included in the block
    `http`, such as /etc/nginx/conf.d/, unless it was made with --whole.
"""
_LOG = "/var/log/nginx/strongroom.log"
_TEMPORARY = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


def render(configuration: Configuration, asked: Asked) -> str:
    """Return the configuration; raises ConfigurationError on what cannot be asked."""
    settled = plan(configuration, asked)
    lines = _whole(settled) if settled.whole else _included(settled)
    return "\n".join((*comment(_HEAD), "", *lines)) + "\n"


def _whole(plan: Plan) -> Iterator[str]:
    yield from comment(f"All that nginx writes of its own stands in {plan.whole}, or in its logs.")
    yield "worker_processes auto;"
    yield "pcre_jit on;"
    yield "worker_rlimit_nofile 16384;"
    yield f'pid "{plan.whole}/nginx.pid";'
    yield "error_log stderr error;"
    yield from block("events", "worker_connections 4096;")
    temporary = (f'{one}_temp_path "{plan.whole}/{one}";' for one in _TEMPORARY)
    yield from block("http", temporary, "", _included(plan))


def _included(plan: Plan) -> Iterator[str]:
    if plan.public:
        yield from maps.shelf()
        yield ""
    yield from maps.sources()
    yield from _log()
    yield ""
    yield from forward.zones(plan)
    yield "limit_conn_status 429;"
    yield "limit_req_status 429;"
    yield ""
    yield from forward.upstream(plan)
    yield ""
    yield from block("server", _server(plan))
    if plan.redirect:
        yield ""
        yield from block("server", _redirect(plan))


def _log() -> Iterator[str]:
    yield ""
    yield from comment("Some addresses hold secrets, and so do many queries: neither is logged.")
    yield from block(
        "map $request $strongroom_logged",
        # Some programs rewrite links in spellings of their own: `/sign%2Din/` is `/sign-in/`.
        '"~^([A-Z]+) [^ ?]*%[^ ?]*/[^ ?]" "$1 /...";',
        f'"~^([A-Z]+) [^ ?]*?/({"|".join(SECRET_ADDRESSES)})/." "$1 /$2/...";',
        '"~^([A-Z]+ [^ ?]*)" $1;',
    )
    yield "log_format strongroom '$remote_addr [$time_iso8601] \"$strongroom_logged '"
    yield "    '$server_protocol\"'"
    yield "    ' $status $body_bytes_sent $request_time $sent_http_x_request_id';"


def _server(plan: Plan) -> Iterator[str]:
    kinds = (" ssl" if plan.certificate else "") + (" http2" if plan.http2 else "")
    yield from (f"listen {one}{kinds};" for one in plan.listen)
    yield f"server_name {_names(plan)};"
    yield f"access_log {'/dev/stdout' if plan.whole else _LOG} strongroom;"
    yield "server_tokens off;"
    yield from comment("What is spelt oddly is the application's to judge, as it came.")
    yield "merge_slashes off;"
    yield "large_client_header_buffers 4 16k;"
    yield ""
    yield from comment("Slow clients, who are dropped when they fall silent.")
    yield "client_header_timeout 15s;"
    yield "client_body_timeout 30s;"
    yield "send_timeout 30s;"
    yield "keepalive_timeout 30s;"
    yield "reset_timedout_connection on;"
    for part in (_before(plan), _tls(plan), forward.basis(plan), _served(plan)):
        yield ""
        yield from part
    yield ""
    yield from forward.locations(plan)


def _before(plan: Plan) -> Iterator[str]:
    if plan.behind:
        yield from comment("Who stands in front of nginx, and is believed about addresses.")
        yield from (f"set_real_ip_from {one};" for one in plan.behind)
        yield "real_ip_header X-Forwarded-For;"
        yield "real_ip_recursive on;"


def _tls(plan: Plan) -> Iterator[str]:
    if plan.certificate:
        yield f'ssl_certificate "{plan.certificate}";'
        yield f'ssl_certificate_key "{plan.certificate_key}";'
        yield "ssl_protocols TLSv1.2 TLSv1.3;"
        yield "ssl_ciphers ECDHE+AESGCM:ECDHE+CHACHA20;"
        yield "ssl_session_cache shared:strongroom_tls:10m;"
        yield "ssl_session_timeout 1d;"
        yield "ssl_session_tickets off;"
    if plan.https:
        yield header(*shelf.HSTS, always=True)


def _served(plan: Plan) -> Iterator[str]:
    if plan.public:
        yield from shelf.basis(plan)
        yield ""
        yield from shelf.locations(plan)


def _redirect(plan: Plan) -> Iterator[str]:
    yield from comment("To TLS, by the registry's own name and never by one that a client sent.")
    yield from (f"listen {one};" for one in plan.redirect)
    yield f"server_name {_names(plan)};"
    yield f"access_log {'/dev/stdout' if plan.whole else _LOG} strongroom;"
    yield "server_tokens off;"
    yield f"location / {{ return 301 {plan.url}$request_uri; }}"


def _names(plan: Plan) -> str:
    # Where any name is answered, nginx has a word of its own for it.
    return " ".join("_" if name == "*" else name for name in plan.names)
