"""Wheels that a zip reader must refuse, each by one thing that is wrong with its structure."""

import gzip
import hashlib
import lzma
import zlib
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import replace

from strongroom.core.archives.refusals import Code
from tests.fakes.bad_cases import NAME, VERSION, bad_wheels
from tests.fakes.distributions import wheel_members
from tests.fakes.tar_writer import Entry, tar
from tests.fakes.zip_writer import (
    LONG,
    End,
    Layout,
    Part,
    deflated,
    pack,
    unicode_path,
    zip64_extra,
)

FOLDER = (0o040755 << 16) | 0x10
SYMLINK = 0o120777 << 16
BODY = b"VALUE = 1\n"
UTF8 = 0x0800
MEBIBYTE = 1024 * 1024
BOMB = 200 * MEBIBYTE

WHEELS = bad_wheels()


def parts_of(files: Mapping[str, bytes] | None = None) -> list[Part]:
    """Return the members of a good wheel that holds these files besides its metadata."""
    members = wheel_members(NAME, VERSION, files=files)
    return [
        Part(name.encode(), body, flags=0 if name.isascii() else UTF8)
        for name, body in members.items()
    ]


def with_first(**changes: object) -> bytes:
    """Return a good wheel but for its first member, which is changed."""
    first, *rest = parts_of()
    return pack([replace(first, **changes), *rest])  # type: ignore[arg-type]  # fields by name


def with_local(**changes: object) -> bytes:
    """Return a good wheel but for the local header of its first member."""
    first, *rest = parts_of()
    wrong = replace(first, **changes)  # type: ignore[arg-type]  # fields by name
    return pack([replace(first, local=wrong), *rest])


def named(*names: str) -> bytes:
    """Return a wheel with files of these names, listed in RECORD like any other."""
    return pack(parts_of(dict.fromkeys(names, BODY)))


def with_end(end: End) -> bytes:
    """Return a good wheel but for its end records."""
    return pack(parts_of(), Layout(end=end))


# The cases of the installers' comparison


@WHEELS.case(Code.TRAILING_BYTES)
def trailing_bytes() -> bytes:
    return pack(parts_of()) + b"trailing bytes"


@WHEELS.case(Code.LAYOUT)
def leading_bytes() -> bytes:
    return b"#!/bin/sh\nexit\n" + pack(parts_of())


@WHEELS.case(Code.LAYOUT)
def leading_bytes_with_right_offsets() -> bytes:
    return pack(parts_of(), Layout(prefix=b"#!/bin/sh\nexit\n"))


@WHEELS.case(Code.LAYOUT)
def two_zips() -> bytes:
    return pack(parts_of()) + pack(parts_of({"other.py": BODY}))


@WHEELS.case(Code.HEADERS_DISAGREE)
def local_name_differs() -> bytes:
    return with_local(name=b"bad_cbse.py")


@WHEELS.case(Code.DUPLICATE)
def duplicate_member() -> bytes:
    parts = parts_of()
    return pack([replace(parts[0], body=b"VALUE = 2\n"), *parts])


@WHEELS.case(Code.PATH_CLIMBS)
def climbing_member() -> bytes:
    return named("bad_case.py", "../climbed.py")


@WHEELS.case(Code.PATH_ABSOLUTE)
def absolute_member() -> bytes:
    return named("bad_case.py", "/tmp/absolute.py")  # noqa: S108 - the attack, never written


@WHEELS.case(Code.LINK)
def symlink_member() -> bytes:
    first, *rest = parts_of({"link.py": b"/etc/passwd"})
    return pack([replace(first, attributes=SYMLINK), *rest])


@WHEELS.case(Code.COLLISION)
def case_collision() -> bytes:
    return named("bad_case.py", "Bad_Case.py")


@WHEELS.case(Code.METHOD)
def lzma_compression() -> bytes:
    filters = [{"id": lzma.FILTER_LZMA1}]
    packed = b"\x09\x04\x05\x00]\x00\x00\x80\x00"
    packed += lzma.compress(BODY, lzma.FORMAT_RAW, filters=filters)
    return with_first(method=14, data=packed, flags=2)


@WHEELS.case(Code.METHOD)
def newer_format() -> bytes:
    return with_first(needed=64)


@WHEELS.case(Code.METHOD)
def newer_format_behind_the_directory() -> bytes:
    first, *rest = parts_of({"a.py": BODY})
    return pack([replace(first, local=replace(first, needed=64)), *rest])


@WHEELS.case(Code.RATIO)
def bomb_of_zeros() -> bytes:
    block = bytes(MEBIBYTE)
    engine = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    digest, crc, packed = hashlib.sha256(), 0, bytearray()
    for _ in range(BOMB // MEBIBYTE):
        packed += engine.compress(block)
        digest.update(block)
        crc = zlib.crc32(block, crc)
    packed += engine.flush()
    sha256 = urlsafe_b64encode(digest.digest()).rstrip(b"=")
    *parts, record = parts_of()
    line = b"zeros.bin,sha256=%s,%d\n" % (sha256, BOMB)
    bomb = Part(b"zeros.bin", data=bytes(packed), crc=crc, size=BOMB)
    return pack([bomb, *parts, replace(record, body=line + record.body)])


# Headers that disagree, sizes that lie


@WHEELS.case(Code.HEADERS_DISAGREE)
def local_size_differs() -> bytes:
    return with_local(size=3)


@WHEELS.case(Code.HEADERS_DISAGREE)
def local_checksum_differs() -> bytes:
    return with_local(crc=1)


@WHEELS.case(Code.HEADERS_DISAGREE)
def local_flags_differ() -> bytes:
    return with_local(flags=UTF8)


@WHEELS.case(Code.CHECKSUM)
def wrong_checksum() -> bytes:
    return with_first(crc=1)


@WHEELS.case(Code.SIZE)
def declared_size_too_small() -> bytes:
    return with_first(size=3)


@WHEELS.case(Code.SIZE)
def declared_size_too_large() -> bytes:
    return with_first(size=11)


@WHEELS.case(Code.SIZE)
def stored_with_two_sizes() -> bytes:
    return with_first(method=0, size=3)


@WHEELS.case(Code.COMPRESSED_LEFTOVER)
def bytes_after_the_deflate_stream() -> bytes:
    return with_first(data=deflated(BODY) + b"hidden")


@WHEELS.case(Code.TRUNCATED)
def deflate_stream_cut_off() -> bytes:
    return with_first(data=deflated(BODY)[:-1])


@WHEELS.case(Code.CORRUPT)
def damaged_deflate_stream() -> bytes:
    return with_first(data=b"\xff" * 12)


@WHEELS.case(Code.MEMBER_TOO_LARGE)
def member_that_claims_too_much() -> bytes:
    return with_first(size=LONG - 1)


# Places


@WHEELS.case(Code.LAYOUT)
def gap_between_members() -> bytes:
    return with_first(after=b"hidden")


@WHEELS.case(Code.LAYOUT)
def bytes_before_the_directory() -> bytes:
    return pack(parts_of(), Layout(before_directory=b"hidden"))


@WHEELS.case(Code.LAYOUT)
def overlapping_members() -> bytes:
    first, *rest = parts_of()
    return pack([first, replace(first, name=b"overlap.py", offset=0), *rest])


@WHEELS.case(Code.LAYOUT)
def member_missing_from_the_directory() -> bytes:
    return pack(parts_of(), Layout(order=[0, 2, 3]))


@WHEELS.case(Code.LAYOUT)
def directory_in_another_order() -> bytes:
    return pack(parts_of(), Layout(order=[1, 0, 2, 3]))


@WHEELS.case(Code.LAYOUT)
def directory_starts_elsewhere() -> bytes:
    return with_end(End(start_off=-4))


@WHEELS.case(Code.LAYOUT)
def entry_that_is_none() -> bytes:
    return pack(parts_of(), Layout(in_directory=b"PK\x05\x05\x00\x00" + bytes(60), end=End(1, 1)))


@WHEELS.case(Code.MEMBER_COUNT)
def digital_signature_in_the_directory() -> bytes:
    return pack(parts_of(), Layout(in_directory=b"PK\x05\x05\x00\x00"))


@WHEELS.case(Code.MEMBER_COUNT)
def fewer_members_than_counted() -> bytes:
    return with_end(End(more=-1, more_here=-1))


@WHEELS.case(Code.MEMBER_COUNT)
def two_counts_of_members() -> bytes:
    return with_end(End(more_here=-1))


@WHEELS.case(Code.MULTI_DISK)
def several_disks() -> bytes:
    return with_end(End(disk=1))


@WHEELS.case(Code.MULTI_DISK)
def member_on_another_disk() -> bytes:
    return with_first(disk=1)


@WHEELS.case(Code.COMMENT)
def comment_of_the_archive() -> bytes:
    return with_end(End(comment=b"a comment"))


@WHEELS.case(Code.COMMENT)
def comment_of_a_member() -> bytes:
    return with_first(comment=b"a comment")


# Extra fields, flags, kinds


@WHEELS.case(Code.EXTRA_FIELD)
def zip64_field_twice() -> bytes:
    sizes = len(BODY), len(deflated(BODY))
    return with_first(extra=zip64_extra(*sizes) + zip64_extra(1, 1))


@WHEELS.case(Code.EXTRA_FIELD)
def extra_field_cut_off() -> bytes:
    return with_first(extra=b"\x01\x00\x10\x00")


@WHEELS.case(Code.ZIP64)
def zip64_field_that_disagrees() -> bytes:
    return with_first(extra=zip64_extra(1, 1))


@WHEELS.case(Code.ZIP64)
def zip64_field_missing() -> bytes:
    return with_first(size=LONG)


@WHEELS.case(Code.ZIP64)
def zip64_locator_that_points_elsewhere() -> bytes:
    return with_end(End(zip64=True, locator_off=1))


@WHEELS.case(Code.UNICODE_PATH)
def unicode_path_of_another_file() -> bytes:
    return with_first(extra=unicode_path(b"bad_case.py", b"other.py"))


@WHEELS.case(Code.ENCRYPTED)
def encrypted() -> bytes:
    return with_first(flags=1)


@WHEELS.case(Code.DATA_DESCRIPTOR)
def data_descriptor() -> bytes:
    return with_first(flags=8, after=b"PK\x07\x08" + bytes(12))


@WHEELS.case(Code.FLAGS)
def unknown_flag() -> bytes:
    return with_first(flags=0x0020)


@WHEELS.case(Code.SPECIAL_FILE)
def device_member() -> bytes:
    return with_first(attributes=0o020666 << 16)


@WHEELS.case(Code.TWO_KINDS)
def zip_and_tar() -> bytes:
    """The first local header is the start of a tar header, and its stored content the rest.

    The tar checksum covers the zip checksum and is covered by it, so a salt is tried until both
    hold.
    """
    start = len(Part(b"bad_case.bin").local_header())
    goal = 0
    for salt in range(1 << 16):
        rest = tar([Entry(b"")])[start:500] + salt.to_bytes(12, "big")
        text = b"%06o\0 " % goal
        first = Part(b"bad_case.bin", rest[: 148 - start] + text + rest[156 - start :], method=0)
        block = first.local_header() + first.body
        checksum = sum(block) - sum(text) + sum(b" " * 8)
        if checksum == goal:
            return pack([first, *parts_of()])
        goal = goal or checksum
    message = "no salt fits"
    raise AssertionError(message)


@WHEELS.case(Code.NOT_ZIP)
def tar_named_wheel() -> bytes:
    return gzip.compress(tar([Entry(b"bad_case.py", BODY)]), mtime=0)


@WHEELS.case(Code.NOT_ZIP)
def page_named_wheel() -> bytes:
    return b"<!DOCTYPE html><title>Not a wheel</title>"
