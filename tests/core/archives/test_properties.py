"""Any archive that the standard library writes is read alike, and no damage surprises."""

import io
import tarfile
import zipfile

from hypothesis import assume, given
from hypothesis import strategies as st

from strongroom.core.errors import InvalidError
from tests.core.archives.reading import Contents, contents, untarred, unzipped
from tests.fakes.distributions import sdist, sdist_filename, tarred, wheel, wheel_filename

SEGMENTS = st.from_regex(r"[a-z\u00e0-\u00ef][a-z0-9_]{0,8}\.py", fullmatch=True)
FOLDERS = st.lists(st.sampled_from(["one", "two", "l" * 60, "\u00fcber"]), max_size=4)
PATHS = st.builds(lambda folders, name: "/".join([*folders, name]), FOLDERS, SEGMENTS)
FILES = st.dictionaries(PATHS, st.binary(max_size=300), max_size=8)

WHEEL = wheel_filename("example", "1.0"), wheel("example", "1.0")
SDIST = sdist_filename("example", "1.0"), sdist("example", "1.0")
WHOLE = {name: contents(name, data) for name, data in (WHEEL, SDIST)}
ARCHIVES = st.sampled_from([WHEEL, SDIST])


def read_or_refused(filename: str, data: bytes) -> Contents | None:
    try:
        return contents(filename, data)
    except InvalidError:
        return None


@given(files=FILES, method=st.sampled_from([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED]))
def test_any_zip_of_the_standard_library_is_read_alike(
    files: dict[str, bytes], method: int
) -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as archive:
        for path, body in files.items():
            archive.writestr(path, body)
    assert unzipped(target.getvalue()) == list(files.items())


@given(files=FILES, body=st.binary(max_size=300))
def test_any_zip_with_forced_zip64_is_read_alike(files: dict[str, bytes], body: bytes) -> None:
    assume("first" not in files)
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        with archive.open("first", "w", force_zip64=True) as member:
            member.write(body)
        for path, content in files.items():
            archive.writestr(path, content)
    assert unzipped(target.getvalue()) == [("first", body), *files.items()]


@given(files=FILES)
def test_any_pax_tar_of_the_standard_library_is_read_alike(files: dict[str, bytes]) -> None:
    assert untarred(tarred(files)) == list(files.items())


@given(files=FILES)
def test_any_gnu_tar_of_the_standard_library_is_read_alike(files: dict[str, bytes]) -> None:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w:gz", format=tarfile.GNU_FORMAT) as archive:
        for path, body in files.items():
            info = tarfile.TarInfo(path)
            info.size = len(body)
            archive.addfile(info, io.BytesIO(body))
    assert untarred(target.getvalue()) == list(files.items())


@given(archive=ARCHIVES, where=st.floats(0, 1, exclude_max=True), value=st.integers(1, 255))
def test_one_changed_byte_is_refused_or_changes_nothing(
    archive: tuple[str, bytes], where: float, value: int
) -> None:
    filename, data = archive
    at = int(where * len(data))
    changed = data[:at] + bytes([data[at] ^ value]) + data[at + 1 :]
    assert read_or_refused(filename, changed) in (None, WHOLE[filename])


@given(archive=ARCHIVES, where=st.floats(0, 1, exclude_max=True))
def test_an_archive_cut_off_anywhere_is_refused(archive: tuple[str, bytes], where: float) -> None:
    filename, data = archive
    assert read_or_refused(filename, data[: int(where * len(data))]) is None


@given(archive=ARCHIVES, noise=st.binary(min_size=1, max_size=60), where=st.floats(0, 1))
def test_bytes_put_in_anywhere_are_refused(
    archive: tuple[str, bytes], noise: bytes, where: float
) -> None:
    filename, data = archive
    at = int(where * len(data))
    found = read_or_refused(filename, data[:at] + noise + data[at:])
    assert found in (None, WHOLE[filename])


@given(noise=st.binary(max_size=2000), filename=st.sampled_from([WHEEL[0], SDIST[0]]))
def test_noise_is_refused(noise: bytes, filename: str) -> None:
    assert read_or_refused(filename, noise) is None
