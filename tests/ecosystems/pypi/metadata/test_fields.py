from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strongroom.core.errors import InvalidError
from strongroom.ecosystems.pypi.metadata.fields import LARGEST_METADATA, MOST_VALUES, Metadata, read
from tests.fakes.distributions import Metadata as Written


def document(*headers: str, version: str = "2.4", body: str = "") -> bytes:
    head = [f"Metadata-Version: {version}", "Name: Example.App", "Version: 1.0.0", *headers]
    return ("\n".join([*head, "", body])).encode()


def field(metadata: Metadata, name: str) -> object:
    return metadata.fields[name]


def refusal(data: bytes) -> InvalidError:
    with pytest.raises(InvalidError) as refused:
        read(data)
    assert refused.value.sentence.isascii()
    assert refused.value.sentence.isprintable()
    return refused.value


def test_the_fields_are_named_as_in_the_json_api() -> None:
    read_back = read(
        document(
            "Requires-Dist: click (>=8)",
            "Requires-Python: >=3.11",
            "Project-URL: Source, https://example.org",
            "Keywords: a, b",
            "Provides-Extra: Extra_One",
            "Dynamic: license-file",
            "Platform: any",
            "License-Expression: mit",
            "License-File: LICENSE",
        )
    )
    expected = {
        "name": "Example.App",
        "version": "1.0.0",
        "metadata_version": "2.4",
        "requires_dist": ["click>=8"],
        "requires_python": ">=3.11",
        "project_urls": {"Source": "https://example.org"},
        "keywords": "a,b",
        "provides_extra": ["extra-one"],
        "dynamic": ["License-File"],
        "platform": "any",
        "license_files": ["LICENSE"],
        "classifiers": [],
        "author": None,
    }
    assert {name: read_back.fields[name] for name in expected} == expected
    assert read_back.keywords == ("a", "b")


def test_name_and_version_are_read_into_their_forms() -> None:
    read_back = read(document())
    assert (read_back.name.key, read_back.version.key) == ("example-app", "1")


def test_the_description_is_the_body() -> None:
    read_back = read(document("Description-Content-Type: text/markdown", body="# Héllo\n\ntext\n"))
    assert read_back.description == "# Héllo\n\ntext\n"
    assert read_back.description_type == "text/markdown"


def test_a_description_in_a_header_loses_its_indentation() -> None:
    read_back = read(document("Description: First", "        second", "          third"))
    assert read_back.description == "First\nsecond\n  third"


def test_a_description_in_a_header_with_another_indentation_is_kept_as_it_is() -> None:
    assert read(document("Description: First", "  second")).description == "First\n  second"


def test_a_folded_header_is_one_line() -> None:
    assert field(read(document("Author: Ann", "    Author")), "author") == "Ann Author"


def test_the_text_of_a_licence_keeps_its_lines() -> None:
    text = field(read(document("License: Line one", "        line two")), "license")
    assert text == "Line one\n        line two"


@pytest.mark.parametrize("nothing", ["Author: UNKNOWN", "Author: ", "Platform: UNKNOWN"])
def test_fields_that_mean_nothing_are_dropped(nothing: str) -> None:
    read_back = read(document(nothing, version="1.1"))
    assert field(read_back, "author") is None
    assert field(read_back, "platform") is None


def test_rare_lists_appear_only_where_they_are_given() -> None:
    assert "requires_external" not in read(document()).fields
    assert field(read(document("Requires-External: C")), "requires_external") == ["C"]


@pytest.mark.parametrize("version", ["1.0", "1.1", "1.2", "2.1", "2.2", "2.3", "2.4", "2.5"])
def test_every_standard_version_of_metadata_is_read(version: str) -> None:
    assert read(document(version=version)).metadata_version == version


@pytest.mark.parametrize("version", ["2.0", "2.6", "3.0", "x", ""])
def test_any_other_version_of_metadata_is_refused(version: str) -> None:
    assert refusal(document(version=version)).code == "metadata-version-unknown"


def test_license_files_of_older_metadata_are_overlooked() -> None:
    assert read(document("License-File: LICENSE", version="2.1")).license_files == ()
    assert not read(document(version="2.3")).has_license_files
    assert read(document("License-File: LICENSE")).license_files == ("LICENSE",)


def test_import_names_of_the_newest_metadata_are_read() -> None:
    read_back = read(document("Import-Name: example", version="2.5"))
    assert field(read_back, "import_names") == ["example"]


def test_an_unknown_field_is_let_be() -> None:
    assert read(document("X-Custom: 1")).name.key == "example-app"


@pytest.mark.parametrize("twice", ["Name: other", "Summary: a\nSummary: b", "Version: 2"])
def test_a_field_given_twice_is_refused(twice: str) -> None:
    assert "repeated" in refusal(document(twice)).sentence


def test_a_field_that_is_not_utf_8_is_refused() -> None:
    assert refusal(document("Author: X").replace(b"X", b"\xff")).code == "metadata-invalid"


def test_a_body_that_is_not_utf_8_is_refused() -> None:
    assert refusal(document(body="X").replace(b"X", b"\xff")).code == "metadata-invalid"


@pytest.mark.parametrize(
    "wrong",
    [
        "Requires-Dist: click >=> 8",
        "Requires-Python: three",
        "Description-Content-Type: text/html",
        "Dynamic: Name",
        "License-Expression: Not A Licence",
        "License-File: ../LICENSE",
        "Import-Name: example",
        "Provides-Extra: -",
        "Project-URL: A, https://example.org\nProject-URL: A, https://example.net",
    ],
)
def test_an_invalid_field_is_refused(wrong: str) -> None:
    assert refusal(document(wrong)).code == "metadata-invalid"


def test_a_wrong_name_is_told_before_anything_else() -> None:
    data = b"Metadata-Version: 2.4\nName: -\nVersion: x\nRequires-Python: y\n\n"
    wrong = refusal(data)
    assert "field Name " in wrong.sentence
    assert "Also: " in wrong.remedy


def test_a_rule_of_the_index_is_applied() -> None:
    assert refusal(document("Home-page: javascript:alert(1)")).code == "metadata-url-invalid"


def test_nesting_deeper_than_the_stack_is_refused() -> None:
    deep = "(" * 2000 + "os_name == 'x'" + ")" * 2000
    assert "nested too deep" in refusal(document(f"Requires-Dist: a; {deep}")).sentence


def test_an_address_nested_without_end_breaks_nothing() -> None:
    # Python 3.11's parser of addresses recurses, that of 3.13 does not: refused or let through.
    with suppress(InvalidError):
        read(document(f"Author-Email: {'(' * 5000}"))


def test_requirements_have_a_bounded_length() -> None:
    assert "longer than" in refusal(document(f"Requires-Dist: a{'a' * 5000}")).sentence


def test_lists_have_a_bounded_length() -> None:
    many = ["Requires-External: C"] * (MOST_VALUES + 1)
    assert "more than" in refusal(document(*many)).sentence


def test_metadata_has_a_bounded_size() -> None:
    assert refusal(b"x" * (LARGEST_METADATA + 1)).code == "metadata-too-large"


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    for prefix in (b"", b"Metadata-Version: 2.1\nName: a\nVersion: 1\n"):
        try:
            said = read(prefix + data).name.key
        except InvalidError as refused:
            said = refused.sentence
        assert said.isascii()


@given(st.text(st.characters(codec="utf-8", categories=["L", "N", "P"]), min_size=1, max_size=80))
def test_a_summary_of_any_letters_survives(summary: str) -> None:
    if summary != "UNKNOWN":
        written = Written(summary=summary).render("example", "1.0")
        assert read(written).summary == summary
