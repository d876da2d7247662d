"""A security key in software (WebAuthn, 6): it makes a credential, and signs what a page asks."""

import base64
import hashlib
import json
from dataclasses import dataclass, field

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2 import cbor
from fido2.cose import ES256
from fido2.webauthn import AttestedCredentialData

PRESENT_AND_VERIFIED, WITH_CREDENTIAL = 0x05, 0x40


def text(raw: bytes) -> str:
    """Return bytes as WebAuthn writes them in JSON."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


@dataclass(slots=True)
class SoftKey:
    """A key of a site's, which says of whichever origin it is told that it was asked there."""

    site: str  # the relying party's name
    origin: str
    private: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    name: bytes = b"a credential of the tests"

    def made(self) -> dict[str, object]:
        """Return what a registration leaves behind: the credential as JSON."""
        public = ES256.from_cryptography_key(self.private.public_key())  # type: ignore[no-untyped-call]
        attested = AttestedCredentialData.create(b"\0" * 16, self.name, public)
        data = self._data(PRESENT_AND_VERIFIED | WITH_CREDENTIAL) + bytes(attested)
        attestation = cbor.encode({"fmt": "none", "attStmt": {}, "authData": data})
        response = {
            "clientDataJSON": text(self._client("webauthn.create", "unused")),
            "attestationObject": text(attestation),
        }
        return self._told(response)

    def answer(self, challenge: str, handle: str, flags: int = PRESENT_AND_VERIFIED) -> str:
        """Return the answer to a challenge, for the account of a handle, as a form sends it."""
        data, client = self._data(flags), self._client("webauthn.get", challenge)
        signed = data + hashlib.sha256(client).digest()
        response = {
            "clientDataJSON": text(client),
            "authenticatorData": text(data),
            "signature": text(self.private.sign(signed, ec.ECDSA(hashes.SHA256()))),
            "userHandle": text(handle.encode()),
        }
        return json.dumps(self._told(response))

    def _data(self, flags: int) -> bytes:
        return hashlib.sha256(self.site.encode()).digest() + bytes([flags]) + b"\0" * 4

    def _client(self, act: str, challenge: str) -> bytes:
        told = {"type": act, "challenge": challenge, "origin": self.origin, "crossOrigin": False}
        return json.dumps(told).encode()

    def _told(self, response: dict[str, str]) -> dict[str, object]:
        number = text(self.name)
        return {
            "type": "public-key",
            "id": number,
            "rawId": number,
            "response": response,
            "clientExtensionResults": {},
        }
