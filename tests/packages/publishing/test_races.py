"""Two uploads at once, each in its own thread and connection: one wins, and both are told."""

import hashlib
import threading
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

import pytest
from django.db import connection, transaction

from strongroom.core.actors import Actor
from strongroom.core.coordinates import ProjectId
from strongroom.core.ecosystem import Manifest
from strongroom.core.errors import ConflictError, ForbiddenError, StrongroomError
from strongroom.core.events import Kind
from strongroom.core.findings import Finding
from strongroom.packages.catalog.changes import set_status
from strongroom.packages.models import File, Project, Release, UsedPath
from strongroom.packages.publishing.steps import Receipt
from strongroom.people.models import Grant
from strongroom.proof.models import EventRow
from tests.fakes.bench import Bench, open_bench
from tests.fakes.ecosystems import box

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return open_bench(tmp_path)


def race(bench: Bench, actors: list[Actor], fields: list[dict[str, str]]) -> list[object]:
    """Publish from one thread for each actor; all have been judged before any commits."""
    judged = threading.Barrier(len(actors))

    def together(manifest: Manifest, archive: BinaryIO) -> Iterable[Finding]:
        judged.wait(10)
        return ()

    results: list[object] = []

    def run(actor: Actor, told: dict[str, str]) -> None:
        try:
            racing = bench.with_checks(together)
            given = {"name": "parcel", "version": "1.0", **told}
            results.append(racing.publish(actor, **given))
        except StrongroomError as error:
            results.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in zip(actors, fields, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_of_two_files_of_one_name_one_is_published(bench: Bench) -> None:
    alice = bench.person("alice")
    results = race(bench, [alice, alice], [{"summary": "one"}, {"summary": "two"}])
    (receipt,) = [result for result in results if isinstance(result, Receipt)]
    (error,) = [result for result in results if isinstance(result, ConflictError)]
    assert error.code == "file-name-used"
    assert File.objects.get().sha256 == receipt.sha256 == UsedPath.objects.get().sha256


def test_of_two_uploads_of_one_file_both_are_answered_and_one_recorded(bench: Bench) -> None:
    alice = bench.person("alice")
    results = race(bench, [alice, alice], [{}, {}])
    receipts = [result for result in results if isinstance(result, Receipt)]
    assert sorted(len(receipt.events) for receipt in receipts) == [0, 2]
    assert len({receipt.sha256 for receipt in receipts}) == 1
    assert (File.objects.count(), EventRow.objects.filter(project="parcel").count()) == (1, 2)


def test_of_two_people_who_want_a_name_one_gets_it(bench: Bench) -> None:
    people = [bench.person("alice"), bench.person("bob")]
    results = race(bench, people, [{"summary": "one"}, {"kind": "large"}])
    assert len([result for result in results if isinstance(result, ForbiddenError)]) == 1
    assert (Project.objects.count(), Grant.objects.count()) == (1, 1)
    assert File.objects.get().uploader == Grant.objects.get().user.username


def test_two_files_of_a_new_release_both_arrive(bench: Bench) -> None:
    alice = bench.person("alice")
    results = race(bench, [alice, alice], [{"kind": "large"}, {"kind": "small"}])
    assert len([result for result in results if isinstance(result, Receipt)]) == 2
    assert (Release.objects.count(), File.objects.count()) == (1, 2)
    serials = [one.serial for one in bench.told]
    assert len(set(serials)) == 3


@pytest.mark.parametrize("count", [2, 8])
def test_of_many_files_of_one_name_one_is_published(bench: Bench, count: int) -> None:
    alice = bench.person("alice")
    results = race(bench, [alice] * count, [{"summary": str(one)} for one in range(count)])
    (receipt,) = [result for result in results if isinstance(result, Receipt)]
    refused = [result for result in results if isinstance(result, ConflictError)]
    assert [error.code for error in refused] == ["file-name-used"] * (count - 1)
    assert File.objects.get().sha256 == receipt.sha256 == UsedPath.objects.get().sha256
    assert Grant.objects.count() == 1


@pytest.mark.parametrize("count", [2, 8])
def test_of_many_uploads_of_one_file_all_are_answered_and_one_recorded(
    bench: Bench, count: int
) -> None:
    alice = bench.person("alice")
    results = race(bench, [alice] * count, [{}] * count)
    receipts = [result for result in results if isinstance(result, Receipt)]
    assert sorted(len(receipt.events) for receipt in receipts) == [*[0] * (count - 1), 2]
    assert (File.objects.count(), EventRow.objects.filter(project="parcel").count()) == (1, 2)


def test_of_eight_people_who_want_a_name_one_gets_it(bench: Bench) -> None:
    people = [bench.person(f"person{one}") for one in range(8)]
    results = race(bench, people, [{"summary": str(one), "kind": f"k{one}"} for one in range(8)])
    refused = [result for result in results if isinstance(result, ForbiddenError)]
    assert [error.code for error in refused] == ["role-missing"] * 7
    assert (Project.objects.count(), Grant.objects.count(), File.objects.count()) == (1, 1, 1)


def test_of_two_names_that_look_alike_one_is_taken(bench: Bench) -> None:
    people = [bench.person("alice"), bench.person("bob")]
    results = race(bench, people, [{"name": "parcel-0"}, {"name": "parcel-o"}])
    (refused,) = [result for result in results if isinstance(result, ConflictError)]
    assert refused.code == "name-too-similar"
    assert Project.objects.count() == 1


@pytest.mark.parametrize("turn", range(4))
def test_no_file_follows_the_event_that_archived_its_project(bench: Bench, turn: int) -> None:
    alice = bench.person("alice")
    bench.publish(alice, "parcel", "1.0")
    judged = threading.Barrier(2)

    def together(manifest: Manifest, archive: BinaryIO) -> Iterable[Finding]:
        judged.wait(10)
        return ()

    def archive() -> None:
        judged.wait(10)
        set_status(bench.desk, alice, ProjectId("box", "parcel"), "archived", "")
        connection.close()

    other = threading.Thread(target=archive)
    other.start()
    with suppress(ConflictError):
        bench.with_checks(together).publish(alice, "parcel", "2.0")
    other.join()
    kinds = [row.kind for row in EventRow.objects.filter(project="parcel").order_by("serial")]
    assert kinds[-1] == Kind.PROJECT_STATUS_CHANGED
    assert Project.objects.get().serial == EventRow.objects.latest("serial").serial


def test_who_loses_to_an_unseen_row_is_told_what_stands(bench: Bench) -> None:
    """Bytes that another project took between the look and the write."""
    alice = bench.person("alice")
    taken = {"ecosystem": "box", "project": "other", "version": "1", "used_at": bench.clock.now()}
    digest = hashlib.sha256(box("parcel", "1.0")).hexdigest()
    held, end = threading.Event(), threading.Event()

    def other() -> None:
        with transaction.atomic():
            UsedPath.objects.create(path="other.box", sha256=digest, **taken)
            held.set()
            end.wait(0.3)
        connection.close()

    first = threading.Thread(target=other)
    first.start()
    assert held.wait(10)
    with pytest.raises(ConflictError) as caught:
        bench.publish(alice, "parcel", "1.0")
    first.join()
    assert caught.value.code == "bytes-used"
    assert not Project.objects.exists()


@pytest.mark.postgresql  # SQLite shows a transaction the rows of one moment
@pytest.mark.parametrize(("before", "seen"), [([], "packages_project"), (["0.9"], "packages_rel")])
def test_what_is_published_between_two_looks_is_not_taken_for_removed(
    bench: Bench, before: list[str], seen: str
) -> None:
    alice = bench.person("alice")
    for version in before:
        bench.publish(alice, "parcel", version)
    faster: list[Receipt] = []

    def publish() -> None:
        faster.append(bench.publish(alice, "parcel", "1.0"))
        connection.close()

    def between(execute: Any, sql: str, *rest: Any) -> Any:  # noqa: ANN401 - Django's own
        answer = execute(sql, *rest)
        if not faster and f'FROM "{seen}' in sql:
            other = threading.Thread(target=publish)
            other.start()
            other.join()
        return answer

    with connection.execute_wrapper(between):
        receipt = bench.publish(alice, "parcel", "1.0")
    assert (receipt.events, len(faster[0].events)) == ((), 1 if before else 2)


def test_who_is_overtaken_again_and_again_is_told_so(bench: Bench) -> None:
    alice = bench.person("alice")
    bench.publish(alice, "parcel", "1.0")
    # A row that no fact tells of stands for one that always comes between look and write.
    unseen = File.objects.get()
    unseen.pk, unseen.filename, unseen.kind = None, "parcel-1.0.large.box", "unseen"
    unseen.save()
    with pytest.raises(ConflictError) as caught:
        bench.publish(alice, "parcel", "1.0", kind="large")
    assert caught.value.code == "upload-overtaken"
    assert File.objects.count() == 2
