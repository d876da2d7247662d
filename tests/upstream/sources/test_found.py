"""What a source says of a file."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from strongroom.upstream.sources.found import moment, nothing, release_of


@pytest.mark.parametrize(
    ("filename", "release"),
    [
        ("Parcel_Kit-1.0-py3-none-any.whl", ("parcel-kit", "1.0")),
        ("parcel-kit-1.0.tar.gz", ("parcel-kit", "1.0")),
        ("parcel-1.zip", ("parcel", "1")),
        ("parcel.tar.gz", None),
        ("parcel-x.tar.gz", None),
        ("parcel-1.0-1.whl", None),
        ("parcel-1.0.egg", None),
        ("../../etc/passwd", None),
    ],
)
def test_the_release_of_a_file_is_in_its_name(
    filename: str, release: tuple[str, str] | None
) -> None:
    assert release_of(filename) == release


def test_a_moment_is_given_in_utc() -> None:
    east = datetime(2020, 1, 1, 2, tzinfo=timezone(timedelta(hours=2)))
    assert moment(east) == datetime(2020, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "told",
    [None, datetime(2020, 1, 1), datetime(1, 1, 1, tzinfo=UTC)],  # noqa: DTZ001 - the point
)
def test_a_moment_that_cannot_be_true_is_none(told: datetime | None) -> None:
    assert moment(told) is None


def test_nothing_is_no_bytes() -> None:
    assert list(nothing()) == []
