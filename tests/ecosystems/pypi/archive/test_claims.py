from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strongroom.core.errors import InvalidError
from strongroom.ecosystems.pypi.archive.claims import check_claims
from strongroom.ecosystems.pypi.metadata.fields import read

DOCUMENT = """\
Metadata-Version: 2.4
Name: Example.App
Version: 1.0.0
Summary: An  example
Author: J\u00f6rg
Author-Email: Ann <ann@example.org>
Keywords: one, two
Classifier: Programming Language :: Python :: 3
Classifier: Typing :: Typed
Requires-Python: >=3.11
Requires-Dist: click (>=8)
Requires-Dist: rich; extra == "pretty"
Provides-Extra: pretty
Project-URL: Source, https://example.org
License-Expression: MIT
License-File: LICENSE
Dynamic: License-File
Description-Content-Type: text/markdown

# Example

Text.
"""
METADATA = read(DOCUMENT.encode())

# As a client reads them, in its own spelling and order.
TRUE: Mapping[str, Sequence[str]] = {
    ":action": ["file_upload"],
    "metadata_version": ["2.4"],
    "name": ["example-app"],
    "version": ["1.0.0"],
    "filetype": ["bdist_wheel"],
    "pyversion": ["py3.py2"],
    "summary": ["An example"],
    "author": ["=?utf-8?q?J=C3=B6rg?="],
    "author_email": ["Ann <ann@example.org>"],
    "keywords": ["one,two"],
    "classifiers": ["Typing :: Typed", "Programming Language :: Python :: 3"],
    "requires_python": [">= 3.11"],
    "requires_dist": ["rich ; extra == 'pretty'", "click>=8"],
    "provides_extra": ["pretty"],
    "project_urls": ["Source,https://example.org"],
    "license_expression": ["MIT"],
    "license_file": ["LICENSE"],
    "dynamic": ["license-file"],
    "description_content_type": ["text/markdown"],
    "description": ["# Example\r\n\r\nText.\r\n"],
    "platform": ["UNKNOWN"],
    "maintainer": [""],
}


def check(claims: Mapping[str, Sequence[str]]) -> None:
    check_claims(claims, METADATA, "bdist_wheel", "py2.py3")


def test_a_form_that_agrees_passes() -> None:
    check(TRUE)


def test_a_form_that_claims_nothing_passes() -> None:
    check({})


def test_fields_that_are_not_metadata_are_left_to_others() -> None:
    check({"sha256_digest": ["x"], "protocol_version": ["1"], "attestations": ["[]"]})


@pytest.mark.parametrize(
    ("field", "lie"),
    [
        ("name", "other"),
        ("version", "1.0.1"),
        ("version", "nonsense"),
        ("metadata_version", "2.1"),
        ("filetype", "sdist"),
        ("pyversion", "source"),
        ("summary", "Another"),
        ("author", "=?broken?="),
        ("requires_python", ">=2"),
        ("requires_dist", "evil"),
        ("requires_dist", "not a requirement"),
        ("requires_external", "libc"),
        ("description", "other"),
        ("platform", "win32"),
        ("maintainer", "Mallory"),
        ("license_files", "OTHER"),
        ("project_url", "Source, https://example.net"),
    ],
)
def test_a_form_that_says_otherwise_is_refused(field: str, lie: str) -> None:
    with pytest.raises(InvalidError) as refused:
        check({**TRUE, field: [lie]})
    assert refused.value.code == "claim-differs"
    assert f"'{field}'" in refused.value.sentence


def test_both_values_are_shown_shortened() -> None:
    with pytest.raises(InvalidError) as refused:
        check({"summary": ["lie " * 50]})
    assert "'An  example'" in refused.value.sentence
    assert len(refused.value.sentence) < 200


def test_leaving_one_of_a_list_out_is_a_contradiction() -> None:
    with pytest.raises(InvalidError, match="requires_dist"):
        check({"requires_dist": ["click>=8"]})


def test_a_single_field_that_is_sent_twice_is_refused() -> None:
    with pytest.raises(InvalidError) as refused:
        check({"version": ["1.0.0", "1.0.0"]})
    assert refused.value.code == "claim-repeated"


def test_license_files_are_not_compared_where_older_metadata_does_not_define_them() -> None:
    older = read(b"Metadata-Version: 2.1\nName: a\nVersion: 1\nLicense-File: LICENSE\n")
    check_claims({"license_file": ["LICENSE"]}, older, "sdist", "source")


@given(st.sampled_from(sorted(TRUE.keys() - {":action", "platform", "maintainer"})), st.data())
def test_any_changed_claim_is_refused(field: str, data: st.DataObject) -> None:
    letters = st.text("abcxyz", min_size=1, max_size=5)
    position = data.draw(st.integers(0, len(TRUE[field]) - 1))
    changed = list(TRUE[field])
    changed[position] += data.draw(letters.map(lambda text: f"{text}9"))
    with pytest.raises(InvalidError):
        check({**TRUE, field: changed})
