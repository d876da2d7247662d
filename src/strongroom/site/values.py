"""What the values of settings may look like. Pure."""

import ipaddress
from pathlib import Path
from urllib.parse import urlsplit


def is_origin(text: str) -> bool:
    """Say whether a text is scheme, host and perhaps port of an address."""
    url = urlsplit(text)
    return (
        url.scheme in {"http", "https"}
        and bool(url.hostname)
        and url.path == ""
        and not (url.query or url.fragment or url.username)
    )


def is_issuer(issuer: str, client: str, secret_file: str) -> bool:
    """Say whether an identity provider can be asked: over TLS, or on this machine."""
    url = urlsplit(issuer)
    local = url.hostname in {"localhost", "127.0.0.1", "::1"}
    return (
        (url.scheme == "https" or (url.scheme == "http" and local))
        and not (url.query or url.fragment or url.username)
        and bool(client)
        and Path(secret_file).is_absolute()
    )


def is_mailbox(text: str) -> bool:
    """Say whether a text is a plain e-mail address."""
    name, at, host = text.partition("@")
    return bool(name and at and host) and text.isascii() and text.isprintable() and " " not in text


def are_networks(words: tuple[str, ...]) -> bool:
    """Say whether all words are networks or addresses."""
    try:
        for word in words:
            ipaddress.ip_network(word)
    except ValueError:
        return False
    return True
