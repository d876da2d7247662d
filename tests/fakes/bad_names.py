"""Wheels that a zip reader must refuse for the name of a member, or for two names together."""

from dataclasses import replace

from strongroom.core.archives.refusals import Code
from tests.fakes.bad_cases import bad_wheels
from tests.fakes.bad_wheels import BODY, FOLDER, UTF8, named, parts_of, with_first
from tests.fakes.zip_writer import Part, pack

WHEELS = bad_wheels()


@WHEELS.case(Code.PATH_BACKSLASH)
def backslash() -> bytes:
    return named("bad_case.py", "folder\\file.py")


@WHEELS.case(Code.PATH_COLON)
def drive_letter() -> bytes:
    return named("bad_case.py", "C:/file.py")


@WHEELS.case(Code.PATH_COLON)
def alternate_data_stream() -> bytes:
    return named("bad_case.py", "file.py:hidden")


@WHEELS.case(Code.PATH_CHARACTERS)
def control_character() -> bytes:
    return named("bad_case.py", "file\x1b[2J.py")


@WHEELS.case(Code.PATH_CHARACTERS)
def nul_in_name() -> bytes:
    return named("bad_case.py", "file.py\x00.txt")


@WHEELS.case(Code.PATH_CHARACTERS)
def text_direction_override() -> bytes:
    return named("bad_case.py", "file\u202eyp.txt")


@WHEELS.case(Code.PATH_ENCODING)
def name_not_utf8() -> bytes:
    first, *rest = parts_of()
    return pack([first, Part(b"caf\xe9.py", BODY, flags=UTF8), *rest])


@WHEELS.case(Code.PATH_ENCODING)
def utf8_name_without_its_flag() -> bytes:
    first, *rest = parts_of({"caf\u00e9.py": BODY})
    return pack([replace(first, flags=0), *rest])


@WHEELS.case(Code.COLLISION)
def normalisation_collision() -> bytes:
    return named("caf\u00e9.py", "cafe\u0301.py")


@WHEELS.case(Code.COLLISION)
def folder_case_collision() -> bytes:
    return named("bad_case/one.py", "Bad_Case/two.py")


@WHEELS.case(Code.FILE_AND_FOLDER)
def file_and_folder() -> bytes:
    return named("bad_case", "bad_case/inner.py")


@WHEELS.case(Code.FILE_AND_FOLDER)
def file_and_folder_entry() -> bytes:
    return pack([*parts_of({"thing": BODY}), Part(b"thing/", method=0, attributes=FOLDER)])


@WHEELS.case(Code.FILE_AND_FOLDER)
def folder_that_says_it_is_a_file() -> bytes:
    return pack([*parts_of(), Part(b"thing/", method=0)])


@WHEELS.case(Code.FILE_AND_FOLDER)
def file_that_says_it_is_a_folder() -> bytes:
    return with_first(attributes=FOLDER)


@WHEELS.case(Code.FOLDER_CONTENT)
def folder_with_content() -> bytes:
    return pack([*parts_of(), Part(b"thing/", BODY, attributes=FOLDER)])


@WHEELS.case(Code.PATH_WINDOWS)
def windows_device() -> bytes:
    return named("bad_case.py", "folder/nul.txt")


@WHEELS.case(Code.PATH_WINDOWS)
def trailing_dot() -> bytes:
    return named("bad_case.py", "file.py.")


@WHEELS.case(Code.PATH_SEGMENT)
def empty_segment() -> bytes:
    return named("bad_case.py", "folder//file.py")


@WHEELS.case(Code.PATH_SEGMENT)
def dot_segment() -> bytes:
    return named("bad_case.py", "./file.py")


@WHEELS.case(Code.PATH_TOO_LONG)
def name_too_long() -> bytes:
    return named("bad_case.py", "n" * 600)


@WHEELS.case(Code.PATH_TOO_DEEP)
def name_too_deep() -> bytes:
    return named("bad_case.py", "d/" * 40 + "file.py")
