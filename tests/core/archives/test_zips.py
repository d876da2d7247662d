import io
from dataclasses import replace

from strongroom.core.archives.limits import Limits
from strongroom.core.archives.members import Member
from strongroom.core.archives.refusals import Code
from strongroom.core.archives.zip_records import LOCATOR64, LOCATOR64_MARK
from strongroom.core.archives.zips import read_zip
from tests.core.archives.reading import code_of, opened, unzipped
from tests.fakes.zip_writer import LONG, End, Layout, Part, deflated, extra, pack, zip64_extra

BODY = b"content " * 40
FOLDER = (0o040755 << 16) | 0x10
FILE = Part(b"a.txt", BODY)
SIZES = len(BODY), len(deflated(BODY))


class Counting(io.BytesIO):
    """A file that counts how many bytes were asked of it."""

    asked = 0

    def read(self, size: int | None = -1, /) -> bytes:
        taken = super().read(size)
        self.asked += len(taken)
        return taken


def test_a_member_tells_its_size_and_mode() -> None:
    archive = opened(pack([replace(FILE, attributes=0o100755 << 16)]))
    assert archive.members == (Member("a.txt", len(BODY), mode=0o755),)


def test_a_folder_is_named_without_its_slash() -> None:
    archive = opened(pack([Part(b"folder/", method=0, attributes=FOLDER)]))
    assert archive.members == (Member("folder", 0, is_dir=True, mode=0o755),)


def test_a_folder_without_a_mode_is_a_folder_by_its_slash() -> None:
    archive = opened(pack([Part(b"folder/", method=0, attributes=0)]))
    assert archive.members == (Member("folder", 0, is_dir=True),)


def test_a_stored_member_is_read() -> None:
    assert unzipped(pack([replace(FILE, method=0)])) == [("a.txt", BODY)]


def test_one_member_can_be_read_by_name() -> None:
    assert opened(pack([FILE, Part(b"b.txt", b"b")])).read("a.txt", at_most=320) == BODY


def test_no_more_is_read_of_a_member_than_allowed() -> None:
    archive = opened(pack([FILE]))
    assert code_of(lambda: archive.read("a.txt", at_most=319)) == Code.MEMBER_TOO_LARGE


def test_a_member_that_is_not_there_is_refused() -> None:
    archive = opened(pack([FILE]))
    assert code_of(lambda: archive.read("b.txt", at_most=1)) == Code.NO_SUCH_MEMBER


def test_a_folder_cannot_be_read() -> None:
    archive = opened(pack([Part(b"folder/", method=0, attributes=FOLDER)]))
    assert code_of(lambda: archive.read("folder", at_most=1)) == Code.NO_SUCH_MEMBER


def test_blocks_left_unread_are_checked_all_the_same() -> None:
    archive = opened(pack([replace(FILE, crc=1)]))
    assert code_of(lambda: [member for member, _ in archive.each()]) == Code.CHECKSUM


def test_reading_one_member_amid_another_disturbs_neither() -> None:
    archive = opened(pack([FILE, Part(b"b.txt", b"b")]))
    read = [(b"".join(blocks), archive.read("b.txt", at_most=1)) for _, blocks in archive.each()]
    assert read == [(BODY, b"b"), (b"b", b"b")]


def test_an_empty_zip_has_no_members() -> None:
    assert opened(pack([])).members == ()


def test_zip64_end_records_are_understood() -> None:
    assert unzipped(pack([FILE], Layout(end=End(zip64=True)))) == [("a.txt", BODY)]


def test_zip64_sizes_in_both_headers_are_understood() -> None:
    wide = replace(FILE, size=LONG, packed=LONG, extra=zip64_extra(*SIZES))
    assert unzipped(pack([wide])) == [("a.txt", BODY)]


def test_a_zip64_field_that_only_repeats_the_sizes_is_accepted() -> None:
    local = replace(FILE, extra=zip64_extra(*SIZES))
    assert unzipped(pack([replace(FILE, local=local)])) == [("a.txt", BODY)]


def test_a_zip64_field_may_state_both_sizes_where_one_overflowed() -> None:
    local = replace(FILE, size=LONG, extra=zip64_extra(*SIZES))
    assert unzipped(pack([replace(FILE, local=local)])) == [("a.txt", BODY)]


def test_a_zip64_field_of_half_a_number_is_refused() -> None:
    odd = replace(FILE, extra=extra(1, bytes(4)))
    assert code_of(lambda: opened(pack([odd]))) == Code.ZIP64


def test_a_zip64_field_of_too_many_numbers_is_refused() -> None:
    data = pack([replace(FILE, extra=zip64_extra(*SIZES, 0, 0))])
    assert code_of(lambda: opened(data)) == Code.ZIP64


def test_a_zip64_field_that_leaves_an_overflowed_number_open_is_refused() -> None:
    local = replace(FILE, size=LONG, packed=LONG, extra=zip64_extra(SIZES[0]))
    assert code_of(lambda: opened(pack([replace(FILE, local=local)]))) == Code.ZIP64


def test_a_zip64_end_that_is_missing_is_refused() -> None:
    end = pack([], Layout(end=End(zip64=True)))[-22:]
    assert code_of(lambda: opened(end)) == Code.ZIP64


def test_a_malformed_zip64_end_is_refused() -> None:
    data = pack([FILE], Layout(end=End(zip64=True)))
    at = data.index(b"PK\x06\x06")
    assert code_of(lambda: opened(data[: at + 4] + b"\x2d" + data[at + 5 :])) == Code.ZIP64


def test_zip64_ends_that_count_differently_are_refused() -> None:
    data = pack([FILE], Layout(end=End(zip64=True)))
    counted = data[:-14] + b"\x02\x00\x02\x00" + data[-10:]
    assert code_of(lambda: opened(counted)) == Code.MEMBER_COUNT


def test_an_unknown_extra_field_is_passed_over() -> None:
    assert unzipped(pack([replace(FILE, extra=extra(0x5455, bytes(5)))])) == [("a.txt", BODY)]


def test_an_extra_field_longer_than_its_room_is_refused() -> None:
    data = pack([replace(FILE, extra=b"\x55")])
    assert code_of(lambda: opened(data)) == Code.EXTRA_FIELD


def test_an_end_mark_cut_off_is_no_zip() -> None:
    assert code_of(lambda: opened(b"PK\x05\x06" + bytes(10))) == Code.NOT_ZIP


def test_a_directory_that_is_cut_off_by_its_length_is_refused() -> None:
    data = bytearray(pack([FILE]))
    name_length = data.index(b"PK\x01\x02") + 28
    data[name_length] += 1
    assert code_of(lambda: opened(bytes(data))) == Code.MEMBER_COUNT


def test_a_local_header_must_stand_where_the_directory_says() -> None:
    data = pack([FILE]).replace(b"PK\x03\x04", b"PK\x03\x05")
    assert code_of(lambda: opened(data)) == Code.LAYOUT


def test_the_members_together_may_not_unpack_to_too_much() -> None:
    limits = Limits(max_unpacked=2 * len(BODY) - 1)
    data = pack([FILE, replace(FILE, name=b"b.txt")])
    assert code_of(lambda: opened(data, limits)) == Code.TOO_LARGE


def test_a_lie_about_the_size_is_stopped_within_one_block() -> None:
    body = bytes(8 * 1024 * 1024)
    data = pack([Part(b"zeros", body, size=10)])
    seen: list[int] = []

    def read() -> None:
        for _, blocks in opened(data).each():
            seen.extend(len(block) for block in blocks)

    assert code_of(read) == Code.SIZE
    assert seen == []


def test_the_structure_is_checked_without_reading_the_data() -> None:
    file = Counting(pack([Part(b"noise", bytes(10_000_000), method=0)]))
    read_zip(file, Limits())
    assert file.asked < 100_000


def test_an_end_record_whose_comment_is_missing_is_refused() -> None:
    data = pack([FILE])[:-2] + b"\x05\x00"
    assert code_of(lambda: opened(data)) == Code.TRAILING_BYTES


def test_a_second_directory_behind_a_zip64_locator_is_refused() -> None:
    # Python's zipfile looks for a locator before every end record and obeys it: in an extra field
    # that nobody reads it led pip to other files than those that were checked.
    locator = LOCATOR64.pack(LOCATOR64_MARK, 0, 0, 1)
    whole = pack([Part(b"a.txt", b"content", extra=extra(0xCAFE, bytes(80) + locator))])
    assert code_of(lambda: read_zip(io.BytesIO(whole), Limits())) == Code.ZIP64
