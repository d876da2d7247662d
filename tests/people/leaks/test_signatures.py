"""Signatures of reports: each kind of key in its one way, and every altered byte refused."""

import base64
import hmac
import json

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    SECP384R1,
    generate_private_key,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key as generate_rsa
from cryptography.hazmat.primitives.hashes import SHA384
from hypothesis import given
from hypothesis import strategies as st

from strongroom.core.errors import InvalidError
from strongroom.people.leaks.signatures import current_keys, is_signed, read_key
from tests.fakes.reporters import Signer, pem_of, signed

BODY = b'[{"token":"strongroom_u_x","type":"t","url":"https://example.org/"}]'
SECRET = b"s" * 32
P256 = generate_private_key(SECP256R1())
EDWARDS = Ed25519PrivateKey.generate()
SIGNERS: dict[str, Signer] = {"ecdsa": P256, "ed25519": EDWARDS, "hmac": SECRET}


def material(signer: Signer) -> bytes:
    return signer if isinstance(signer, bytes) else pem_of(signer).encode()


@pytest.mark.parametrize("kind", SIGNERS)
def test_each_kind_of_key_knows_its_own_signature(kind: str) -> None:
    signer = SIGNERS[kind]
    assert is_signed(BODY, signed(BODY, signer), read_key(material(signer)))


@pytest.mark.parametrize("kind", SIGNERS)
def test_a_signature_of_one_key_is_that_of_no_other(kind: str) -> None:
    for other in SIGNERS.keys() - {kind}:
        assert not is_signed(BODY, signed(BODY, SIGNERS[kind]), read_key(material(SIGNERS[other])))


@pytest.mark.parametrize("kind", SIGNERS)
def test_every_altered_byte_of_a_body_is_refused(kind: str) -> None:
    signer = SIGNERS[kind]
    key, signature = read_key(material(signer)), signed(BODY, signer)
    for place in range(len(BODY)):
        altered = bytearray(BODY)
        altered[place] ^= 1
        assert not is_signed(bytes(altered), signature, key)
    assert not is_signed(BODY + b" ", signature, key)
    assert not is_signed(b"", signature, key)


@pytest.mark.parametrize("kind", SIGNERS)
@given(noise=st.text(max_size=120))
def test_what_is_no_signature_is_refused(kind: str, noise: str) -> None:
    assert not is_signed(BODY, noise, read_key(material(SIGNERS[kind])))


def test_a_signature_is_over_the_body_by_sha256_and_by_nothing_weaker() -> None:
    key = read_key(pem_of(P256).encode())
    other = base64.b64encode(P256.sign(BODY, ECDSA(SHA384()))).decode()
    assert not is_signed(BODY, other, key)
    sha1 = base64.b64encode(hmac.digest(SECRET, BODY, "sha1")).decode()
    assert not is_signed(BODY, sha1, read_key(SECRET))


def test_a_public_key_is_never_taken_for_a_shared_secret() -> None:
    pem = pem_of(P256).encode()
    assert not is_signed(BODY, signed(BODY, pem), read_key(pem))
    assert not is_signed(BODY, signed(BODY, pem.strip()), read_key(pem))


@pytest.mark.parametrize(
    "unusable",
    [
        b"",
        b"short",
        b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----",
        pem_of(generate_private_key(SECP384R1())).encode(),
        pem_of(generate_rsa(65537, 2048)).encode(),
        b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----",
    ],
    ids=["nothing", "short", "broken", "other curve", "rsa", "certificate"],
)
def test_keys_that_are_none_are_refused(unusable: bytes) -> None:
    with pytest.raises(InvalidError) as caught:
        read_key(unusable)
    assert caught.value.code == "leak-key-invalid"


def listing(**keys: bool) -> bytes:
    rows = [
        {"key_identifier": name, "key": pem_of(P256), "is_current": current}
        for name, current in keys.items()
    ]
    return json.dumps({"public_keys": rows}).encode()


def test_of_a_list_the_current_keys_count() -> None:
    assert current_keys(listing(old=False, new=True)) == {"new": pem_of(P256)}
    assert current_keys(b'{"public_keys": [5]}') == {}


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"[]",
        b"{}",
        b'{"public_keys": 5}',
        b'{"public_keys": [{"is_current": true}]}',
        b'{"public_keys": [{"is_current": true, "key_identifier": "a", "key": "none"}]}',
        b"[" * 100_000,
    ],
)
def test_a_list_that_is_none_is_refused(document: bytes) -> None:
    with pytest.raises(InvalidError):
        current_keys(document)


def test_no_secret_is_shown_when_a_key_is_printed() -> None:
    assert repr(SECRET) not in repr(read_key(SECRET))
