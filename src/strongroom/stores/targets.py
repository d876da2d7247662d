"""Addresses of requests to others, read strictly: what one reader takes for one host, all must.

Anything that two readers of addresses could take differently is refused (RFC 3986; the tricks are
collected in Orange Tsai's "A New Era of SSRF"): credentials, backslashes, blanks, letters beyond
ASCII, IPv4 addresses in octal, hexadecimal, one number or fewer than four.
"""

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from strongroom.core.errors import InvalidError

PORTS = {"http": 80, "https": 443}
_LONGEST = 4000
_PLAIN = re.compile(r"[!#-;=?-\[\]_a-z~]+")  # visible ASCII without quotes and <>\^`{|}
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")


@dataclass(frozen=True, slots=True)
class Target:
    """An address taken apart: `host` is a name or an IP address, in lower case, unbracketed."""

    url: str
    secure: bool
    host: str
    port: int
    path: str  # with the query

    @property
    def authority(self) -> str:
        """Return what the Host header says: the port only where it is not the usual one."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        usual = PORTS["https" if self.secure else "http"]
        return host if self.port == usual else f"{host}:{self.port}"

    @property
    def is_address(self) -> bool:
        """Say whether the host is an IP address, which has no name to look up."""
        return ":" in self.host or _NUMBER.fullmatch(self.host.rpartition(".")[2]) is not None

    @property
    def origin(self) -> tuple[bool, str, int]:
        """Return what two addresses of one server share."""
        return (self.secure, self.host, self.port)


def target(url: str) -> Target:
    """Read an address; raises InvalidError."""
    if len(url) > _LONGEST or not _PLAIN.fullmatch(url):
        raise _invalid(url, "it holds what an address cannot hold, or is too long")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise _invalid(url, "it cannot be read") from None
    if parts.scheme not in PORTS:
        raise _invalid(url, "it is neither http nor https")
    if "@" in parts.netloc:
        raise _invalid(url, "it holds credentials")
    host = (parts.hostname or "").removesuffix(".")
    _check_host(url, host)
    path = parts.path or "/"
    return Target(
        url=url,
        secure=parts.scheme == "https",
        host=host,
        port=PORTS[parts.scheme] if port is None else port,
        path=f"{path}?{parts.query}" if parts.query else path,
    )


def _check_host(url: str, host: str) -> None:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        labels = host.split(".")
    else:
        if "%" in host:
            raise _invalid(url, "its host names an interface of the machine")
        return
    if not all(map(_LABEL.fullmatch, labels)):
        raise _invalid(url, "its host is not a name")
    # What ends in a number is an IPv4 address to some readers and a name to others (WHATWG URL).
    if _NUMBER.fullmatch(labels[-1]):
        raise _invalid(url, "its host is a number in an unusual form")


def _invalid(url: str, told: str) -> InvalidError:
    return InvalidError(
        "outside-url-invalid",
        f"{url[:100]!a} cannot be asked: {told}.",
        "Use a plain http or https address.",
    )
