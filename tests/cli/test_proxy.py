"""`nginx`."""

from pathlib import Path

from tests.cli.conftest import Strongroom


def test_the_configuration_of_nginx_is_printed(strongroom: Strongroom, data: Path) -> None:
    ran = strongroom(
        "nginx", "--data", str(data), "--listen", "8080", "--upstream", "10.0.0.1:8000"
    )
    assert f'root "{data}/public";' in ran.out
    assert "listen 8080;" in ran.out
    assert "server 10.0.0.1:8000;" in ran.out
    assert "trusted_proxies" in ran.err


def test_what_cannot_be_asked_is_refused(strongroom: Strongroom) -> None:
    ran = strongroom("nginx", "--cache", "/var/cache")
    assert (ran.code, "[nginx-option-invalid]" in ran.err) == (3, True)
