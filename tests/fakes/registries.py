"""What registries of domains answer by RDAP, to be served by `tests.fakes.servers`."""

import json
from collections.abc import Mapping

from tests.fakes.servers import answer

REGISTERED = "2001-02-03T04:05:06Z"


def domain(*status: str, registered: str = REGISTERED, event: str = "registration") -> bytes:
    """Return the answer about a domain (RFC 9083, 5.3)."""
    told = {
        "objectClassName": "domain",
        "status": list(status),
        "events": [
            {"eventAction": event, "eventDate": registered},
            {"eventAction": "expiration", "eventDate": "2099-01-01T00:00:00Z"},
        ],
    }
    return answer(json.dumps(told).encode(), "application/rdap+json")


def listed(servers: Mapping[str, list[str]]) -> bytes:
    """Return a list of registries (RFC 9224, 4)."""
    services = [[[suffix], urls] for suffix, urls in servers.items()]
    return answer(json.dumps({"version": "1.0", "services": services}).encode(), "application/json")
