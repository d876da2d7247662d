"""Archives of sound structure whose content contradicts itself; only an ecosystem can know."""

from collections.abc import Mapping

from tests.fakes.bad_cases import NAME, VERSION, bad_sdists, bad_wheels
from tests.fakes.distributions import (
    Metadata,
    dist_info,
    record,
    sdist_members,
    tarred,
    wheel,
    wheel_members,
    zipped,
)

WHEELS = bad_wheels()
SDISTS = bad_sdists()

BODY = b"VALUE = 1\n"
FOLDER = dist_info(NAME, VERSION)
TOP = "bad_case-1.0"


def recorded(members: Mapping[str, bytes]) -> bytes:
    """Return a wheel of the members, with a RECORD that fits them."""
    listed = {name: body for name, body in members.items() if name != f"{FOLDER}/RECORD"}
    return zipped({**listed, f"{FOLDER}/RECORD": record(listed, f"{FOLDER}/RECORD")})


def without(path: str) -> bytes:
    """Return a wheel that lacks one of its members and does not list it either."""
    members = wheel_members(NAME, VERSION)
    del members[path]
    return recorded(members)


def with_record(text: bytes) -> bytes:
    """Return a wheel with this RECORD."""
    return zipped({**wheel_members(NAME, VERSION), f"{FOLDER}/RECORD": text})


def good_record() -> bytes:
    """Return the RECORD of the good wheel."""
    return wheel_members(NAME, VERSION)[f"{FOLDER}/RECORD"]


def with_metadata(text: bytes) -> bytes:
    """Return a wheel with this METADATA."""
    return recorded({**wheel_members(NAME, VERSION), f"{FOLDER}/METADATA": text})


def with_pkg_info(text: bytes) -> bytes:
    """Return an sdist with this PKG-INFO."""
    return tarred({**sdist_members(NAME, VERSION), f"{TOP}/PKG-INFO": text})


@WHEELS.case_of_pypi
def file_not_in_record() -> bytes:
    lines = good_record().splitlines(keepends=True)
    return with_record(b"".join(lines[1:]))


@WHEELS.case_of_pypi
def ghost_line_in_record() -> bytes:
    ghost = good_record().splitlines(keepends=True)[0].replace(b"bad_case.py", b"ghost.py")
    return with_record(ghost + good_record())


@WHEELS.case_of_pypi
def wrong_hash_in_record() -> bytes:
    return with_record(good_record().replace(b"sha256=", b"sha256=A", 1))


@WHEELS.case_of_pypi
def other_hash_in_record() -> bytes:
    other = wheel_members(NAME, VERSION, files={"bad_case.py": b"VALUE = 2\n"})
    return with_record(other[f"{FOLDER}/RECORD"])


@WHEELS.case_of_pypi
def wrong_size_in_record() -> bytes:
    return with_record(good_record().replace(b",10\n", b",11\n", 1))


@WHEELS.case_of_pypi
def weak_hash_in_record() -> bytes:
    rest = good_record().splitlines(keepends=True)[1:]
    line = b"bad_case.py,md5=d7LRgkPb2mx4gFdVXEhK8Q,10\n"
    return with_record(b"".join([line, *rest]))


@WHEELS.case_of_pypi
def line_twice_in_record() -> bytes:
    return with_record(good_record().splitlines(keepends=True)[0] + good_record())


@WHEELS.case_of_pypi
def missing_record() -> bytes:
    members = wheel_members(NAME, VERSION)
    del members[f"{FOLDER}/RECORD"]
    return zipped(members)


@WHEELS.case_of_pypi
def missing_wheel() -> bytes:
    return without(f"{FOLDER}/WHEEL")


@WHEELS.case_of_pypi
def missing_metadata() -> bytes:
    return without(f"{FOLDER}/METADATA")


@WHEELS.case_of_pypi
def two_metadata_folders() -> bytes:
    other = "other-2.0.dist-info/METADATA"
    return recorded({other: Metadata().render("other", "2.0"), **wheel_members(NAME, VERSION)})


@WHEELS.case_of_pypi
def metadata_of_another_name() -> bytes:
    return with_metadata(Metadata().render("other-case", VERSION))


@WHEELS.case_of_pypi
def metadata_of_another_version() -> bytes:
    return with_metadata(Metadata().render(NAME, "2.0"))


@WHEELS.case_of_pypi
def metadata_not_utf8() -> bytes:
    return with_metadata(Metadata().render(NAME, VERSION) + b"caf\xe9\n")


@WHEELS.case_of_pypi
def top_level_pth_file() -> bytes:
    files = {"bad_case.py": BODY, "bad_case.pth": b"import bad_case\n"}
    return wheel(NAME, VERSION, files=files)


@WHEELS.case_of_pypi
def tags_of_another_file() -> bytes:
    text = b"Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py2-none-any\n"
    return recorded({**wheel_members(NAME, VERSION), f"{FOLDER}/WHEEL": text})


@WHEELS.case_of_pypi
def entry_point_with_a_path() -> bytes:
    text = b"[console_scripts]\n../climbed = bad_case:main\n"
    return recorded({**wheel_members(NAME, VERSION), f"{FOLDER}/entry_points.txt": text})


@WHEELS.case_of_pypi
def missing_license_file() -> bytes:
    headers = (("License-Expression", "MIT"), ("License-File", "LICENSE"))
    return wheel(NAME, VERSION, metadata=Metadata(headers=headers))


@SDISTS.case_of_pypi
def missing_pkg_info() -> bytes:
    members = sdist_members(NAME, VERSION)
    del members[f"{TOP}/PKG-INFO"]
    return tarred(members)


@SDISTS.case_of_pypi
def several_top_folders() -> bytes:
    return tarred({**sdist_members(NAME, VERSION), "other-1.0/file.py": BODY})


@SDISTS.case_of_pypi
def file_beside_the_top_folder() -> bytes:
    return tarred({**sdist_members(NAME, VERSION), "setup.py": BODY})


@SDISTS.case_of_pypi
def top_folder_of_another_name() -> bytes:
    members = sdist_members(NAME, VERSION)
    return tarred({name.replace(TOP, "other-1.0"): body for name, body in members.items()})


@SDISTS.case_of_pypi
def pkg_info_of_another_name() -> bytes:
    return with_pkg_info(Metadata().render("other-case", VERSION))


@SDISTS.case_of_pypi
def pkg_info_of_another_version() -> bytes:
    return with_pkg_info(Metadata().render(NAME, "2.0"))
