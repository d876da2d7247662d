"""Fetching a list of public keys from where its owner shows it: bounded, through the guard.

The operator names the address, so it may be a machine of their own network.
"""

from strongroom.core.errors import UnavailableError
from strongroom.stores.outside import Limits, Outside, Request

LIMITS = Limits(at_most=256 * 1024, total=8.0, connect=4.0, read=4.0)
_OK = 200


def fetch(outside: Outside, address: str) -> bytes:
    """Return the document at an address; raises a StrongroomError where there is none."""
    with outside.answer(Request(address, {"Accept": "application/json"}), LIMITS) as answer:
        if answer.status != _OK:
            raise UnavailableError(
                "key-list-unreadable",
                f"{address[:200]} answers with status {answer.status}.",
                "Check the address, or try again later.",
            )
        return answer.body()
