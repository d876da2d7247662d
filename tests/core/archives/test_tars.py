import gzip
import io
from itertools import islice

import pytest

from strongroom.core.archives.limits import Limits
from strongroom.core.archives.members import Member
from strongroom.core.archives.refusals import Code
from strongroom.core.archives.tars import read_tar_gz
from tests.core.archives.reading import code_of, untarred
from tests.fakes.tar_writer import GNU, Entry, pax, tar_gz

LONG = b"folder/" * 20 + b"file.py"
FILE = Entry(b"a.txt", b"content")


def members(*entries: Entry) -> list[Member]:
    archive = read_tar_gz(io.BytesIO(tar_gz(entries)), Limits())
    return [member for member, _ in archive.each()]


def test_a_file_tells_its_size_and_mode() -> None:
    assert members(FILE) == [Member("a.txt", 7, mode=0o644)]


def test_a_folder_is_named_without_its_slash() -> None:
    assert members(Entry(b"folder/", kind=b"5")) == [Member("folder", 0, is_dir=True, mode=0o644)]


def test_a_link_to_a_file_of_the_archive_is_accepted_in_either_order() -> None:
    link = Entry(b"folder/link.txt", kind=b"2", link=b"../a.txt")
    assert [member.target for member in members(link, FILE)] == ["a.txt", ""]
    assert [member.target for member in members(FILE, link)] == ["", "a.txt"]


def test_a_link_with_content_is_refused() -> None:
    link = Entry(b"link.txt", b"content", kind=b"2", link=b"a.txt")
    assert code_of(lambda: members(FILE, link)) == Code.FOLDER_CONTENT


def test_a_link_without_a_target_is_refused() -> None:
    assert code_of(lambda: members(FILE, Entry(b"link.txt", kind=b"2"))) == Code.LINK


def test_a_name_may_be_lengthened_by_a_prefix() -> None:
    assert members(Entry(b"file.py", prefix=b"folder"))[0].name == "folder/file.py"


def test_a_gnu_header_whose_prefix_field_holds_anything_is_refused() -> None:
    # GNU's tar passes over these bytes, Python's tarfile puts them before the name.
    entry = Entry(b"file.py", prefix=b"00000", magic=GNU)
    assert code_of(lambda: members(entry)) == Code.HEADER


@pytest.mark.parametrize("at", [108, 116, 136, 329, 337])
def test_a_number_that_other_readers_take_for_the_end_is_refused(at: int) -> None:
    # Python's tarfile stops at a header whose owner it cannot read, and hides what follows.
    block = bytearray(Entry(b"file.py").render())
    block[at : at + 7] = b"zzzzzzz"
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block[:512])
    hidden = gzip.compress(bytes(block) + bytes(1024), mtime=0)
    archive = read_tar_gz(io.BytesIO(hidden), Limits())
    assert code_of(lambda: list(archive.each())).startswith("archive-")


def test_a_name_may_be_lengthened_by_pax() -> None:
    found = members(pax([(b"mtime", b"1.5"), (b"path", LONG)]), Entry(LONG, b"content"))
    assert found == [Member(LONG.decode(), 7, mode=0o644)]


def test_a_name_may_be_lengthened_the_gnu_way() -> None:
    name = Entry(b"././@LongLink", LONG + b"\0", b"L", magic=GNU)
    assert members(name, Entry(LONG, magic=GNU))[0].name == LONG.decode()


def test_a_folder_may_be_lengthened_by_pax() -> None:
    path = LONG.removesuffix(b"file.py")
    assert members(pax([(b"path", path)]), Entry(path, kind=b"5"))[0].is_dir


def test_the_same_size_twice_is_accepted() -> None:
    assert members(pax([(b"size", b"7")]), FILE)[0].size == 7


def test_the_note_of_git_archive_is_accepted() -> None:
    assert members(pax([(b"comment", b"0" * 40)], kind=b"g"), FILE)[0].name == "a.txt"


def test_the_attributes_of_a_mac_are_accepted() -> None:
    assert members(pax([(b"LIBARCHIVE.xattr.com.apple", b"x")]), FILE)[0].name == "a.txt"


def test_two_extended_headers_for_one_member_are_refused() -> None:
    note = pax([(b"comment", b"x")])
    assert code_of(lambda: members(note, note, FILE)) == Code.SPECIAL_FILE


def test_content_left_unread_is_skipped() -> None:
    data = tar_gz([Entry(b"big", b"x" * 200_000), FILE])
    archive = read_tar_gz(io.BytesIO(data), Limits())
    names = [(member.name, len(list(islice(blocks, 1)))) for member, blocks in archive.each()]
    assert names == [("big", 1), ("a.txt", 1)]


def test_an_archive_can_be_read_again() -> None:
    archive = read_tar_gz(io.BytesIO(tar_gz([FILE])), Limits())
    assert [member for member, _ in archive.each()] == [member for member, _ in archive.each()]


def test_too_many_members_are_refused() -> None:
    data = tar_gz([FILE, Entry(b"b.txt")])
    assert code_of(lambda: untarred(data, Limits(max_members=1))) == Code.TOO_MANY_MEMBERS


def test_a_stream_that_unpacks_to_too_much_is_refused() -> None:
    data = tar_gz([Entry(b"big", b"x" * 200_000)])
    assert code_of(lambda: untarred(data, Limits(max_unpacked=100_000))) == Code.TOO_LARGE
