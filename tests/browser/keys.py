"""Keys that people have: virtual ones of the browser, and apps that show codes (RFC 6238)."""

import base64
import hashlib
import hmac
import struct
import time
from dataclasses import dataclass

from playwright.sync_api import CDPSession, Page

PERIOD = 30  # seconds


@dataclass(frozen=True, slots=True)
class Key:
    """A passkey of a tab's browser, which its person always unlocks."""

    speaking: CDPSession
    number: str

    def pull_out(self) -> None:
        """Take the key away."""
        self.speaking.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": self.number})

    def refuse(self) -> None:
        """Let the person fail to unlock it from now on."""
        wish = {"authenticatorId": self.number, "isUserVerified": False}
        self.speaking.send("WebAuthn.setUserVerified", wish)


def plug_in(page: Page) -> Key:
    """Give a tab a key that can hold passkeys, and that its person unlocks at once."""
    speaking = page.context.new_cdp_session(page)
    speaking.send("WebAuthn.enable")
    wish = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    made = speaking.send("WebAuthn.addVirtualAuthenticator", {"options": wish})
    return Key(speaking, made["authenticatorId"])


def shown(secret: str, ahead: int = 0) -> str:
    """Return the code that an app with a secret shows now, or so many steps later."""
    step = struct.pack(">Q", int(time.time()) // PERIOD + ahead)
    digest = hmac.new(base64.b32decode(secret), step, hashlib.sha1).digest()
    at = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[at : at + 4])[0] & 0x7FFFFFFF) % 10**6:06}"
