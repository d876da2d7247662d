"""What the doctor says of a database engine."""

from collections.abc import Iterable

import pytest

from strongroom.site.doctor import engines
from strongroom.site.doctor.remarks import Level, Remark

GOOD = {
    "server_version_num": "140000",
    "server_encoding": "UTF8",
    "synchronous_commit": "on",
    "fsync": "on",
    "full_page_writes": "on",
}


def levels(remarks: Iterable[Remark]) -> dict[str, Level]:
    return {one.subject: one.level for one in remarks}


def test_a_good_server_is_well() -> None:
    assert levels(engines.judge(GOOD)) == dict.fromkeys(
        ("database", "encoding", "durability"), Level.OK
    )


@pytest.mark.parametrize(
    ("name", "value", "subject", "level"),
    [
        ("server_version_num", "130015", "database", Level.ERROR),
        ("server_encoding", "SQL_ASCII", "encoding", Level.ERROR),
        ("synchronous_commit", "off", "durability", Level.ERROR),
        ("synchronous_commit", "local", "durability", Level.WARNING),
        ("synchronous_commit", "remote_apply", "durability", Level.OK),
        ("fsync", "off", "durability", Level.ERROR),
        ("full_page_writes", "off", "durability", Level.ERROR),
    ],
)
def test_each_setting_counts(name: str, value: str, subject: str, level: Level) -> None:
    remarks = list(engines.judge({**GOOD, name: value}))
    assert levels(remarks)[subject] is level
    assert [one for one in remarks if (one.level is Level.OK) is bool(one.remedy)] == []


@pytest.mark.django_db
@pytest.mark.postgresql
def test_a_server_is_asked_how_it_is_set() -> None:
    assert levels(engines.examine()) == {
        "database": Level.OK,
        "encoding": Level.OK,
        "durability": Level.ERROR,  # this one is thrown away, and runs without fsync
    }


@pytest.mark.django_db
@pytest.mark.sqlite
def test_sqlite_is_whole_and_durable() -> None:
    assert levels(engines.examine()) == {"database": Level.OK, "durability": Level.OK}
