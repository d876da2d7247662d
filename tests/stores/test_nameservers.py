"""The setting that names servers is read strictly."""

import pytest

from strongroom.core.errors import ConfigurationError
from strongroom.stores.nameservers import is_valid, servers


def test_servers_are_read() -> None:
    read = servers(["192.0.2.53", "192.0.2.53:5353", "2001:db8::53", "[2001:db8::53]:54"])
    assert read == (
        ("192.0.2.53", 53),
        ("192.0.2.53", 5353),
        ("2001:db8::53", 53),
        ("2001:db8::53", 54),
    )


@pytest.mark.parametrize("word", ["", "ns.example.org", "192.0.2.53:0", "192.0.2.53:x", "[::1"])
def test_what_is_no_server_is_refused(word: str) -> None:
    assert not is_valid([word])
    with pytest.raises(ConfigurationError) as refusal:
        servers([word])
    assert refusal.value.code == "dns-server-invalid"


def test_no_server_named_is_the_machines_own() -> None:
    assert is_valid([])
    assert servers([]) == ()
