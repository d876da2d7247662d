from strongroom.core.archives.refusals import Code, refused, shown


def test_every_code_is_distinct_and_of_one_form() -> None:
    assert len({code.value for code in Code}) == len(Code)
    assert all(code.value.startswith("archive-") and code.value.islower() for code in Code)


def test_every_code_has_a_remedy() -> None:
    assert all(refused(code, "A sentence.").remedy for code in Code)


def test_a_long_name_is_shown_short_and_plain() -> None:
    assert shown("a" * 100) == f"'{'a' * 60}...'"
    assert shown("caf\u00e9\n") == r"'caf\xe9\n'"
    assert shown(b"\xff") == r"'\\xff'"
