"""Identity comes from the bytes, and so do the digests that a client claims."""

import pytest

from strongroom.core.actors import Actor
from strongroom.core.errors import InvalidError
from strongroom.packages.publishing.identify import identify
from strongroom.packages.publishing.receive import receive
from strongroom.packages.publishing.steps import Candidate, Upload
from tests.fakes.bench import Bench
from tests.fakes.digests import digests_of
from tests.fakes.ecosystems import Boxes, box

DATA = box("Parcel", "1.0")
DIGESTS = digests_of(DATA)
TRUE = {
    "sha256_digest": DIGESTS.sha256,
    "blake2_256_digest": DIGESTS.blake2b_256,
    "md5_digest": DIGESTS.md5,
}


def identified(bench: Bench, actor: Actor, claims: dict[str, list[str]]) -> Candidate:
    with bench.desk.blobs.receive() as incoming:
        incoming.write(DATA)
        upload = Upload(actor, "box", "Parcel-1.0.plain.box", claims, incoming)
        return identify(receive(upload), Boxes())


def test_a_candidate_is_what_its_bytes_say(bench: Bench, alice: Actor) -> None:
    candidate = identified(bench, alice, {})
    assert str(candidate.project) == "box:parcel"
    assert candidate.manifest.version.key == "1.0"


def test_true_digests_are_accepted_in_any_case(bench: Bench, alice: Actor) -> None:
    claims = {name: [value, f" {value.upper()}\n"] for name, value in TRUE.items()}
    assert identified(bench, alice, claims).received.digests == DIGESTS


@pytest.mark.parametrize("claim", sorted(TRUE))
@pytest.mark.parametrize("wrong", ["", "0" * 32, "x"])
def test_a_digest_that_differs_is_refused(
    bench: Bench, alice: Actor, claim: str, wrong: str
) -> None:
    with pytest.raises(InvalidError) as caught:
        identified(bench, alice, {claim: [TRUE[claim], wrong]})
    assert caught.value.code == "digest-mismatch"
    assert claim in caught.value.sentence
