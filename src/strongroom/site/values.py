"""What the values of settings may look like. Pure."""

import ipaddress
import re
from pathlib import Path
from urllib.parse import urlsplit

REPORTERS = "NAME=/path/to/key"


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


def is_file_name(text: str) -> bool:
    """Say whether a text is empty or the absolute path of a file."""
    return not text or Path(text).is_absolute()


def are_reporters(words: tuple[str, ...]) -> bool:
    """Say whether all words name a reporter and the absolute path of its key."""
    pairs = [word.partition("=") for word in words]
    named = all(re.fullmatch(r"[a-z0-9-]{1,32}", name) for name, _, _ in pairs)
    return named and all(Path(file).is_absolute() for _, _, file in pairs)


def integer(value: object) -> int:
    """Read a whole number; raises ValueError or TypeError, as the others do."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise TypeError
    return int(value)


def switch(value: object) -> bool:
    """Read `true` or `false`."""
    if isinstance(value, bool):
        return value
    return {"true": True, "false": False}[text(value).lower()]


def text(value: object) -> str:
    """Read a text."""
    if not isinstance(value, str):
        raise TypeError
    return value


def path(value: object) -> Path:
    """Read a path."""
    return Path(text(value))


def words(value: object) -> tuple[str, ...]:
    """Read words, separated by commas or listed."""
    if isinstance(value, str):
        return tuple(word.strip() for word in value.split(",") if word.strip())
    if isinstance(value, list) and all(isinstance(word, str) for word in value):
        return tuple(value)
    raise TypeError
