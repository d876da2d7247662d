"""The setting that says where rows are kept."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strongroom.core.errors import ConfigurationError
from strongroom.site.configuration import Configuration
from strongroom.site.databases import PostgreSQL, django_settings, is_valid, masked, parse
from strongroom.site.loading import load

FULL = "postgresql://me:s%40fe%3A@db.example.org:6432/rows?sslmode=verify-full&sslrootcert=/ca.pem"


def test_nothing_is_sqlite_in_the_data_folder(tmp_path: Path) -> None:
    assert (parse(""), masked("")) == (None, "")
    assert django_settings("", tmp_path)["NAME"] == tmp_path / "strongroom.sqlite3"


def test_every_part_of_an_address_is_read() -> None:
    tls = {"sslmode": "verify-full", "sslrootcert": "/ca.pem"}
    assert parse(FULL) == PostgreSQL("db.example.org", 6432, "rows", "me", "s@fe:", tls)


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        ("postgresql://me@db/rows", "db", 5432),
        ("postgresql://me@[::1]:1/rows", "::1", 1),
        ("postgresql://me@/rows?host=/run/postgresql", "/run/postgresql", 5432),
        ("postgresql://me@%2Frun%2Fpostgresql/rows", "/run/postgresql", 5432),
    ],
)
def test_a_host_may_be_named_in_several_ways(text: str, host: str, port: int) -> None:
    read = parse(text)
    assert read is not None
    assert (read.host, read.port, read.password) == (host, port, "")


@pytest.mark.parametrize(
    "text",
    [
        "sqlite:///rows",
        "postgres://me@db/rows",
        "postgresql+psycopg://me@db/rows",
        "postgresql://db/rows",
        "postgresql://me@db",
        "postgresql://me@db/",
        "postgresql://me@db/rows/more",
        "postgresql://me@/rows",
        "postgresql://me@db/rows?host=/run",
        "postgresql://me@db:0/rows",
        "postgresql://me@db:65536/rows",
        "postgresql://me@db:x/rows",
        "postgresql://me@db/rows#part",
        "postgresql://me@db/rows?sslmode=maybe",
        "postgresql://me@db/rows?sslmode=",
        "postgresql://me@db/rows?sslmode=require&sslmode=disable",
        "postgresql://me@db/rows?options=-cfsync%3Doff",
        "postgresql://me@db/ro ws",
        "postgresql://me@db/rows%00",
        "postgresql://me:%ff@db/rows",
        "rows",
    ],
)
def test_an_address_that_is_none_is_refused(text: str) -> None:
    assert not is_valid(text)


@given(st.text())
def test_any_text_is_an_address_or_is_refused(text: str) -> None:
    assert is_valid(text) in {True, False}


@pytest.mark.parametrize("text", [FULL, "postgresql://me:s%40fe%3A@db/a b", "s@fe: s%40fe%3A"])
def test_a_password_is_in_no_error_and_no_representation(tmp_path: Path, text: str) -> None:
    environ = {"STRONGROOM_DATA": str(tmp_path), "STRONGROOM_DATABASE": text}
    try:
        told = repr(load(environ))
    except ConfigurationError as refusal:
        told = str(refusal)
    assert not [secret for secret in ("s@fe:", "s%40fe") if secret in told]


def test_a_password_is_not_shown() -> None:
    assert masked(FULL) == "postgresql://me:(hidden)@db.example.org:6432/rows"
    assert masked("postgresql://me@db/rows") == "postgresql://me@db:5432/rows"
    assert "s@fe" not in repr(parse(FULL))
    assert "s%40fe" not in repr(Configuration(database=FULL))


def test_a_server_is_given_bounds_and_the_form_of_text() -> None:
    described = django_settings(FULL, Path())
    options = described["OPTIONS"]
    assert (described["HOST"], described["PASSWORD"]) == ("db.example.org", "s@fe:")
    assert (options["sslmode"], options["client_encoding"]) == ("verify-full", "UTF8")
    assert "statement_timeout=30s" in options["options"]
    assert described["CONN_HEALTH_CHECKS"]
