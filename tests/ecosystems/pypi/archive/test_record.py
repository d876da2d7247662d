import base64
import hashlib
import io
import zipfile

import pytest

from strongroom.core.archives.limits import Limits
from strongroom.core.archives.zips import read_zip
from strongroom.core.errors import InvalidError
from strongroom.ecosystems.pypi.archive.record import check_record
from tests.fakes.distributions import wheel_members, zipped

FOLDER = "example-1.0.dist-info"
RECORD = f"{FOLDER}/RECORD"
LINE = b"example.py,"


def check(members: dict[str, bytes]) -> None:
    check_record(read_zip(io.BytesIO(zipped(members)), Limits()), FOLDER)


def code(members: dict[str, bytes]) -> str:
    with pytest.raises(InvalidError) as refused:
        check(members)
    return refused.value.code


def spoiled(old: bytes, new: bytes) -> dict[str, bytes]:
    members = wheel_members("example", "1.0")
    assert old in members[RECORD]
    return members | {RECORD: members[RECORD].replace(old, new, 1)}


def hashed(algorithm: str, data: bytes) -> bytes:
    digest = hashlib.new(algorithm, data).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=")


def test_a_true_record_passes() -> None:
    check(wheel_members("example", "1.0"))


def test_a_stronger_hash_passes() -> None:
    digest = hashed("sha512", b"VALUE = 1\n")
    old = b"sha256=" + hashed("sha256", b"VALUE = 1\n")
    check(spoiled(old, b"sha512=" + digest))


def test_padding_of_a_hash_and_backslashes_of_a_path_pass() -> None:
    members = wheel_members("example", "1.0", files={"a/b.py": b""})
    record = members[RECORD].replace(b"a/b.py,", b"a\\b.py,").replace(b",0\n", b"=,0\n")
    check(members | {RECORD: record})


def test_a_size_that_is_left_out_passes() -> None:
    check(spoiled(b",10\n", b",\n"))


def test_a_record_that_leaves_itself_out_passes() -> None:
    check(spoiled(f"{RECORD},,\n".encode(), b""))


def test_signatures_of_record_need_no_line() -> None:
    check(wheel_members("example", "1.0") | {f"{RECORD}.jws": b"{}", f"{RECORD}.p7s": b""})


def test_a_folder_needs_no_line() -> None:
    packed = io.BytesIO(zipped(wheel_members("example", "1.0")))
    with zipfile.ZipFile(packed, "a") as archive:
        archive.mkdir("empty")
    check_record(read_zip(packed, Limits()), FOLDER)


def test_a_file_that_is_not_listed_is_refused() -> None:
    members = wheel_members("example", "1.0") | {"evil.py": b"import os\n"}
    assert code(members) == "wheel-record-missing"


def test_a_line_without_a_file_is_refused() -> None:
    ghost = b"ghost.py,sha256=x,1\n"
    assert code(spoiled(LINE, ghost + LINE)) == "wheel-record-ghost"


def test_a_wrong_hash_is_refused() -> None:
    digest = hashed("sha256", b"VALUE = 1\n")
    assert code(spoiled(digest, hashed("sha256", b"VALUE = 2\n"))) == "wheel-record-hash"


def test_a_wrong_size_is_refused() -> None:
    assert code(spoiled(b",10\n", b",11\n")) == "wheel-record-size"


@pytest.mark.parametrize("weak", [b"md5=", b"sha1=", b"", b"shake_128="])
def test_a_weak_or_missing_hash_is_refused(weak: bytes) -> None:
    assert code(spoiled(b"sha256=", weak)) == "wheel-record-weak"


def test_a_file_listed_twice_is_refused() -> None:
    assert code(spoiled(LINE, b"example.py,,\n" + LINE)) == "wheel-record-twice"


@pytest.mark.parametrize("line", [b"example.py,\n", b"a,b,c,d\n", b"\xff,,\n"])
def test_a_malformed_line_is_refused(line: bytes) -> None:
    assert code(spoiled(LINE, line + LINE)) == "wheel-record-malformed"


def test_a_field_longer_than_csv_reads_is_refused() -> None:
    assert code(spoiled(LINE, b"x" * 200_000 + LINE)) == "wheel-record-malformed"
