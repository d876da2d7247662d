import pytest

from strongroom.core.archives.limits import Limits
from strongroom.core.archives.members import Member
from strongroom.core.archives.paths import check_path, check_together, decoded, folded
from strongroom.core.archives.refusals import Code
from tests.core.archives.reading import code_of


@pytest.mark.parametrize(
    "path",
    [
        "a.py",
        "a/b.py",
        ".hidden",
        "a b.py",
        "caf\u00e9.py",
        "...a",
        "console.py",
        "com.py",
        "x" * 512,
    ],
)
def test_an_ordinary_name_is_accepted(path: str) -> None:
    check_path(path, Limits())


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("", Code.PATH_SEGMENT),
        ("a/", Code.PATH_SEGMENT),
        ("a/../b", Code.PATH_CLIMBS),
        ("/a", Code.PATH_ABSOLUTE),
        ("a\nb", Code.PATH_CHARACTERS),
        ("a\u200bb", Code.PATH_CHARACTERS),
        ("a ", Code.PATH_WINDOWS),
        ("...", Code.PATH_WINDOWS),
        ("NUL", Code.PATH_WINDOWS),
        ("a/con.tar.gz", Code.PATH_WINDOWS),
        ("com\u00b9.txt", Code.PATH_WINDOWS),
        ("aux .py", Code.PATH_WINDOWS),
        ("\u00e9" * 257, Code.PATH_TOO_LONG),
    ],
)
def test_a_name_that_some_system_reads_otherwise_is_refused(path: str, code: Code) -> None:
    assert code_of(lambda: check_path(path, Limits())) == code


def test_a_name_of_other_bytes_than_utf8_is_refused() -> None:
    assert code_of(lambda: decoded(b"\xed\xa0\x80")) == Code.PATH_ENCODING


def test_names_fold_by_case_and_by_form() -> None:
    assert folded("STRASSE") == folded("stra\u00dfe")
    assert folded("\u00c9") == folded("e\u0301")
    assert folded("\u212a") == folded("k")


def test_a_folder_and_its_files_stand_together() -> None:
    check_together([Member("a", 0, is_dir=True), Member("a/b", 1), Member("a.b", 1)])


@pytest.mark.parametrize(
    ("one", "other", "code"),
    [
        (Member("a", 1), Member("a", 1), Code.DUPLICATE),
        (Member("a", 0, is_dir=True), Member("a", 0, is_dir=True), Code.DUPLICATE),
        (Member("a", 1), Member("a", 0, is_dir=True), Code.FILE_AND_FOLDER),
        (Member("a", 1), Member("a/b/c", 1), Code.FILE_AND_FOLDER),
        (Member("a/b", 1), Member("A/c", 1), Code.COLLISION),
        (Member("a", 0, is_dir=True), Member("A/c", 1), Code.COLLISION),
    ],
)
def test_members_that_cannot_be_side_by_side_are_refused(
    one: Member, other: Member, code: Code
) -> None:
    between = [Member("a!", 1), Member("a-b", 1)]
    assert code_of(lambda: check_together([one, *between, other])) == code
    assert code_of(lambda: check_together([other, *between, one])) == code
