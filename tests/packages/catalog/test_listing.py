"""A project read out of its rows, as its readers may see it."""

import threading
from contextlib import suppress
from datetime import UTC, timedelta
from pathlib import Path

import pytest
from django.db import connection, transaction
from django.db.models import F

from strongroom.core.actors import OPERATOR, Actor
from strongroom.core.coordinates import ProjectId
from strongroom.core.ecosystem import Listing
from strongroom.core.errors import NotFoundError
from strongroom.core.events import Kind
from strongroom.core.findings import Finding, Severity
from strongroom.packages.catalog.changes import set_status, yank
from strongroom.packages.catalog.listing import (
    all_projects,
    file_path,
    listing,
    names,
    newest_projects,
    newest_releases,
)
from strongroom.packages.models import File, Project, Release, UsedPath
from tests.fakes.bench import Bench, open_bench
from tests.fakes.clocks import NOON
from tests.fakes.ecosystems import Boxes

PARCEL = ProjectId("box", "parcel")


def listed() -> Listing:
    return listing(PARCEL, Boxes())


def test_releases_come_newest_first_whatever_order_they_came_in(bench: Bench, alice: Actor) -> None:
    for version in ("1.9", "2.0rc", "1.10", "2.0"):
        bench.publish(alice, "parcel", version)
    found = [release.version.key for release in listed().releases]
    assert found == ["2.0", "2.0rc", "1.10", "1.9"]


def test_a_project_is_listed_with_its_people_and_its_events(bench: Bench, alice: Actor) -> None:
    bench.publish(alice, "Parcel", "1.0")
    shown = listed()
    assert (shown.project, shown.name.display, shown.status) == (PARCEL, "Parcel", "active")
    assert (shown.people, shown.created_at) == ((("alice", "owner"),), NOON)
    kinds = [one.event.kind for one in shown.history]
    assert kinds == [Kind.FILE_PUBLISHED, Kind.PROJECT_CREATED]
    assert shown.serial == shown.history[0].serial


def test_a_file_is_listed_as_it_was_published(bench: Bench, alice: Actor) -> None:
    receipt = bench.publish(alice, "parcel", "1.0", label="fragile", note="It rattles.")
    (file,) = listed().releases[0].files
    assert (file.filename, file.uploader, file.uploaded_at) == (receipt.filename, "alice", NOON)
    assert file.digests.sha256 == receipt.sha256
    assert file.findings == (Finding("box", "box-note", Severity.NOTE, "It rattles.", "box"),)
    assert file.findings[0].severity is Severity.NOTE
    assert set(file.sidecars) == {".label"}


def test_only_releases_that_are_named_or_stand_for_the_project_are_whole(
    bench: Bench, alice: Actor
) -> None:
    for version in ("1.0", "2.0", "3.0", "4.0rc", "5.0rc"):
        bench.publish(alice, "parcel", version)
    shown = listing(PARCEL, Boxes(), frozenset({"1.0", "9.9"}))
    whole = [each.version.key for each in shown.releases if each.description and each.metadata]
    assert whole == ["3.0", "1.0"]
    assert [len(each.files) for each in shown.releases] == [1] * 5


def test_every_release_is_whole_if_none_is_named(bench: Bench, alice: Actor) -> None:
    for version in ("1.0", "2.0", "3.0"):
        bench.publish(alice, "parcel", version)
    assert {each.description for each in listed().releases} == {"A box."}


def test_a_file_stands_under_its_digest() -> None:
    assert file_path("box", "abcdef", "x.box") == "files/box/ab/cd/ef/x.box"


def test_files_come_in_the_order_of_their_names(bench: Bench, alice: Actor) -> None:
    for kind in ("small", "large"):
        bench.publish(alice, "parcel", "1.0", kind=kind)
    assert [file.kind for file in listed().releases[0].files] == ["large", "small"]


def test_a_yanked_release_is_listed_with_its_reason(bench: Bench, alice: Actor) -> None:
    for version in ("1.0", "2.0"):
        bench.publish(alice, "parcel", version)
    yank(bench.desk, alice, bench.target("parcel", "1.0"), "")
    assert [release.yanked for release in listed().releases] == [None, ""]


def test_what_did_not_change_is_the_same_and_is_not_read_again(bench: Bench, alice: Actor) -> None:
    for version in ("1.0", "2.0"):
        bench.publish(alice, "parcel", version)
    before = listed()
    bench.publish(alice, "parcel", "3.0")
    after = listed()
    assert [one.files for one in after.releases[1:]] == [one.files for one in before.releases]


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("uploader", "mallory"),
        ("size", 7),
        ("sha256", "ab" * 32),
        ("uploaded_at", NOON + timedelta(microseconds=1)),
        ("manifest", {"requires_python": ">=3.12"}),
        ("sidecars", {".label": "cd" * 32}),
        ("findings", []),
    ],
)
def test_whatever_changes_in_the_row_of_a_file_is_seen_at_once(
    bench: Bench, alice: Actor, column: str, value: object
) -> None:
    bench.publish(alice, "parcel", "1.0", note="It rattles.")
    (before,) = listed().releases[0].files
    File.objects.update(**{column: value})
    (after,) = listed().releases[0].files
    assert after != before
    shown = {
        "sha256": after.digests.sha256,
        "uploaded_at": after.uploaded_at,
        "manifest": after.metadata,
        "findings": list(after.findings),
    }
    assert shown.get(column, getattr(after, column, None)) == value


def test_a_row_that_was_rolled_back_is_not_taken_for_the_one_that_got_its_number(
    bench: Bench, alice: Actor
) -> None:
    for kind in ("small", "large"):
        with suppress(RuntimeError), transaction.atomic():
            bench.publish(alice, "parcel", "1.0", kind=kind)
            assert [file.kind for file in listed().releases[0].files] == [kind]
            raise RuntimeError


@pytest.mark.parametrize("microseconds", [0, 120])
def test_moments_are_listed_in_utc_to_the_microsecond(
    bench: Bench, alice: Actor, microseconds: int
) -> None:
    bench.publish(alice, "parcel", "1.0")
    exact = NOON + timedelta(microseconds=microseconds)
    File.objects.update(uploaded_at=exact)
    Release.objects.update(published_at=exact)
    (release,) = listed().releases
    moments = (release.published_at, release.files[0].uploaded_at)
    assert moments == (exact, exact)
    assert {at.tzinfo for at in moments} == {UTC}


@pytest.mark.postgresql
def test_moments_are_read_in_utc_whatever_the_zone_of_the_server(
    bench: Bench, alice: Actor
) -> None:
    bench.publish(alice, "parcel", "1.0")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL TimeZone = 'Asia/Kathmandu'")
    (release,) = listed().releases
    assert [release.published_at, release.files[0].uploaded_at] == [NOON, NOON]


def test_a_project_that_is_not_there_is_not_found(db: None) -> None:
    with pytest.raises(NotFoundError):
        listed()


def test_a_listing_costs_the_same_number_of_queries_for_any_number_of_files(
    bench: Bench, alice: Actor, django_assert_num_queries: object
) -> None:
    assert callable(django_assert_num_queries)
    for version in ("1.0", "2.0", "3.0"):
        bench.publish(alice, "parcel", version)
        with django_assert_num_queries(9):
            listed()


def test_the_newest_come_first_and_none_in_quarantine(bench: Bench, alice: Actor) -> None:
    for key in ("one", "two", "three"):
        bench.publish(alice, key, "1.0", summary=key.upper())
        bench.clock.forward(timedelta(minutes=1))
    bench.publish(alice, "one", "2.0")
    set_status(bench.desk, OPERATOR, ProjectId("box", "two"), "quarantined", "bad")
    releases = [(each.key, each.version) for each in newest_releases(10)]
    assert releases == [("one", "2.0"), ("three", "1.0"), ("one", "1.0")]
    assert [each.key for each in newest_projects(10)] == ["three", "one"]
    assert (len(newest_releases(1)), len(newest_projects(1))) == (1, 1)


def test_the_names_of_an_ecosystem_come_in_order_and_none_in_quarantine(
    bench: Bench, alice: Actor
) -> None:
    for name in ("Zebra", "Apple", "Mango"):
        bench.publish(alice, name, "1.0")
    Project.objects.update(shelved_serial=F("serial"))
    set_status(bench.desk, OPERATOR, ProjectId("box", "mango"), "quarantined", "bad")
    assert list(names("box")) == [("apple", "Apple"), ("zebra", "Zebra")]
    assert list(names("pypi")) == []


def test_no_index_names_a_project_whose_pages_are_not_up_yet(bench: Bench, alice: Actor) -> None:
    for name in ("apple", "mango"):
        bench.publish(alice, name, "1.0")
    Project.objects.filter(key="apple").update(shelved_serial=F("serial"))
    assert list(names("box")) == [("apple", "apple")]


def test_every_project_is_named_in_the_order_of_creation(bench: Bench, alice: Actor) -> None:
    for name in ("zebra", "apple"):
        bench.publish(alice, name, "1.0")
    assert [project.key for project in all_projects()] == ["zebra", "apple"]


@pytest.mark.django_db(transaction=True)
def test_projects_can_be_changed_while_they_are_named_and_others_write(tmp_path: Path) -> None:
    bench = open_bench(tmp_path)
    Project.objects.bulk_create(
        Project(
            ecosystem="box", key=f"p{n}", display="", similar="", created_at=NOON, updated_at=NOON
        )
        for n in range(1500)
    )

    def elsewhere() -> None:
        bench.person("eve")
        connection.close()

    found = all_projects()
    next(found)
    thread = threading.Thread(target=elsewhere)
    thread.start()
    thread.join()
    Project.objects.update(summary="changed")  # would be "database is locked" in one long read
    assert len(list(found)) == 1499


def test_rows_name_themselves(bench: Bench, alice: Actor) -> None:
    bench.publish(alice, "Parcel", "1.0")
    project = Project.objects.get()
    assert str(project) == "box:parcel"
    assert str(Release.objects.get()) == f"{project.pk} 1.0"
    assert str(File.objects.get()) == str(UsedPath.objects.get()) == "Parcel-1.0.plain.box"
