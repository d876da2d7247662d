"""The desk knows its ecosystems and no others."""

import pytest

from strongroom.core.errors import NotFoundError
from tests.fakes.bench import Bench
from tests.fakes.ecosystems import Boxes


def test_an_ecosystem_is_found_by_its_id(bench: Bench) -> None:
    assert isinstance(bench.desk.ecosystem("box"), Boxes)


@pytest.mark.parametrize("name", ["", "Box", "pypi", "\u00e9" * 99])
def test_another_is_not_found(bench: Bench, name: str) -> None:
    with pytest.raises(NotFoundError) as caught:
        bench.desk.ecosystem(name)
    assert caught.value.code == "no-such-ecosystem"
    assert caught.value.sentence.isascii()
    assert "box" in caught.value.remedy
