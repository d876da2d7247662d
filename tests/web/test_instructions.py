import pytest

from strongroom.web.instructions import installing, publishing
from tests.web.specimens import URL, file


def _lines(url: str = URL, *, pinned: bool = False) -> dict[str, str]:
    ways = installing(url, "parcel", "1.0", (file(), file("parcel-1.0.tar.gz")), pinned=pinned)
    return {way.title: way.lines for way in ways}


def test_pip_and_uv_take_the_name_alone() -> None:
    lines = _lines()
    assert lines["pip"] == f"python -m pip install --index-url {URL}/simple/ parcel"
    assert lines["uv"] == f"uv pip install --default-index {URL}/simple/ parcel"


def test_a_release_is_pinned() -> None:
    assert all("parcel==1.0" in lines for lines in _lines(pinned=True).values())


def test_requirements_carry_the_hash_of_each_file() -> None:
    lines = _lines()["requirements.txt, with hashes"].splitlines()
    assert lines[:2] == [f"--index-url {URL}/simple/", "parcel==1.0 \\"]
    assert [line.endswith("\\") for line in lines[2:]] == [True, False]
    assert file().digests.sha256 in lines[2]


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]"])
def test_a_registry_on_this_machine_is_trusted_anyway(host: str) -> None:
    assert all("-host" not in lines for lines in _lines(f"http://{host}:8000").values())


def test_plain_http_elsewhere_must_be_trusted_by_name() -> None:
    lines = _lines("http://depot.example.org:8000")
    assert "--trusted-host depot.example.org:8000 parcel" in lines["pip"]
    assert "--allow-insecure-host depot.example.org:8000 parcel" in lines["uv"]
    assert "\n--trusted-host depot.example.org:8000\n" in lines["requirements.txt, with hashes"]


def test_twine_and_uv_are_told_where_to_publish() -> None:
    twine, uv = publishing(URL)
    assert f"twine upload --repository-url {URL}/legacy/ dist/*" in twine.lines
    assert f"uv publish --publish-url {URL}/legacy/" in uv.lines
