"""What the doctor sees of stolen passwords."""

from dataclasses import replace
from ipaddress import ip_network
from pathlib import Path

from strongroom.site.configuration import Configuration
from strongroom.site.doctor.passwords import examine
from strongroom.site.doctor.remarks import Level
from strongroom.stores.breaches import stolen
from strongroom.stores.outside import Outside

LOOPBACK = Outside("tests", (ip_network("127.0.0.0/8"),))


def level(setting: str, data: Path) -> Level:
    configuration = replace(Configuration(data=data), breached_passwords=setting)
    return examine(configuration, stolen(setting, LOOPBACK)).level


def test_a_registry_that_knows_no_stolen_passwords_is_warned_of(tmp_path: Path) -> None:
    assert level("", tmp_path) is Level.WARNING


def test_a_list_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    listed = tmp_path / "sha1.txt"
    assert level(str(listed), tmp_path) is Level.ERROR
    listed.write_text("0" * 40 + ":3\n")
    assert level(str(listed), tmp_path) is Level.OK
