"""Asking registries about domains, by RDAP (RFC 9082, RFC 9083).

Which server knows a domain is said by the setting `rdap_servers`, or by IANA's list (RFC 9224). The
guard of requests to others holds: what the list and a registry name must be public addresses; what
the operator names may be a machine of their own network.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TypeAlias
from urllib.parse import quote

from strongroom.core.errors import ConfigurationError, InvalidError, StrongroomError
from strongroom.stores.outside import Limits, Outside, Request
from strongroom.stores.targets import target

FORM = "pairs such as org=https://rdap.example.org/"
LIST = Limits(at_most=4 * 1024 * 1024, total=30.0)
DOMAIN = Limits(at_most=512 * 1024, total=10.0, connect=4.0, read=6.0)
REDIRECTS = 3  # RFC 7480, 5.2: one server may send us to the one that knows
DEEPEST = 5  # labels of a domain; deeper ones are asked about by their last five
_OK, _NOT_FOUND = 200, 404
_KIND = "application/rdap+json"
# When the domain came to whoever has it (RFC 9083, 10.2.3).
_REGISTERING = frozenset({"registration", "reregistration"})

Servers: TypeAlias = Mapping[str, str]
"""The address of a server by the suffix of the domains that it knows."""


@dataclass(frozen=True, slots=True)
class Registration:
    """What a registry says of a domain. `status` are its words (RFC 9083, 10.2.2), lower case."""

    status: frozenset[str]
    registered_at: datetime | None


@dataclass(frozen=True, slots=True)
class Absent:
    """The registry knows no such domain."""


@dataclass(frozen=True, slots=True)
class Registries:
    """Asks registries: those that the operator names before those of the list at `bootstrap`.

    `named` is the guard for the operator's own addresses, `listed` that for all others.
    """

    servers: Servers
    bootstrap: str
    named: Outside = field(repr=False)
    listed: Outside = field(repr=False)

    @property
    def are_asked(self) -> bool:
        """Say whether there is anybody to ask."""
        return bool(self.servers or self.bootstrap)

    def reading(self) -> Callable[[str], Registration | Absent | None]:
        """Return how to ask about a domain; the list is read once for all that are asked.

        None where nobody could be asked, or where what came is no answer.
        """
        listed = _Listed(self)

        def ask(domain: str) -> Registration | Absent | None:
            suffixes = list(_behind(domain))
            server = _first(self.servers, suffixes)
            try:
                if server is not None:
                    return _registration(self.named, server, domain)
                server = _first(listed.servers(), suffixes)
                return _registration(self.listed, server, domain) if server else None
            except StrongroomError:
                return None

        return ask


@dataclass(slots=True)
class _Listed:
    """IANA's list, read when it is first asked for."""

    registries: Registries
    read: Servers | None = None

    def servers(self) -> Servers:
        """Return the list; empty where it cannot be read, and then not asked for again."""
        if self.read is None:
            self.read = {}
            if self.registries.bootstrap:
                self.read = _listed(_json(self.registries.named, self.registries.bootstrap, LIST))
        return self.read


def is_valid(words: Sequence[str]) -> bool:
    """Say whether the setting `rdap_servers` is empty or names servers."""
    try:
        servers(words)
    except ConfigurationError:
        return False
    return True


def is_address(text: str) -> bool:
    """Say whether a text is an address that can be asked, or empty."""
    try:
        return not text or bool(target(text))
    except InvalidError:
        return False


def servers(words: Sequence[str]) -> Servers:
    """Read the setting `rdap_servers`; raises ConfigurationError."""
    found: dict[str, str] = {}
    for word in words:
        suffix, equals, url = word.partition("=")
        if not (suffix and equals and url and is_address(url)):
            raise ConfigurationError(
                "rdap-server-invalid", f"{word[:80]!a} names no registry.", f"Write {FORM}."
            )
        found[suffix.lower().strip(".")] = url
    return found


def _registration(outside: Outside, server: str, domain: str) -> Registration | Absent | None:
    """Ask about the domain, and where the registry does not know it, about those above it.

    An address may be of a part of a domain, and only the registry knows where its domains end.
    """
    labels = domain.split(".")[-DEEPEST:]
    for start in range(len(labels) - 1):
        name = quote(".".join(labels[start:]), safe="")
        read = _json(outside, f"{server.rstrip('/')}/domain/{name}", DOMAIN)
        if not isinstance(read, Absent):
            return _read(read)
    return Absent()


def _json(outside: Outside, url: str, limits: Limits) -> object:
    request = Request(url, {"Accept": f"{_KIND}, application/json"})
    with outside.answer(request, limits, REDIRECTS) as answer:
        if answer.status == _NOT_FOUND:
            return Absent()
        if answer.status != _OK:
            return None
        try:
            return json.loads(answer.body())
        except (ValueError, RecursionError):
            return None


def _read(read: object) -> Registration | None:
    if not isinstance(read, dict) or read.get("objectClassName") != "domain":
        return None
    status = frozenset(str(one).lower() for one in _list(read.get("status")))
    dates = [
        moment
        for event in _list(read.get("events"))
        if isinstance(event, dict) and event.get("eventAction") in _REGISTERING
        if (moment := _moment(event.get("eventDate")))
    ]
    return Registration(status, max(dates, default=None))


def _listed(read: object) -> Servers:
    """Read IANA's list (RFC 9224, 4): pairs of suffixes and addresses, https before http."""
    services = _list(read.get("services")) if isinstance(read, dict) else []
    found: dict[str, str] = {}
    for service in services:
        match service:
            case [list(suffixes), list(urls)]:
                known = sorted(
                    (one for one in urls if isinstance(one, str)),
                    key=lambda one: not one.startswith("https:"),
                )
                found |= {str(suffix).lower(): known[0] for suffix in suffixes if known}
            case _:
                continue
    return found


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _moment(text: object) -> datetime | None:
    try:
        read = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def _behind(domain: str) -> Iterator[str]:
    """Yield what a domain ends in, the longest first."""
    labels = domain.split(".")
    return (".".join(labels[start:]) for start in range(len(labels)))


def _first(servers: Servers, suffixes: Sequence[str]) -> str | None:
    return next((servers[one] for one in suffixes if one in servers), None)
