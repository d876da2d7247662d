import io
from collections.abc import Mapping

import pytest

from strongroom.core.errors import InvalidError
from strongroom.ecosystems.pypi.archive.wheels import Wheel, parsed_name, read_wheel
from tests.fakes.distributions import Metadata, record, wheel_filename, wheel_members, zipped

FOLDER = "example-1.0.dist-info"
NAME = "example-1.0-py3-none-any.whl"


def listed(members: Mapping[str, bytes]) -> bytes:
    """Pack members with a RECORD made for them."""
    path = f"{FOLDER}/RECORD"
    others = {name: body for name, body in members.items() if name != path}
    return zipped({**others, path: record(others, path)})


def members(metadata: Metadata | None = None, tag: str = "py3-none-any") -> dict[str, bytes]:
    return wheel_members("example", "1.0", metadata=metadata, tag=tag)


def read(data: bytes, filename: str = NAME) -> Wheel:
    return read_wheel(filename, io.BytesIO(data))


def code(data: bytes, filename: str = NAME) -> str:
    with pytest.raises(InvalidError) as refused:
        read(data, filename)
    assert refused.value.sentence.isascii()
    return refused.value.code


def with_wheel_file(text: str) -> bytes:
    return listed(members() | {f"{FOLDER}/WHEEL": text.encode()})


def with_entry_points(text: str) -> bytes:
    return listed(members() | {f"{FOLDER}/entry_points.txt": text.encode()})


def test_a_wheel_that_holds_together_is_read() -> None:
    wheel = read(listed(members()))
    assert wheel.metadata.name.key == "example"
    assert wheel.metadata_file == members()[f"{FOLDER}/METADATA"]
    assert wheel.python_tags == "py3"
    assert ("example.py", 10) in wheel.files
    assert wheel.findings == ()


def test_a_compressed_tag_stands_for_its_product() -> None:
    tag = "py2.py3-none-manylinux1_x86_64.manylinux2014_x86_64"
    assert read(listed(members(tag=tag)), wheel_filename("example", "1.0", tag)).files


@pytest.mark.parametrize(
    "filename",
    [
        "example.whl",
        "example-1.0.whl",
        "Example-1.0-py3-none-any.whl",
        "ex.ample-1.0-py3-none-any.whl",
        "example-latest-py3-none-any.whl",
        "example-1.0-build-py3-none-any.whl",
        "example-1.0-py3-none-.whl",
        "-1.0-py3-none-any.whl",
    ],
)
def test_a_malformed_file_name_is_refused(filename: str) -> None:
    assert code(b"", filename) == "wheel-filename"


def test_a_build_number_in_the_file_name_is_taken() -> None:
    named = parsed_name("example-1.0-1b-cp311-abi3-win_amd64.whl")
    assert (named.stem, named.python_tags) == ("example-1.0", "cp311")


def test_a_platform_that_does_not_say_what_it_needs_is_refused() -> None:
    assert code(b"", "example-1.0-cp311-cp311-linux_x86_64.whl") == "wheel-platform"


def test_a_tag_that_stands_for_too_many_is_refused() -> None:
    many = ".".join(f"p{n}" for n in range(12))
    assert code(b"", f"example-1.0-{many}-{many}-{many}.whl") == "wheel-tags"


def test_a_line_in_wheel_that_stands_for_too_many_tags_is_refused() -> None:
    many = ".".join(["a"] * 2000)
    text = f"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: {many}-{many}-{many}\n"
    assert code(with_wheel_file(text)) == "wheel-tags"


@pytest.mark.parametrize("name", ["METADATA", "WHEEL", "RECORD"])
def test_a_missing_file_of_the_metadata_folder_is_refused(name: str) -> None:
    fewer = {path: body for path, body in members().items() if path != f"{FOLDER}/{name}"}
    assert code(zipped(fewer)) == "wheel-incomplete"


@pytest.mark.parametrize("other", ["other-1.0.dist-info/METADATA", "Example-1.0.dist-info/A"])
def test_a_second_metadata_folder_is_refused(other: str) -> None:
    refused = code(listed(members() | {other: b""}))
    assert refused in {"wheel-folders", "archive-colliding-members"}


def test_a_metadata_folder_deeper_down_is_let_be() -> None:
    assert read(listed(members() | {"_vendor/other-1.0.dist-info/METADATA": b""})).files


def test_a_metadata_folder_of_another_name_is_refused() -> None:
    assert code(zipped(wheel_members("other", "1.0"))) == "wheel-folders"


@pytest.mark.parametrize("path", ["other-1.0.data/scripts/x", "example-1.0.data/evil/x"])
def test_a_data_folder_that_installers_would_scatter_is_refused(path: str) -> None:
    assert code(listed(members() | {path: b""})) == "wheel-folders"


def test_metadata_of_another_project_is_refused() -> None:
    spoiled = {f"{FOLDER}/METADATA": Metadata().render("other", "1.0")}
    assert code(listed(members() | spoiled)) == "wheel-name-differs"


def test_metadata_of_another_version_is_refused() -> None:
    spoiled = {f"{FOLDER}/METADATA": Metadata().render("example", "1.1")}
    assert code(listed(members() | spoiled)) == "wheel-version-differs"


def test_zeros_do_not_make_another_version() -> None:
    spoiled = {f"{FOLDER}/METADATA": Metadata().render("example", "1.0.0")}
    assert read(listed(members() | spoiled)).metadata.version.display == "1.0.0"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Root-Is-Purelib: true\nTag: py3-none-any\n", "wheel-version"),
        ("Wheel-Version: 2.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n", "wheel-version"),
        ("Wheel-Version: 1.0\nTag: py3-none-any\n", "wheel-purelib"),
        ("Wheel-Version: 1.0\nRoot-Is-Purelib: maybe\nTag: py3-none-any\n", "wheel-purelib"),
        ("Wheel-Version: 1.0\nRoot-Is-Purelib: true\n", "wheel-tags"),
        ("Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py2-none-any\n", "wheel-tags"),
        ("Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: nonsense\n", "wheel-tags"),
    ],
)
def test_a_wheel_file_that_does_not_fit_is_refused(text: str, expected: str) -> None:
    assert code(with_wheel_file(text)) == expected


def test_a_license_file_that_is_not_there_is_refused() -> None:
    promised = Metadata(headers=(("License-File", "LICENSE"),))
    assert code(listed(members(promised))) == "wheel-license-file"
    assert read(listed(members(promised) | {f"{FOLDER}/licenses/LICENSE": b"MIT"})).files


def test_entry_points_with_plain_names_pass() -> None:
    assert read(
        with_entry_points("[console_scripts]\nEx-1.x = example.sub:main.run [extra]\n")
    ).files
    assert read(with_entry_points("[other.group]\n../anything = at all\n")).files


@pytest.mark.parametrize(
    "text",
    [
        "[console_scripts]\n../evil = example:main\n",
        "[console_scripts]\n/bin/evil = example:main\n",
        "[gui_scripts]\n.. = example:main\n",
        "[gui_scripts]\na b = example:main\n",
        "[console_scripts]\nname = import os; x\n",
        "[console_scripts]\nname = \n",
        "[console_scripts\n",
        "name = example:main\n",
        "[console_scripts]\nname\n",
        "[console_scripts]\nname = a:b\nname = c:d\n",
        "[other]\nname = a\n [console_scripts]\n../evil = a:b\n",
    ],
)
def test_entry_points_that_mislead_an_installer_are_refused(text: str) -> None:
    assert code(with_entry_points(text)) == "wheel-entry-points"


def test_entry_points_that_are_not_utf_8_are_refused() -> None:
    spoiled = {f"{FOLDER}/entry_points.txt": b"\xff"}
    assert code(listed(members() | spoiled)) == "wheel-entry-points"


def test_a_false_record_is_refused() -> None:
    assert code(zipped(members() | {"evil.py": b""})) == "wheel-record-missing"


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("evil.pth", "wheel-runs-at-start"),
        ("sitecustomize.py", "wheel-runs-at-start"),
        ("sitecustomize/__init__.py", "wheel-runs-at-start"),
        ("usercustomize.pyc", "wheel-runs-at-start"),
        ("evil.start", "wheel-runs-at-start"),
        ("example-1.0.data/purelib/evil.pth", "wheel-runs-at-start"),
        ("example-1.0.data/data/share/x", "wheel-writes-outside"),
        ("example/_native.so", "wheel-binary-in-pure"),
    ],
)
def test_what_a_reader_should_know_is_found(path: str, expected: str) -> None:
    wheel = read(listed(members() | {path: b"x"}))
    assert [(found.code, found.place) for found in wheel.findings] == [(expected, path)]


def test_a_start_file_put_among_the_installed_ones_as_data_is_found() -> None:
    path = "example-1.0.data/data/lib/python3.12/site-packages/x.pth"
    found = {one.code for one in read(listed(members() | {path: b"x"})).findings}
    assert found == {"wheel-runs-at-start", "wheel-writes-outside"}


@pytest.mark.parametrize("path", ["example/evil.pth", "example-1.0.data/scripts/run"])
def test_what_is_harmless_is_not_found(path: str) -> None:
    assert read(listed(members() | {path: b"x"})).findings == ()
