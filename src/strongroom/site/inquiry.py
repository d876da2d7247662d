"""Asking about mail domains as the configuration says: DNS first, then the registry."""

from collections.abc import Callable
from datetime import datetime
from importlib.metadata import version
from ipaddress import ip_network
from typing import TypeAlias

from strongroom.people.accounts.lapses import Finding, Held, Mail
from strongroom.site.configuration import Configuration
from strongroom.stores import registrations
from strongroom.stores.nameservers import servers
from strongroom.stores.outside import Outside
from strongroom.stores.registrations import Absent, Registration, Registries
from strongroom.stores.resolver import Answered, Resolver

_ANYWHERE = (ip_network("0.0.0.0/0"), ip_network("::/0"))
_MAIL = {
    Answered.FOUND: Mail.TAKEN,
    Answered.EMPTY: Mail.REFUSED,
    Answered.NULL: Mail.REFUSED,
    Answered.NO_NAME: Mail.NO_NAME,
    Answered.UNKNOWN: Mail.UNKNOWN,
}
# RFC 8056 says which words of RDAP stand for which states of EPP.
_ENDING = frozenset({"redemption period", "pending delete"})
_STOPPED = frozenset({"client hold", "server hold"})

Asking: TypeAlias = Callable[[str, datetime], Finding]
"""Returns what is found of a domain at a moment; raises nothing where nobody answers."""


def asking(configuration: Configuration) -> Asking:
    """Return how to ask about one domain after the other."""
    agent = f"strongroom/{version('strongroom')}"
    resolver = Resolver(servers(configuration.dns_servers))
    registries = Registries(
        registrations.servers(configuration.rdap_servers),
        configuration.rdap_bootstrap,
        named=Outside(agent, _ANYWHERE),
        listed=Outside(agent),
    )
    registration = registries.reading()

    def ask(domain: str, now: datetime) -> Finding:
        mail = _MAIL[resolver.mail(domain)]
        if not registries.are_asked:
            return Finding(now, mail, Held.UNASKED)
        held, registered_at = read(registration(domain))
        return Finding(now, mail, held, registered_at)

    return ask


def read(answer: Registration | Absent | None) -> tuple[Held, datetime | None]:
    """Return what an answer of a registry comes to, and since when the domain is registered."""
    match answer:
        case None:
            return Held.UNKNOWN, None
        case Absent():
            return Held.ABSENT, None
        case Registration(status, registered_at):
            if status & _ENDING:
                return Held.ENDING, registered_at
            return (Held.STOPPED if status & _STOPPED else Held.REGISTERED), registered_at
