from typing import cast

import pytest
from packaging.metadata import RawMetadata

from strongroom.ecosystems.pypi.metadata.rules import problems


def codes(**fields: object) -> list[str]:
    return [problem.code for problem in problems(cast("RawMetadata", fields))]


def test_fields_in_order_have_no_problem() -> None:
    assert not codes(
        summary="A library",
        author_email="Ann Author <ann@example.org>, b@example.org",
        maintainer_email="jörg@bücher.example",
        classifiers=["Programming Language :: Python :: 3", "Private :: Do Not Upload"],
        home_page="https://example.org/über?x=1#y",
        project_urls={"Source": "http://example.org:8080/a"},
        requires_dist=["click>=8; python_version < '4'"],
        license="MIT",
        dynamic=["license-file"],
        keywords=["text"],
    )


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "data:text/html,x",
        "https:",
        "//example.org",
        "http://",
        "http://[",
        "http://exa mple.org",
        "http://example.org:99999/",
        "ftp://example.org",
        "",
        "https://example.org/\x7f",
        "https://example.org/" + "x" * 3000,
    ],
)
def test_a_link_that_is_not_a_web_address_is_a_problem(url: str) -> None:
    assert codes(project_urls={"Home": url}) == ["metadata-url-invalid"]


@pytest.mark.parametrize("field", ["home_page", "download_url"])
def test_the_older_fields_for_links_are_looked_at_too(field: str) -> None:
    assert codes(**{field: "javascript:alert(1)"}) == ["metadata-url-invalid"]


@pytest.mark.parametrize("label", ["", "x" * 33])
def test_a_link_needs_a_short_label(label: str) -> None:
    assert codes(project_urls={label: "https://example.org"}) == ["metadata-url-label-invalid"]


@pytest.mark.parametrize("address", ["ann", "Ann <ann>", "a@-x.org", "a@b..c"])
def test_what_is_not_an_address_of_mail_is_a_problem(address: str) -> None:
    assert codes(author_email=address) == ["metadata-email-invalid"]
    assert codes(maintainer_email=address) == ["metadata-email-invalid"]


def test_addresses_that_cannot_be_told_apart_are_let_be() -> None:
    assert not codes(author_email="Ann, Bob <b@example.org>, ann@")


def test_an_unknown_classifier_is_a_problem() -> None:
    assert codes(classifiers=["Topic :: Sorcery"]) == ["metadata-classifier-unknown"]


def test_a_deprecated_classifier_is_a_problem_with_its_successor_as_remedy() -> None:
    (problem,) = problems(RawMetadata(classifiers=["Natural Language :: Ukranian"]))
    assert problem.code == "metadata-classifier-deprecated"
    assert "Ukrainian" in problem.remedy


def test_a_summary_has_a_bounded_length() -> None:
    assert not codes(summary="x" * 512)
    assert codes(summary="x" * 513) == ["metadata-summary-too-long"]


def test_a_description_has_a_bounded_size() -> None:
    assert codes(description="\u20ac" * 700_000) == ["metadata-description-too-long"]


@pytest.mark.parametrize("character", ["\x00", "\x1b", "\n", "\x85", "\u202e", "\u2066"])
def test_control_characters_and_overrides_are_a_problem_in_a_line(character: str) -> None:
    assert codes(author=f"Ann{character}") == ["metadata-control-character"]
    assert codes(keywords=["a", f"b{character}"]) == ["metadata-control-character"]


def test_text_that_reads_from_right_to_left_is_none() -> None:
    assert not codes(author="\u05d0\u05e0\u05d4\u200f", summary="\u0645\u0643\u062a\u0628\u0629")


def test_a_line_has_a_bounded_length() -> None:
    assert codes(author="x" * 8193) == ["metadata-line-too-long"]


@pytest.mark.parametrize("field", ["requires_dist", "provides_dist", "obsoletes_dist"])
def test_a_direct_reference_is_a_problem(field: str) -> None:
    reference = "evil @ https://example.org/evil.whl"
    assert codes(**{field: [reference]}) == ["metadata-direct-reference"]


def test_what_is_no_requirement_is_a_problem() -> None:
    assert codes(provides_dist=["a b c"]) == ["metadata-invalid"]


def test_dynamic_may_not_name_itself() -> None:
    assert codes(dynamic=["Dynamic"]) == ["metadata-dynamic-invalid"]


def test_a_licence_is_given_in_one_way_only() -> None:
    assert codes(license="MIT", license_expression="MIT") == ["metadata-license-twice"]
