import io
import tarfile

import pytest

from strongroom.core.errors import InvalidError
from strongroom.ecosystems.pypi.archive.sdists import Sdist, read_sdist
from strongroom.ecosystems.pypi.metadata.fields import LARGEST_METADATA
from tests.fakes.distributions import Metadata, sdist, sdist_members, tarred

NAME = "example_app-1.0.tar.gz"
TOP = "example_app-1.0"


def read(data: bytes, filename: str = NAME) -> Sdist:
    return read_sdist(filename, io.BytesIO(data))


def code(data: bytes, filename: str = NAME) -> str:
    with pytest.raises(InvalidError) as refused:
        read(data, filename)
    assert refused.value.sentence.isascii()
    return refused.value.code


def test_an_sdist_that_holds_together_is_read() -> None:
    read_back = read(sdist("Example.App", "1.0"))
    assert read_back.metadata.name.key == "example-app"
    assert ("example_app.py", 10) in read_back.files
    assert read_back.findings == ()


def test_folders_are_not_files() -> None:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for folder in (TOP, f"{TOP}/src"):
            info = tarfile.TarInfo(folder)
            info.type = tarfile.DIRTYPE
            archive.addfile(info)
        body = Metadata().render("example-app", "1.0")
        info = tarfile.TarInfo(f"{TOP}/PKG-INFO")
        info.size = len(body)
        archive.addfile(info, io.BytesIO(body))
    assert read(packed.getvalue()).files == (("PKG-INFO", len(body)),)


@pytest.mark.parametrize("filename", ["example.tar.gz", "-1.0.tar.gz", "example-x.tar.gz"])
def test_a_malformed_file_name_is_refused(filename: str) -> None:
    assert code(sdist("example", "1.0"), filename) == "sdist-filename"


@pytest.mark.parametrize("stem", ["Example_App-1.0", "example-app-1.0", "example_app-1.0.0"])
def test_a_file_name_that_is_not_normalised_is_refused(stem: str) -> None:
    body = {f"{stem}/PKG-INFO": Metadata().render("Example.App", "1.0")}
    assert code(tarred(body), f"{stem}.tar.gz") == "sdist-filename"


def test_a_member_outside_of_the_top_folder_is_refused() -> None:
    spoiled = sdist_members("example-app", "1.0") | {"other/setup.py": b""}
    assert code(tarred(spoiled)) == "sdist-folders"


def test_a_file_in_the_place_of_the_top_folder_is_refused() -> None:
    assert code(tarred({TOP: b""})) == "sdist-folders"


def test_an_sdist_without_metadata_is_refused() -> None:
    assert code(tarred({f"{TOP}/setup.py": b""})) == "sdist-incomplete"


def test_only_the_metadata_in_the_top_folder_counts() -> None:
    deep = {f"{TOP}/src/PKG-INFO": Metadata().render("example-app", "1.0")}
    assert code(tarred(deep)) == "sdist-incomplete"


def test_metadata_of_another_project_is_refused() -> None:
    spoiled = {f"{TOP}/PKG-INFO": Metadata().render("other", "1.0")}
    assert code(tarred(sdist_members("example-app", "1.0") | spoiled)) == "sdist-filename"


def test_metadata_has_a_bounded_size() -> None:
    spoiled = {f"{TOP}/PKG-INFO": b"x" * (LARGEST_METADATA + 100_000)}
    assert code(tarred(spoiled)) == "metadata-too-large"


def test_a_license_file_that_is_not_there_is_refused() -> None:
    promised = Metadata(headers=(("License-File", "LICENSE"),))
    members = sdist_members("example-app", "1.0", metadata=promised)
    assert code(tarred(members)) == "sdist-license-file"
    assert read(tarred(members | {f"{TOP}/LICENSE": b"MIT"})).files


def test_an_sdist_that_nothing_can_build_is_found() -> None:
    (found,) = read(tarred({f"{TOP}/PKG-INFO": Metadata().render("example-app", "1.0")})).findings
    assert found.code == "sdist-cannot-be-built"
