import io
import struct

from strongroom.core.archives.kinds import looks_like_tar, looks_like_zip
from tests.fakes.distributions import sdist, wheel
from tests.fakes.tar_writer import Entry, tar


def test_a_tar_is_known_by_its_first_header() -> None:
    assert looks_like_tar(io.BytesIO(tar([Entry(b"a.txt")])))


def test_a_tar_of_the_oldest_kind_is_known_by_its_checksum_alone() -> None:
    assert looks_like_tar(io.BytesIO(tar([Entry(b"a.txt", magic=bytes(8))])))


def test_a_tar_whose_writer_summed_signed_bytes_is_known() -> None:
    assert looks_like_tar(io.BytesIO(tar([Entry(b"caf\xc3\xa9", checksum_off=-512)])))


def test_a_short_file_is_no_tar() -> None:
    assert not looks_like_tar(io.BytesIO(bytes(511)))


def test_a_wheel_is_no_tar() -> None:
    assert not looks_like_tar(io.BytesIO(wheel("example", "1.0")))


def test_a_zip_is_known_behind_other_bytes() -> None:
    assert looks_like_zip(io.BytesIO(b"other bytes" + wheel("example", "1.0") + b"and more"))


def test_a_zip64_is_known_by_its_end_record_alone() -> None:
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 1, 1, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    assert looks_like_zip(io.BytesIO(end))


def test_the_mark_of_a_zip_without_a_directory_is_chance() -> None:
    assert not looks_like_zip(io.BytesIO(b"PK\x05\x06" + b"\1" * 40 + b"PK\x05\x06"))


def test_an_sdist_is_no_zip() -> None:
    assert not looks_like_zip(io.BytesIO(sdist("example", "1.0")))
