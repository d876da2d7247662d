import pytest

from strongroom.web.facts import Group, Link, facts_of, followable


def test_empty_metadata_says_nothing() -> None:
    facts = facts_of({"author": None, "classifiers": None, "project_urls": 3})
    assert (facts.authors, facts.links) == ((), ())


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "JaVaScRiPt://example.org/%0aalert(1)",
        "data:text/html,x",
        "//example.org",
        "https://",
        "https://[x",
        "https://example.org/\u202e",
        "https://example.org/ x",
        'https://example.org/"onclick="',
        "ftp://example.org/",
    ],
)
def test_only_web_addresses_are_followed(address: str) -> None:
    assert followable(address) == ""


def test_a_link_shows_where_it_leads() -> None:
    facts = facts_of({"project_urls": {"Source": "https://code.example.org/x"}})
    assert facts.links == (Link("Source", "code.example.org", "https://code.example.org/x"),)


def test_a_link_that_is_none_stays_words() -> None:
    facts = facts_of({"project_urls": {"Docs": "javascript:alert(1)"}})
    assert facts.links == (Link("Docs", "javascript:alert(1)", ""),)


def test_a_home_page_given_twice_is_shown_once() -> None:
    url = "https://example.org"
    links = facts_of({"home_page": url, "project_urls": {"Home": f"{url}/"}}).links
    assert [link.label for link in links] == ["Home"]


def test_a_download_address_is_a_link() -> None:
    assert facts_of({"download_url": "https://example.org/d"}).links[0].label == "Download"


def test_an_author_with_an_address_is_one_person() -> None:
    facts = facts_of({"author": "Ann", "author_email": "ann@example.org"})
    assert facts.authors == (Link("author", "Ann", "mailto:ann@example.org"),)


def test_authors_within_the_address_field_are_told_apart() -> None:
    facts = facts_of({"author": "Ann", "author_email": "Ann <a@example.org>, B <b@example.org>"})
    assert [person.shown for person in facts.authors] == ["Ann", "B"]


def test_an_author_beside_other_addresses_is_kept() -> None:
    facts = facts_of({"author": "Ann", "author_email": "B <b@example.org>"})
    assert [(person.shown, person.href) for person in facts.authors] == [
        ("Ann", ""),
        ("B", "mailto:b@example.org"),
    ]


def test_an_address_that_is_none_is_not_linked() -> None:
    authors = facts_of({"author_email": "B <javascript:alert(1)>"}).authors
    assert all(person.href == "" for person in authors)


@pytest.mark.parametrize(
    ("metadata", "words"),
    [
        ({"license_expression": "MIT", "license": "x"}, "MIT"),
        ({"license": "Apache 2.0\n\nlong text"}, "Apache 2.0"),
        ({"license": "x" * 500}, "x" * 120),
        ({"classifiers": ["License :: OSI Approved :: MIT License"]}, "MIT License"),
        ({}, ""),
    ],
)
def test_the_licence_is_named_in_one_line(metadata: dict[str, object], words: str) -> None:
    assert facts_of(metadata).license == words


def test_requirements_are_grouped_by_extra() -> None:
    asked = ["a>=1", 'b; extra == "tls"', "c; python_version < '3.12'"]
    assert facts_of({"requires_dist": asked}).requirements == (
        Group("", ("a>=1", "c; python_version < '3.12'")),
        Group("tls", ('b; extra == "tls"',)),
    )


def test_classifiers_are_grouped_by_topic() -> None:
    given = ["Topic :: Security", "Topic :: Software", "Private"]
    assert facts_of({"classifiers": given}).classifiers == (
        Group("Private", ("Private",)),
        Group("Topic", ("Security", "Software")),
    )


def test_keywords_are_split() -> None:
    assert facts_of({"keywords": "a, b,,c "}).keywords == ("a", "b", "c")
