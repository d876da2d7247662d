"""Which addresses are reached."""

from ipaddress import ip_address

import pytest

from strongroom.core.errors import InvalidError
from strongroom.stores.addresses import networks, reachable

REFUSED = [
    "127.0.0.1",
    "127.255.255.254",
    "0.0.0.0",  # noqa: S104 - to be refused, not bound
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "100.100.100.200",
    "192.0.0.192",
    "192.0.2.1",
    "198.18.0.1",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "168.63.129.16",
    "::",
    "::1",
    "fe80::1",
    "fc00::1",
    "fd00:ec2::254",
    "ff02::1",
    "fec0::1",
    "2001:db8::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:a9fe:a9fe",
    "2002:7f00:1::1",
    "2002:a00:1::",
    "64:ff9b::7f00:1",
    "64:ff9b::a00:1",
    "2001:0:4136:e378:8000:63bf:80ff:fffe",
]
PUBLIC = ["1.1.1.1", "8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"]


@pytest.mark.parametrize("address", REFUSED)
def test_what_is_not_public_is_not_reached(address: str) -> None:
    assert not reachable(ip_address(address), ())


@pytest.mark.parametrize("address", PUBLIC)
def test_what_is_public_is_reached(address: str) -> None:
    assert reachable(ip_address(address), ())


@pytest.mark.parametrize("address", ["10.1.2.3", "::ffff:10.1.2.3"])
def test_what_is_allowed_is_reached_in_either_form(address: str) -> None:
    allowed = networks(["10.0.0.0/8"])
    assert reachable(ip_address(address), allowed)
    assert not reachable(ip_address("127.0.0.1"), allowed)


@pytest.mark.parametrize("word", ["ten", "10.0.0.1/8", "10.0.0.0/33", ""])
def test_what_is_no_network_is_refused(word: str) -> None:
    with pytest.raises(InvalidError) as refusal:
        networks([word])
    assert refusal.value.code == "network-invalid"
