"""What a webhook is sent: a body, and headers that prove who sent it. Pure.

Standard Webhooks specification 1.0: `webhook-id` stays the same however often a message is sent,
`webhook-timestamp` is that of the attempt, and `webhook-signature` holds one HMAC-SHA256 for each
secret that is valid, over `id.timestamp.body`. A body tells what anybody may read of an event.
"""

import base64
import hmac
import json
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from strongroom.core.events import Recorded, public_facts

SECRET_BYTES = 32  # the specification asks for 24 to 64
TEST = "test"
_PREFIX = "whsec_"


def new_secret(entropy: Callable[[int], bytes]) -> str:
    """Make a secret, in the form in which receivers are given it."""
    return _PREFIX + base64.b64encode(entropy(SECRET_BYTES)).decode()


def body(recorded: Recorded, registry: str) -> bytes:
    """Return the message that tells a public event of the registry at that address."""
    event = recorded.event
    told = {
        "serial": recorded.serial,
        "at": _moment(recorded.at),
        "kind": event.kind,
        "actor": event.actor,
        "ecosystem": event.project.ecosystem if event.project else "",
        "project": event.project.key if event.project else "",
        "version": event.version,
        "facts": public_facts(recorded),
    }
    return _message(event.kind, recorded.at, registry, told)


def trial_body(at: datetime, registry: str) -> bytes:
    """Return a message that tells nothing."""
    return _message(TEST, at, registry, {})


def headers(message: str, body: bytes, secrets: Iterable[str], now: datetime) -> Mapping[str, str]:
    """Return the headers of one attempt to send a message."""
    at = int(now.timestamp())
    signed = b"%s.%d.%s" % (message.encode(), at, body)
    return {
        "Content-Type": "application/json",
        "webhook-id": message,
        "webhook-timestamp": str(at),
        "webhook-signature": " ".join(_signature(secret, signed) for secret in secrets),
    }


def _signature(secret: str, signed: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(_PREFIX))
    return "v1," + base64.b64encode(hmac.digest(key, signed, "sha256")).decode()


def _message(kind: str, at: datetime, registry: str, data: Mapping[str, object]) -> bytes:
    told = {"type": kind, "timestamp": _moment(at), "registry": registry, "data": data}
    return json.dumps(told, separators=(",", ":"), sort_keys=True).encode()


def _moment(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")
