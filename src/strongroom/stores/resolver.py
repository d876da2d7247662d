"""Asking DNS whether a domain takes mail: the one module that speaks to name servers.

An answer counts only where it is one. Time that runs out, a server that fails and one that refuses
are all "unknown". So is "no such name" from a server that does not know the top-level domain
either: it is cut off from the world, or the name is one that is used inside alone.
"""

from dataclasses import dataclass
from enum import StrEnum

import dns.exception
import dns.name
import dns.resolver

SECONDS = 5.0  # for one question, over all servers


class Answered(StrEnum):
    """What a question came to."""

    FOUND = "found"
    EMPTY = "empty"  # the name is there, and has none of that kind
    NO_NAME = "no-name"
    NULL = "null"  # a null MX: no mail is taken (RFC 7505, 3)
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Resolver:
    """Asks name servers: those that are named, each an address and a port, or the machine's own."""

    servers: tuple[tuple[str, int], ...] = ()
    seconds: float = SECONDS

    def mail(self, domain: str) -> Answered:
        """Return whether a domain (ASCII, RFC 5890 A-labels) takes mail, by RFC 5321, section 5.1.

        FOUND where it does; EMPTY, NULL or NO_NAME where it does not.
        """
        found = self._ask(domain, "MX")
        if found is Answered.EMPTY:
            found = self._address(domain)
        if found is Answered.NO_NAME and self._ask(domain.rpartition(".")[2], "SOA") in {
            Answered.NO_NAME,
            Answered.UNKNOWN,
        }:
            return Answered.UNKNOWN
        return found

    def _address(self, domain: str) -> Answered:
        found = {self._ask(domain, kind) for kind in ("A", "AAAA")}
        for one in (Answered.FOUND, Answered.UNKNOWN, Answered.NO_NAME):
            if one in found:
                return one
        return Answered.EMPTY

    def _ask(self, domain: str, kind: str) -> Answered:
        try:
            # Absolute: else the machine's own domains would be tried behind it.
            answer = self._asking().resolve(dns.name.from_text(f"{domain}."), kind, search=False)
        except dns.resolver.NXDOMAIN:
            return Answered.NO_NAME
        except dns.resolver.NoAnswer:
            return Answered.EMPTY
        except (dns.exception.DNSException, OSError, ValueError):
            return Answered.UNKNOWN
        if kind == "MX" and all(record.exchange == dns.name.root for record in answer):
            return Answered.NULL
        return Answered.FOUND

    def _asking(self) -> dns.resolver.Resolver:
        asking = dns.resolver.Resolver(configure=not self.servers)
        if self.servers:
            asking.nameservers = [host for host, _ in self.servers]
            asking.nameserver_ports = dict(self.servers)
        asking.lifetime = self.seconds
        asking.timeout = self.seconds / 2
        return asking
