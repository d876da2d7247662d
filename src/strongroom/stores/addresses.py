"""Which addresses of the network the registry may reach for: public ones, and what it is allowed.

A name or address that a stranger can choose must never lead to the machine itself, its network, or
the metadata service of its cloud (server-side request forgery). Pure: nothing here resolves a name.
"""

import ipaddress
from collections.abc import Sequence
from typing import TypeAlias

from strongroom.core.errors import InvalidError

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network

# A public address by its number, but answered by the host of a virtual machine in Azure's clouds.
_PLATFORM = ipaddress.ip_address("168.63.129.16")
_NAT64 = ipaddress.ip_network("64:ff9b::/96")  # RFC 6052: the last 32 bits are an IPv4 address


def networks(words: Sequence[str]) -> tuple[Network, ...]:
    """Read networks such as 192.0.2.0/24, or single addresses; raises InvalidError."""
    return tuple(map(_network, words))


def reachable(address: Address, allowed: Sequence[Network]) -> bool:
    """Say whether an address may be reached: it is public, or in a network that is allowed.

    An IPv6 address that stands for an IPv4 address is judged as that one too.
    """
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    if any(address in network for network in allowed):
        return True
    return _public(address) and all(map(_public, _inside(address)))


def _network(word: str) -> Network:
    try:
        return ipaddress.ip_network(word)
    except ValueError:
        raise InvalidError(
            "network-invalid",
            f"{word[:60]!a} is not a network.",
            "Write it as 192.0.2.0/24 or 2001:db8::/32, without bits behind the prefix.",
        ) from None


def _public(address: Address) -> bool:
    return (
        address.is_global
        and not address.is_multicast
        and not address.is_reserved
        and address != _PLATFORM
    )


def _inside(address: Address) -> Sequence[Address]:
    """Return the IPv4 addresses to which a network may carry what is sent to this address."""
    if isinstance(address, ipaddress.IPv4Address):
        return ()
    if address in _NAT64:
        return (ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF),)
    found = (address.sixtofour, *(address.teredo or ()))
    return tuple(one for one in found if one is not None)
