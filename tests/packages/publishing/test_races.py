"""Two uploads at once, each in its own thread and connection: one wins, and both are told."""

import threading
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

import pytest
from django.db import connection

from strongroom.core.actors import Actor
from strongroom.core.ecosystem import Manifest
from strongroom.core.errors import ConflictError, ForbiddenError, StrongroomError
from strongroom.core.findings import Finding
from strongroom.packages.models import File, Project, Release, UsedPath
from strongroom.packages.publishing.stages import Receipt
from strongroom.people.models import Grant
from tests.fakes.bench import Bench, open_bench

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
            results.append(racing.publish(actor, "parcel", "1.0", **told))
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
    assert (File.objects.count(), len(bench.told)) == (1, 2)


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
