"""Signatures that anybody verifies by a published key."""

import base64
import json

import jwt
import pytest

from strongroom.stores.signatures import Signer

# RFC 8037, appendix A: the private key, the public key and its thumbprint.
SECRET = base64.urlsafe_b64decode("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=")
PUBLIC = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
THUMB = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"


def whole(signature: str, content: bytes) -> str:
    """Put a content back into its signature (RFC 7515, appendix F)."""
    header, _, mark = signature.partition("..")
    return f"{header}.{base64.urlsafe_b64encode(content).rstrip(b'=').decode()}.{mark}"


def test_the_public_key_is_that_of_the_specification() -> None:
    assert Signer(SECRET).public() == {
        "crv": "Ed25519",
        "kty": "OKP",
        "x": PUBLIC,
        "alg": "EdDSA",
        "kid": THUMB,
        "use": "sig",
    }


def test_an_ordinary_library_verifies_a_signature() -> None:
    signer = Signer(SECRET)
    signature = signer.detached(b"content", {"iat": 7})
    key = jwt.PyJWK(dict(signer.public()))
    assert jwt.PyJWS().decode(whole(signature, b"content"), key, algorithms=["EdDSA"]) == b"content"
    header = json.loads(base64.urlsafe_b64decode(signature.partition(".")[0] + "=="))
    assert header == {"alg": "EdDSA", "kid": THUMB, "iat": 7}


@pytest.mark.parametrize(("content", "secret"), [(b"other", SECRET), (b"content", b"s" * 32)])
def test_other_content_or_another_key_is_refused(content: bytes, secret: bytes) -> None:
    signature = Signer(secret).detached(b"content", {})
    key = jwt.PyJWK(dict(Signer(SECRET).public()))
    with pytest.raises(jwt.InvalidSignatureError):
        jwt.PyJWS().decode(whole(signature, content), key, algorithms=["EdDSA"])


def test_the_key_is_not_shown() -> None:
    assert "s" * 8 not in repr(Signer(b"s" * 32))
