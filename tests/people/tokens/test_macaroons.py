"""The chain: anybody may add, nobody may take away, and only the master key can begin one."""

import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from strongroom.core.errors import ForbiddenError, InvalidError
from strongroom.people.tokens import macaroons, secrets

MASTER = b"m" * 32
SEED = bytes(range(16))
CAVEATS = (b'["once"]', b'["until",5]', b'["ecosystems","pypi"]')
TEXT = macaroons.mint(MASTER, SEED, "u", CAVEATS)
lists = st.lists(st.binary(min_size=1, max_size=40), max_size=8)


def genuine(text: str, master: bytes = MASTER) -> bool:
    try:
        macaroons.verify_chain(macaroons.parse(text), master)
    except (ForbiddenError, InvalidError):
        return False
    return True


def repacked(kind: str, payload: bytes) -> str:
    """Return a forger's token: any payload under a right checksum."""
    return secrets.wrap(kind, payload)


@given(lists, lists)
def test_a_token_narrowed_by_its_holder_is_the_one_that_the_registry_would_have_made(
    first: list[bytes], later: list[bytes]
) -> None:
    narrowed = macaroons.narrow(macaroons.mint(MASTER, SEED, "u", first), later)
    assert narrowed == macaroons.mint(MASTER, SEED, "u", first + later)
    assert secrets.well_formed(narrowed)
    assert genuine(narrowed)


def test_a_token_keeps_its_parts() -> None:
    macaroon = macaroons.parse(TEXT)
    assert (macaroon.kind, macaroon.seed, macaroon.caveats) == ("u", SEED, CAVEATS)


def test_there_is_one_step_for_each_caveat_and_the_last_is_the_signature() -> None:
    macaroon = macaroons.parse(TEXT)
    steps = macaroons.verify_chain(macaroon, MASTER)
    assert len(steps) == len(CAVEATS)
    assert steps[-1] == macaroon.signature


@given(st.binary(min_size=32, max_size=32).filter(lambda key: key != MASTER))
def test_a_token_of_another_master_key_is_refused(other: bytes) -> None:
    assert not genuine(TEXT, other)


def test_a_token_passed_off_as_another_kind_is_refused() -> None:
    assert not genuine(repacked("ci", secrets.unwrap(TEXT)[1]))


def test_every_changed_character_is_refused() -> None:
    for place in range(len(TEXT)):
        other = "A" if TEXT[place] != "A" else "B"
        assert not genuine(TEXT[:place] + other + TEXT[place + 1 :])


def test_every_changed_byte_under_a_right_checksum_is_refused() -> None:
    kind, payload = secrets.unwrap(TEXT)
    for place in range(len(payload)):
        for flip in (1, 128, 255):
            changed = bytearray(payload)
            changed[place] ^= flip
            assert not genuine(repacked(kind, bytes(changed)))


@given(st.data())
def test_any_other_payload_under_a_right_checksum_is_refused(data: st.DataObject) -> None:
    kind, payload = secrets.unwrap(TEXT)
    start = data.draw(st.integers(1, len(payload)))
    end = data.draw(st.integers(start, len(payload)))
    changed = payload[:start] + data.draw(st.binary(max_size=60)) + payload[end:]
    assert genuine(repacked(kind, changed)) == (changed == payload)


@given(st.permutations(CAVEATS))
def test_caveats_in_another_order_are_refused(order: list[bytes]) -> None:
    macaroon = macaroons.parse(TEXT)
    moved = macaroons.Macaroon("u", SEED, tuple(order), macaroon.signature)
    assert genuine(macaroons._text(moved)) == (tuple(order) == CAVEATS)


@given(st.sets(st.sampled_from(range(3)), min_size=1))
def test_caveats_taken_away_are_missed(gone: set[int]) -> None:
    kept = tuple(caveat for place, caveat in enumerate(CAVEATS) if place not in gone)
    forged = macaroons.Macaroon("u", SEED, kept, macaroons.parse(TEXT).signature)
    assert not genuine(macaroons._text(forged))


def test_two_caveats_cannot_be_passed_off_as_one() -> None:
    joined = macaroons.Macaroon("u", SEED, (b"".join(CAVEATS),), macaroons.parse(TEXT).signature)
    assert not genuine(macaroons._text(joined))


def test_tokens_are_well_formed_and_different(pytestconfig: pytest.Config) -> None:
    count = 1_000_000 if pytestconfig.getoption("--full") else 10_000
    texts = {macaroons.mint(MASTER, os.urandom(16), "u", CAVEATS[:1]) for _ in range(count)}
    assert len(texts) == count
    assert all(secrets.well_formed(macaroons.narrow(text, CAVEATS[1:])) for text in texts)


def test_the_identifier_does_not_lead_to_the_seed() -> None:
    identifier = macaroons.parse(TEXT).identifier
    assert len(identifier) == 32
    assert SEED.hex() not in identifier
    assert identifier != macaroons.identifier_of(SEED[::-1])


def test_a_token_has_bounds_that_narrowing_cannot_pass() -> None:
    for caveats in ([b"x"] * 33, [b"x" * 2000], [b"x" * 70_000]):
        with pytest.raises(InvalidError) as caught:
            macaroons.narrow(macaroons.mint(MASTER, SEED, "u", []), caveats)
        assert caught.value.code == "token-too-long"


def test_the_longest_token_passes() -> None:
    room = secrets.LARGEST_PAYLOAD - secrets.SMALLEST_PAYLOAD - macaroons.LENGTH_BYTES
    longest = macaroons.mint(MASTER, SEED, "u", [b"x" * room])
    assert secrets.well_formed(longest)
    assert genuine(longest)


@pytest.mark.parametrize(
    "payload",
    [
        b"\x02" + bytes(48),  # another version
        b"\x7f" + bytes(47),  # no room for a seed and a signature
        b"\x01" + bytes(49),  # half a length
        b"\x01" + bytes(50),  # an empty caveat
        b"\x01" + bytes(16) + b"\x00\x05abcd" + bytes(32),  # a caveat that ends too early
        b"\x01" + bytes(16) + b"\x00\x01x" * 33 + bytes(32),  # too many caveats
    ],
)
def test_payloads_of_another_form_are_refused(payload: bytes) -> None:
    with pytest.raises(InvalidError) as caught:
        macaroons.parse(repacked("u", payload))
    assert caught.value.code == "token-malformed"


@settings(max_examples=25)
@given(st.binary(max_size=100))
def test_narrowing_needs_a_token(noise: bytes) -> None:
    with pytest.raises(InvalidError):
        macaroons.narrow(noise.decode("latin-1"), [b'["once"]'])


def test_a_printed_macaroon_shows_no_secret() -> None:
    macaroon = macaroons.parse(macaroons.mint(MASTER, os.urandom(16), "u", []))
    shown = repr(macaroon)
    assert repr(macaroon.seed) not in shown
    assert repr(macaroon.signature) not in shown
