"""Sdists that a tar reader must refuse, each by one thing that is wrong with its structure."""

import gzip
import tarfile
import zlib
from collections.abc import Iterable
from dataclasses import replace

from strongroom.core.archives.refusals import Code
from tests.fakes.bad_cases import NAME, VERSION, bad_sdists
from tests.fakes.distributions import sdist_members, wheel
from tests.fakes.tar_writer import (
    END,
    GNU,
    Entry,
    gzip_with_extra,
    pax,
    pax_record,
    raw_pax,
    tar,
    tar_gz,
)

TOP = b"bad_case-1.0/"
BODY = b"VALUE = 1\n"
MEBIBYTE = 1024 * 1024
BOMB = 200 * MEBIBYTE

SDISTS = bad_sdists()


def good() -> list[Entry]:
    """Return the members of a good sdist."""
    members = sdist_members(NAME, VERSION)
    return [Entry(name.encode(), body) for name, body in members.items()]


def plus(*more: Entry) -> bytes:
    """Return a good sdist with more entries at its end."""
    return tar_gz([*good(), *more])


def named(*names: str) -> bytes:
    """Return a good sdist with files of these full names besides."""
    return plus(*(Entry(name.encode(), BODY) for name in names))


def extended(*records: tuple[bytes, bytes]) -> bytes:
    """Return a good sdist with a file that has these pax records."""
    return plus(pax(records), Entry(TOP + b"file.py", BODY))


def linked(target: bytes, *more: Entry, kind: bytes = b"2") -> bytes:
    """Return a good sdist with a link."""
    return plus(*more, Entry(TOP + b"link.py", kind=kind, link=target))


def bombed(entries: Iterable[Entry], zeros: int) -> bytes:
    """Return a sdist whose last entry has `zeros` bytes of zeros, packed without holding them."""
    engine = zlib.compressobj(9, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
    packed = engine.compress(tar(entries, end=b""))
    packed += b"".join(engine.compress(bytes(MEBIBYTE)) for _ in range(zeros // MEBIBYTE))
    return packed + engine.compress(END) + engine.flush()


# Where members go


@SDISTS.case(Code.PATH_CLIMBS)
def climbing_file() -> bytes:
    return named("bad_case-1.0/../../climbed.py")


@SDISTS.case(Code.PATH_ABSOLUTE)
def absolute_file() -> bytes:
    return named("/tmp/absolute.py")  # noqa: S108 - the attack, never written


@SDISTS.case(Code.PATH_CLIMBS)
def pax_path_that_climbs() -> bytes:
    return extended((b"path", b"../" * 2 + b"c" * 100))


@SDISTS.case(Code.PATH_CLIMBS)
def prefix_that_climbs() -> bytes:
    return plus(Entry(b"climbed.py", BODY, prefix=b".."))


@SDISTS.case(Code.NAMES_DISAGREE)
def pax_path_of_another_file() -> bytes:
    return extended((b"path", TOP + b"other.py"))


@SDISTS.case(Code.NAMES_DISAGREE)
def gnu_name_of_another_file() -> bytes:
    name = Entry(b"././@LongLink", TOP + b"other.py\0", b"L", magic=GNU)
    return plus(name, Entry(TOP + b"file.py", BODY, magic=GNU))


@SDISTS.case(Code.NAMES_DISAGREE)
def gnu_name_and_pax_path() -> bytes:
    name = Entry(b"././@LongLink", TOP + b"one/" * 30 + b"file.py\0", b"L")
    path = pax([(b"path", TOP + b"two/" * 30 + b"file.py")])
    return plus(name, path, Entry(TOP + b"file.py", BODY))


@SDISTS.case(Code.NAMES_DISAGREE)
def pax_size_that_differs() -> bytes:
    return extended((b"size", b"0"))


@SDISTS.case(Code.PATH_BACKSLASH)
def backslash_in_file() -> bytes:
    return named("bad_case-1.0/folder\\file.py")


@SDISTS.case(Code.PATH_ENCODING)
def file_name_not_utf8() -> bytes:
    return plus(Entry(TOP + b"caf\xe9.py", BODY))


@SDISTS.case(Code.PATH_SEGMENT)
def file_with_a_trailing_slash() -> bytes:
    return named("bad_case-1.0/file.py/")


@SDISTS.case(Code.DUPLICATE)
def duplicate_file() -> bytes:
    return plus(replace(good()[0], body=good()[0].body + b"again"))


@SDISTS.case(Code.COLLISION)
def files_that_differ_in_case() -> bytes:
    return named("bad_case-1.0/file.py", "bad_case-1.0/FILE.py")


@SDISTS.case(Code.FILE_AND_FOLDER)
def file_inside_a_file() -> bytes:
    return named("bad_case-1.0/thing", "bad_case-1.0/thing/inner.py")


# Links and special files


@SDISTS.case(Code.LINK)
def symlink_to_the_outside() -> bytes:
    return linked(b"../../etc/passwd")


@SDISTS.case(Code.LINK)
def symlink_to_an_absolute_path() -> bytes:
    return linked(b"/etc/passwd")


@SDISTS.case(Code.LINK)
def symlink_to_the_folder_above() -> bytes:
    return linked(b"..")


@SDISTS.case(Code.LINK)
def symlink_to_a_folder() -> bytes:
    return linked(b"folder", Entry(TOP + b"folder/", kind=b"5"))


@SDISTS.case(Code.LINK)
def symlink_to_nothing() -> bytes:
    return linked(b"missing.py")


@SDISTS.case(Code.LINK)
def symlink_to_a_symlink() -> bytes:
    return linked(b"first.py", Entry(TOP + b"first.py", kind=b"2", link=b"pyproject.toml"))


@SDISTS.case(Code.LINK)
def symlink_to_itself() -> bytes:
    return linked(b"link.py")


@SDISTS.case(Code.FILE_AND_FOLDER)
def file_below_a_symlink() -> bytes:
    return linked(b"pyproject.toml", Entry(TOP + b"link.py/inner.py", BODY))


@SDISTS.case(Code.LINK)
def hard_link() -> bytes:
    return linked(TOP + b"PKG-INFO", kind=b"1")


@SDISTS.case(Code.SPECIAL_FILE)
def character_device() -> bytes:
    return plus(Entry(TOP + b"device", kind=b"3"))


@SDISTS.case(Code.SPECIAL_FILE)
def block_device() -> bytes:
    return plus(Entry(TOP + b"device", kind=b"4"))


@SDISTS.case(Code.SPECIAL_FILE)
def named_pipe() -> bytes:
    return plus(Entry(TOP + b"pipe", kind=b"6"))


@SDISTS.case(Code.SPARSE)
def gnu_sparse_file() -> bytes:
    return plus(Entry(TOP + b"sparse", kind=b"S", magic=GNU))


@SDISTS.case(Code.PAX)
def pax_sparse_file() -> bytes:
    return extended((b"GNU.sparse.major", b"1"), (b"GNU.sparse.realsize", b"1000000000000"))


@SDISTS.case(Code.FOLDER_CONTENT)
def folder_entry_with_content() -> bytes:
    return plus(Entry(TOP + b"folder/", BODY, kind=b"5"))


# Extended headers


@SDISTS.case(Code.PAX)
def global_path() -> bytes:
    return tar_gz([pax([(b"path", TOP + b"all.py")], kind=b"g"), *good()])


@SDISTS.case(Code.PAX)
def pax_record_twice() -> bytes:
    return extended((b"path", TOP + b"file.py"), (b"path", TOP + b"file.py"))


@SDISTS.case(Code.PAX)
def pax_link_path() -> bytes:
    return extended((b"linkpath", b"../../etc/passwd"))


@SDISTS.case(Code.PAX)
def pax_record_of_wrong_length() -> bytes:
    record = pax_record(b"comment", b"text").replace(b"16", b"99", 1)
    return plus(raw_pax(record), Entry(TOP + b"file.py", BODY))


@SDISTS.case(Code.PAX)
def pax_length_that_is_no_number() -> bytes:
    return plus(raw_pax(b"+9 a=text\n"), Entry(TOP + b"file.py", BODY))


@SDISTS.case(Code.PAX)
def extended_header_too_long() -> bytes:
    return extended((b"comment", b"c" * 70_000))


@SDISTS.case(Code.HEADER)
def extended_header_of_nothing() -> bytes:
    return plus(pax([(b"comment", b"text")]))


# Bytes and numbers


@SDISTS.case(Code.HEADER)
def wrong_header_checksum() -> bytes:
    return plus(Entry(TOP + b"file.py", BODY, checksum_off=1))


@SDISTS.case(Code.HEADER)
def unknown_magic() -> bytes:
    return plus(Entry(TOP + b"file.py", BODY, magic=bytes(8)))


@SDISTS.case(Code.HEADER)
def size_in_base_256() -> bytes:
    return plus(Entry(TOP + b"file.py", BODY, size_field=b"\x80" + bytes(10) + b"\x0a"))


@SDISTS.case(Code.HEADER)
def size_below_zero() -> bytes:
    return plus(Entry(TOP + b"file.py", BODY, size_field=b"-0000000001\0"))


@SDISTS.case(Code.MEMBER_TOO_LARGE)
def file_that_claims_too_much() -> bytes:
    return plus(Entry(TOP + b"file.py", BODY, size_field=b"77777777777\0"))


@SDISTS.case(Code.TRUNCATED)
def file_that_claims_more_than_follows() -> bytes:
    return plus(Entry(TOP + b"file.py", BODY, size=100_000))


@SDISTS.case(Code.PADDING)
def bytes_behind_a_file() -> bytes:
    return plus(Entry(TOP + b"file.py", BODY, fill=b"h"))


@SDISTS.case(Code.PADDING)
def bytes_behind_the_end() -> bytes:
    return tar_gz(good(), end=END + b"hidden".ljust(512, b"\0"))


@SDISTS.case(Code.PADDING)
def second_tar_behind_the_end() -> bytes:
    return tar_gz(good(), end=END + tar([Entry(TOP + b"hidden.py", BODY)]))


@SDISTS.case(Code.PADDING)
def one_block_of_zeros_only() -> bytes:
    return tar_gz(good(), end=bytes(512) + tar([Entry(TOP + b"hidden.py", BODY)]))


@SDISTS.case(Code.TRUNCATED)
def no_end_of_the_tar() -> bytes:
    return tar_gz(good(), end=b"")


@SDISTS.case(Code.COMPRESSED_LEFTOVER)
def two_gzip_members() -> bytes:
    return tar_gz(good()) + tar_gz([Entry(TOP + b"hidden.py", BODY)])


@SDISTS.case(Code.COMPRESSED_LEFTOVER)
def bytes_behind_the_gzip_stream() -> bytes:
    return tar_gz(good()) + b"trailing bytes"


@SDISTS.case(Code.TRUNCATED)
def gzip_stream_cut_off() -> bytes:
    return tar_gz(good())[:-4]


@SDISTS.case(Code.CORRUPT)
def wrong_gzip_checksum() -> bytes:
    data = tar_gz(good())
    return data[:-8] + bytes(4) + data[-4:]


@SDISTS.case(Code.RATIO)
def tar_bomb_of_zeros() -> bytes:
    return bombed([*good(), Entry(TOP + b"zeros.bin", size=BOMB)], BOMB)


@SDISTS.case(Code.RATIO)
def tar_bomb_behind_the_end() -> bytes:
    return bombed(good(), BOMB)


@SDISTS.case(Code.TWO_KINDS)
def tar_and_zip() -> bytes:
    return gzip_with_extra(tar(good()), wheel(NAME, VERSION))


@SDISTS.case(Code.NOT_TAR_GZ)
def plain_tar_named_gz() -> bytes:
    return tar(good())


@SDISTS.case(Code.NOT_TAR_GZ)
def zip_named_tar_gz() -> bytes:
    return wheel(NAME, VERSION)


@SDISTS.case(Code.HEADER)
def text_in_gzip() -> bytes:
    return gzip.compress(b"not a tar file\n" * tarfile.BLOCKSIZE, mtime=0)
