"""Trusted publishing as the configuration says: whose statements count, and for whom they are."""

import secrets
import time
from collections.abc import Sequence
from importlib.metadata import version
from ipaddress import ip_network
from urllib.parse import urlsplit

from strongroom.core.clock import Clock
from strongroom.people.publishers.exchange import Exchange
from strongroom.people.publishers.presets import PRESETS
from strongroom.people.publishers.providers import Provider, of_issuer
from strongroom.site.configuration import Configuration
from strongroom.stores.issuers import Issuers
from strongroom.stores.outside import Outside

_ANYWHERE = (ip_network("0.0.0.0/0"), ip_network("::/0"))


def exchange(
    configuration: Configuration, known: Sequence[Provider], master: bytes, clock: Clock
) -> Exchange:
    """Return what programs get tokens by; `master` is the key of tokens."""
    agent = f"strongroom/{version('strongroom')}"
    public, named = Outside(agent), Outside(agent, _ANYWHERE)

    def outside(issuer: str) -> Outside:
        # An issuer that the operator has named may be a machine of their own network.
        return public if of_issuer(PRESETS.values(), issuer) else named

    return Exchange(
        providers=known,
        audience=urlsplit(configuration.url).netloc,
        keys=Issuers(outside, time.monotonic).keys,
        master=master,
        clock=clock,
        entropy=secrets.token_bytes,
    )
