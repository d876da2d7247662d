"""The name servers that the operator names: reading that setting loads no resolver."""

import ipaddress
from collections.abc import Sequence

from strongroom.core.errors import ConfigurationError

FORM = "addresses of name servers, such as 192.0.2.53 or 192.0.2.53:5353"
PORT = 53


def is_valid(words: Sequence[str]) -> bool:
    """Say whether the setting `dns_servers` is empty or names servers."""
    try:
        servers(words)
    except ConfigurationError:
        return False
    return True


def servers(words: Sequence[str]) -> tuple[tuple[str, int], ...]:
    """Read the setting `dns_servers`; raises ConfigurationError."""
    return tuple(map(_server, words))


def _server(word: str) -> tuple[str, int]:
    host, port = word, str(PORT)
    if word.startswith("["):
        host, _, port = word[1:].partition("]:")
    elif word.count(":") == 1:
        host, _, port = word.partition(":")
    try:
        return str(ipaddress.ip_address(host)), _port(port)
    except ValueError:
        raise ConfigurationError(
            "dns-server-invalid", f"{word[:60]!a} is not a name server.", f"Write {FORM}."
        ) from None


def _port(text: str) -> int:
    port = int(text)
    if not 0 < port < 65536:  # noqa: PLR2004 - UDP's own bound
        raise ValueError
    return port
