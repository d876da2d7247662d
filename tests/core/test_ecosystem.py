import pytest

from strongroom.core.ecosystem import ReleaseListing, chosen
from tests.web.specimens import release


@pytest.mark.parametrize(
    ("releases", "expected"),
    [
        ((release("2.0rc1", prerelease=True), release("1.0")), "1.0"),
        (
            (
                release("2.0", yanked=""),
                release("2.0rc1", prerelease=True),
                release("1.0", yanked=""),
            ),
            "2.0rc1",
        ),
        ((release("2.0", yanked="x"), release("1.0", yanked="x")), "2.0"),
        ((release("2.0"), release("1.0")), "2.0"),
    ],
)
def test_the_chosen_release_is_not_yanked_then_final_then_newest(
    releases: tuple[ReleaseListing, ...], expected: str
) -> None:
    found = chosen(releases)
    assert found is not None
    assert found.version.display == expected


def test_of_no_releases_none_is_chosen() -> None:
    assert chosen(()) is None
