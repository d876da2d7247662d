"""What an operator asks of the configuration, and what cannot be asked.

Everything here ends up in a language in which `;`, `{` and `$` mean something. So each value is
held against a narrow form, and a path that nginx could read in another way is refused.
"""

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from strongroom.core.errors import ConfigurationError
from strongroom.site.configuration import Configuration

_ADDRESS = r"(?:[0-9]{1,3}(?:\.[0-9]{1,3}){3}|\[[0-9a-fA-F:.]+\])"
_LISTEN = re.compile(rf"(?:{_ADDRESS}:)?[0-9]{{1,5}}")
_SERVER = re.compile(rf"(?:{_ADDRESS}|[A-Za-z0-9_](?:[A-Za-z0-9._-]*[A-Za-z0-9])?):[0-9]{{1,5}}")
_NAME = re.compile(r"\.?[A-Za-z0-9_](?:[A-Za-z0-9._-]*[A-Za-z0-9])?|\[[0-9a-fA-F:.]+\]|\*")
_PATH = re.compile(r"/[^\x00-\x1f\x7f$\"'\\]*")


@dataclass(frozen=True, slots=True)
class Asked:
    """The options of `strongroom nginx`; what is empty follows from the settings."""

    listen: tuple[str, ...] = ()
    redirect: tuple[str, ...] = ()
    certificate: str = ""
    certificate_key: str = ""
    http2: bool = False
    upstreams: tuple[str, ...] = ()
    behind: tuple[str, ...] = ()
    proxy_only: bool = False
    cache: str = ""
    whole: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """What the configuration is made of: everything decided, every word fit to stand in it."""

    url: str
    names: tuple[str, ...]
    listen: tuple[str, ...]
    redirect: tuple[str, ...]
    certificate: str
    certificate_key: str
    http2: bool
    upstreams: tuple[str, ...]
    behind: tuple[str, ...]
    public: str  # the folder of the shelf; empty where nginx serves nothing by itself
    cache: str
    whole: str
    max_file_bytes: int

    @property
    def https(self) -> bool:
        """Say whether clients use TLS, wherever it ends."""
        return self.url.startswith("https:")


def plan(configuration: Configuration, asked: Asked) -> Plan:
    """Settle every question; raises ConfigurationError with the code `nginx-option-invalid`."""
    tls = bool(asked.certificate or asked.certificate_key)
    if tls and not (asked.certificate and asked.certificate_key):
        raise _refused("A certificate without its key, or a key alone, is no use.")
    if tls and not configuration.url.startswith("https:"):
        raise _refused(f"Clients are told to use {configuration.url}, which is without TLS.")
    if asked.http2 and not tls:
        raise _refused("HTTP/2 needs a certificate.")
    # A shelf in a bucket is nothing that this machine's server could read.
    proxied = asked.proxy_only or configuration.in_bucket
    if asked.cache and not proxied:
        raise _refused("A cache is for a registry whose files are not on this machine.")
    port = "443" if tls else "80"
    paths = (asked.certificate, asked.certificate_key, asked.cache, asked.whole)
    return Plan(
        url=configuration.url,
        names=_all(_NAME, _names(configuration), "a host name"),
        listen=_all(_LISTEN, asked.listen or (port, f"[::]:{port}"), "an address and port"),
        redirect=_all(_LISTEN, asked.redirect or ("80", "[::]:80"), "an address and port")
        if tls
        else (),
        certificate=paths[0] and _path(paths[0]),
        certificate_key=paths[1] and _path(paths[1]),
        http2=asked.http2,
        upstreams=_all(_SERVER, asked.upstreams or (_own(configuration),), "a host and port"),
        behind=_networks(asked.behind),
        public="" if proxied else _path(str(configuration.data / "public")),
        cache=paths[2] and _path(paths[2]),
        whole=paths[3] and _path(paths[3].rstrip("/")),
        max_file_bytes=configuration.max_file_bytes,
    )


def _names(configuration: Configuration) -> Iterable[str]:
    host = urlsplit(configuration.url).hostname or ""
    named = f"[{host}]" if ":" in host else host
    return dict.fromkeys((named, *configuration.allowed_hosts))


def _own(configuration: Configuration) -> str:
    # What listens everywhere is reached by loopback.
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(configuration.host, configuration.host)  # noqa: S104
    return f"[{host}]:{configuration.port}" if ":" in host else f"{host}:{configuration.port}"


def _all(form: re.Pattern[str], words: Iterable[str], told: str) -> tuple[str, ...]:
    for word in words:
        if not form.fullmatch(word):
            raise _refused(f"{word!r} is not {told}.")
    return tuple(words)


def _path(word: str) -> str:
    if not _PATH.fullmatch(word):
        raise _refused(f"{word!r} is not an absolute path, or nginx would read it otherwise.")
    return word


def _networks(words: Iterable[str]) -> tuple[str, ...]:
    try:
        return tuple(str(ipaddress.ip_network(word)) for word in words)
    except ValueError as error:
        raise _refused(f"{error}.") from None


def _refused(sentence: str) -> ConfigurationError:
    return ConfigurationError(
        "nginx-option-invalid", sentence, "See `strongroom nginx --help` and docs/operate/proxy.md."
    )
