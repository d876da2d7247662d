"""People with accounts, and with the factors that they need to change anything."""

import base64
import hmac
import struct

from allauth.mfa.models import Authenticator

from strongroom.core.actors import OPERATOR, Actor, Assurance
from strongroom.core.clock import Clock
from strongroom.people.accounts.users import create_user, person
from strongroom.people.models import User


def member(name: str, clock: Clock, *, admin: bool = False) -> User:
    """Return a new account with a security key, which no test can use at a browser."""
    user = create_user(name, f"{name}@example.org", admin=admin, actor=OPERATOR, clock=clock)
    Authenticator.objects.create(user=user, type=Authenticator.Type.WEBAUTHN, data={})
    return user


def sure(user: User, credential: str = "session") -> Actor:
    """Return a person who has shown a security key."""
    return person(user, credential, Assurance.PHISHING_RESISTANT)


def totp_code(secret: str, moment: float) -> str:
    """Return the code of a time-based factor (RFC 6238, 4.2) at a moment in seconds."""
    counter = struct.pack(">Q", int(moment) // 30)
    mac = hmac.digest(base64.b32decode(secret), counter, "sha1")  # RFC 4226, 5.3
    start = mac[-1] & 0xF
    return f"{(int.from_bytes(mac[start : start + 4]) & 0x7FFFFFFF) % 10**6:06}"
