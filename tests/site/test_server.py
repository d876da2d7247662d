"""One server for one data folder, and for one address."""

from pathlib import Path

import pytest

from strongroom.core.errors import ConfigurationError, UnavailableError
from strongroom.site.configuration import Configuration
from strongroom.site.server import alone, listen, options


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


def test_a_port_that_is_taken_is_named_with_a_remedy() -> None:
    with listen(Configuration(port=0)) as first:
        port = first.getsockname()[1]
        with pytest.raises(UnavailableError, match="--port") as refused:
            listen(Configuration(port=port))
        assert refused.value.code == "port-in-use"
        assert (
            refused.value.sentence == f"Another program listens at 127.0.0.1 port {port} already."
        )


def test_an_address_of_another_machine_is_named_with_a_remedy() -> None:
    with pytest.raises(ConfigurationError, match="--host") as refused:
        listen(Configuration(host="192.0.2.1", port=0))
    assert refused.value.code == "address-not-taken"


def test_a_name_that_nobody_knows_is_named_with_a_remedy() -> None:
    with pytest.raises(ConfigurationError) as refused:
        listen(Configuration(host="no such name", port=0))
    assert refused.value.code == "address-not-taken"


def test_the_server_gets_the_socket_that_is_open_already() -> None:
    assert options(Configuration(), 7)["bind"] == ["fd://7"]
