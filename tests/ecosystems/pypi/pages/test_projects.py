import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from strongroom.core.ecosystem import Listing
from strongroom.ecosystems.pypi.pages.projects import documents, python_tag
from tests.ecosystems.pypi.listings import file, listing, release

URL = "https://packages.example.org"
TWO = listing(release("1.10"), release("1.9", yanked="broken"))


def rendered(of: Listing, touched: frozenset[str] | None = None) -> Mapping[str, Any]:
    return {page.path: json.loads(page.body) for page in documents(of, touched, URL)}


def test_a_project_has_a_document_and_one_for_each_release() -> None:
    assert set(rendered(TWO)) == {
        "pypi/example-app/index.json",
        "pypi/example-app/1.10/index.json",
        "pypi/example-app/1.9/index.json",
    }


def test_only_touched_releases_are_rendered_again() -> None:
    assert set(rendered(TWO, frozenset({"1.9"}))) == {
        "pypi/example-app/index.json",
        "pypi/example-app/1.9/index.json",
    }


def test_the_document_of_a_project_has_the_shape_of_pypi() -> None:
    document = rendered(TWO)["pypi/example-app/index.json"]
    assert next(iter(document)) == "last_serial"
    assert document["last_serial"] == 41
    assert document["vulnerabilities"] == []
    assert document["ownership"] == {
        "organization": None,
        "roles": [{"role": "Owner", "user": "ann"}, {"role": "Maintainer", "user": "bob"}],
    }
    assert set(document["releases"]) == {"1.10", "1.9"}
    assert document["urls"] == document["releases"]["1.10"]


def test_info_speaks_of_the_chosen_release() -> None:
    info = rendered(TWO)["pypi/example-app/index.json"]["info"]
    expected = {
        "name": "Example.App",
        "version": "1.10",
        "summary": "Summary of 1.10",
        "author": "Ann",
        "author_email": None,
        "classifiers": ["Typing :: Typed"],
        "requires_dist": ["click"],
        "description": "# Text",
        "description_content_type": "text/markdown",
        "docs_url": None,
        "bugtrack_url": None,
        "downloads": {"last_day": -1, "last_month": -1, "last_week": -1},
        "package_url": f"{URL}/project/example-app/",
        "release_url": f"{URL}/project/example-app/1.10/",
        "yanked": False,
        "yanked_reason": None,
    }
    assert {field: info[field] for field in expected} == expected


def test_the_document_of_a_release_speaks_of_it_alone() -> None:
    document = rendered(TWO)["pypi/example-app/1.9/index.json"]
    assert document["info"]["version"] == "1.9"
    assert document["info"]["yanked_reason"] == "broken"
    assert "releases" not in document


def test_a_file_is_described_as_pypi_does() -> None:
    (wheel, _) = rendered(TWO)["pypi/example-app/1.9/index.json"]["urls"]
    digests = file("example_app-1.9-py3-none-any.whl").digests
    assert wheel == {
        "comment_text": "",
        "core-metadata": {"sha256": "cd" * 32},
        "digests": {
            "blake2b_256": digests.blake2b_256,
            "md5": digests.md5,
            "sha256": digests.sha256,
        },
        "downloads": -1,
        "filename": "example_app-1.9-py3-none-any.whl",
        "has_sig": False,
        "md5_digest": digests.md5,
        "packagetype": "bdist_wheel",
        "python_version": "py3",
        "requires_python": ">=3.11",
        "size": 1234,
        "upload_time": "2026-11-21T07:08:09",
        "upload_time_iso_8601": "2026-11-21T07:08:09.000120Z",
        "url": f"{URL}/files/ab/example_app-1.9-py3-none-any.whl",
        "yanked": True,
        "yanked_reason": "broken",
    }


def test_each_registry_gives_its_own_addresses_of_the_same_files() -> None:
    for url in (URL, "https://other.example.org", URL):
        pages = [json.loads(page.body) for page in documents(TWO, None, url)]
        addresses = [file["url"] for document in pages for file in document["urls"]]
        addresses += [one["url"] for files in pages[0]["releases"].values() for one in files]
        assert len(addresses) == 10
        assert all(address.startswith(f"{url}/files/") for address in addresses)


def test_a_yank_that_is_taken_back_or_told_otherwise_is_told_as_it_is_now() -> None:
    for yanked in (None, "", "broken", "Broken.", None):
        shown = rendered(listing(replace(TWO.releases[0], yanked=yanked)))
        (files,) = shown["pypi/example-app/index.json"]["releases"].values()
        assert {one["yanked"] for one in files} == {yanked is not None}
        assert {one["yanked_reason"] for one in files} == {yanked or None}


def test_a_project_in_quarantine_shows_no_files_anywhere() -> None:
    held = rendered(replace(TWO, status="quarantined"))
    assert held["pypi/example-app/index.json"]["releases"] == {"1.10": [], "1.9": []}
    assert all(document["urls"] == [] for document in held.values())


def test_a_project_without_releases_has_no_document() -> None:
    assert not rendered(listing())


def test_the_python_version_of_a_file_is_in_its_name() -> None:
    assert python_tag("a-1.0-1-cp311.cp312-abi3-any.whl") == "cp311.cp312"
    assert python_tag("a-1.0.tar.gz") == "source"
