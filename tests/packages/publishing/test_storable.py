"""Text that some database cannot keep is refused over every database."""

import pytest

from strongroom.core.actors import Actor
from strongroom.core.errors import InvalidError
from strongroom.packages.publishing.identify import LONGEST_FILENAME, LONGEST_NAME
from tests.fakes.bench import Bench
from tests.fakes.ecosystems import box

NUL = "a\0b"


@pytest.mark.parametrize(
    "fields", [{"summary": NUL}, {"keywords": [NUL]}, {NUL: 1}, {"summary": "\0"}], ids=repr
)
def test_a_nul_in_what_an_archive_says_is_refused(
    bench: Bench, alice: Actor, fields: dict[str, object]
) -> None:
    before = bench.standing()
    with pytest.raises(InvalidError) as caught:
        bench.publish(alice, "parcel", "1.0", **fields)
    assert caught.value.code == "text-not-storable"
    assert bench.standing() == before


def test_a_name_that_is_longer_than_its_column_is_refused(bench: Bench, alice: Actor) -> None:
    assert bench.publish(alice, "a" * LONGEST_NAME, "1.0", kind="k").events
    with pytest.raises(InvalidError) as caught:
        bench.publish(alice, "b" * (LONGEST_NAME + 1), "1.0")
    assert caught.value.code == "text-not-storable"


def test_a_file_name_that_is_longer_than_its_column_is_refused(bench: Bench, alice: Actor) -> None:
    name, version = "c" * 150, "1" * (LONGEST_FILENAME - 150)
    with pytest.raises(InvalidError) as caught:
        bench.send(alice, f"{name}-{version}.plain.box", box(name, version))
    assert caught.value.code == "text-not-storable"


@pytest.mark.postgresql
def test_what_the_database_refuses_besides_is_the_uploads_fault(
    bench: Bench, alice: Actor, parcel: str
) -> None:
    before = bench.standing()[:-1]
    with pytest.raises(InvalidError) as caught:
        bench.publish(alice, parcel, "2.0", kind="a kind longer than its column")
    assert caught.value.code == "text-not-storable"
    assert bench.standing()[:-1] == before


@pytest.mark.postgresql
def test_a_note_with_a_nul_is_refused_where_it_cannot_be_kept(bench: Bench, alice: Actor) -> None:
    with pytest.raises(InvalidError) as caught:
        bench.publish(alice, "parcel", "1.0", note=NUL)
    assert caught.value.code == "text-not-storable"
