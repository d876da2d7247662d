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

# By the IANA registries of special-purpose addresses (RFC 6890 and its successors), written out
# because what `ipaddress` calls global differs between versions of Python.
_SPECIAL = tuple(
    map(
        ipaddress.ip_network,
        (
            "0.0.0.0/8",
            "10.0.0.0/8",
            "100.64.0.0/10",  # shared by carriers; metadata of one cloud
            "127.0.0.0/8",
            "168.63.129.16/32",  # public by its number, but the host of a machine in Azure
            "169.254.0.0/16",  # link-local; metadata of most clouds
            "172.16.0.0/12",
            "192.0.0.0/24",  # protocols; metadata of one cloud
            "192.0.2.0/24",
            "192.88.99.0/24",
            "192.168.0.0/16",
            "198.18.0.0/15",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "224.0.0.0/4",
            "240.0.0.0/4",
            "2001::/23",  # protocols; among them Teredo, which holds an IPv4 address
            "2001:db8::/32",
            "2002::/16",  # 6to4, which holds an IPv4 address
            "3fff::/20",
        ),
    )
)
_IPV4 = 4
_GLOBAL_UNICAST = ipaddress.ip_network("2000::/3")  # all else of IPv6 is not given out
_NAT64 = ipaddress.ip_network("64:ff9b::/96")  # RFC 6052: the last 32 bits are an IPv4 address


def networks(words: Sequence[str]) -> tuple[Network, ...]:
    """Read networks such as 192.0.2.0/24, or single addresses; raises InvalidError."""
    return tuple(map(_network, words))


def reachable(address: Address, allowed: Sequence[Network]) -> bool:
    """Say whether an address may be reached: it is public, or in a network that is allowed.

    An IPv6 address that stands for an IPv4 address is judged as that one.
    """
    meant = _meant(address)
    if any(one in network for network in allowed for one in (address, meant)):
        return True
    if any(meant in network for network in _SPECIAL):
        return False
    return meant.version == _IPV4 or meant in _GLOBAL_UNICAST


def _network(word: str) -> Network:
    try:
        return ipaddress.ip_network(word)
    except ValueError:
        raise InvalidError(
            "network-invalid",
            f"{word[:60]!a} is not a network.",
            "Write it as 192.0.2.0/24 or 2001:db8::/32, without bits behind the prefix.",
        ) from None


def _meant(address: Address) -> Address:
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return address.ipv4_mapped
        if address in _NAT64:
            return ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
    return address
