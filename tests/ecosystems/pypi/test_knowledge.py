import io
import json

import pytest

from strongroom.core.ecosystem import Ecosystem, Newest
from strongroom.core.errors import ConflictError, InvalidError
from strongroom.ecosystems.pypi.knowledge import PyPI
from tests.ecosystems.pypi.listings import DAY, listing, release
from tests.fakes.distributions import sdist, sdist_filename, wheel, wheel_filename

PYPI: Ecosystem = PyPI("https://packages.example.org/")


def test_names_and_versions_are_answered() -> None:
    assert PYPI.id == "pypi"
    assert PYPI.name("A_b").key == "a-b"
    both = [PYPI.version("1.0"), PYPI.version("2.0")]
    assert PYPI.newest_first(both) == both[::-1]


def test_a_reserved_name_is_refused() -> None:
    PYPI.may_name(PYPI.name("example"))
    with pytest.raises(InvalidError):
        PYPI.may_name(PYPI.name("json"))


def test_an_archive_is_inspected() -> None:
    manifest = PYPI.inspect(wheel_filename("a", "1.0"), io.BytesIO(wheel("a", "1.0")), {})
    assert manifest.name.key == "a"


def test_pages_know_where_the_registry_is_reached() -> None:
    pages = {page.path: page.body for page in PYPI.pages(listing(release("1.0")), None)}
    document = json.loads(pages["pypi/example-app/index.json"])
    assert document["urls"][0]["url"].startswith("https://packages.example.org/files/")


def test_a_release_takes_one_sdist_and_many_wheels() -> None:
    made = PYPI.inspect(sdist_filename("a", "1.0"), io.BytesIO(sdist("a", "1.0")), {})
    built = PYPI.inspect(wheel_filename("a", "1.0"), io.BytesIO(wheel("a", "1.0")), {})
    PYPI.may_join(made, ["bdist_wheel", "bdist_wheel"])
    PYPI.may_join(built, ["bdist_wheel", "sdist"])
    with pytest.raises(ConflictError):
        PYPI.may_join(made, ["bdist_wheel", "sdist"])


def test_the_pages_of_the_whole_registry_are_rendered() -> None:
    newest = Newest("pypi", "a", "A", "1.0", "An example", DAY)
    pages = [*PYPI.index([("a", "A")], 7), *PYPI.newest([newest], [newest])]
    assert [page.path for page in pages] == [
        "simple/index.html",
        "simple/index.json",
        "rss/updates.xml",
        "rss/packages.xml",
    ]
