"""One server for one data folder."""

from pathlib import Path

import pytest

from strongroom.core.errors import UnavailableError
from strongroom.site.configuration import Configuration
from strongroom.site.server import alone


def test_a_second_server_of_a_folder_is_refused_until_the_first_has_ended(data: Path) -> None:
    configuration = Configuration(data=data)
    with (
        alone(configuration),
        pytest.raises(UnavailableError) as refused,
        alone(configuration),
    ):
        pass
    assert refused.value.code == "already-serving"
    with alone(configuration):
        pass
