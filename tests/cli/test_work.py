"""The commands of work in the background."""

import pytest

from strongroom.site.jobs import leases
from strongroom.site.schedule import SCHEDULE
from tests.cli.conftest import Strongroom
from tests.fakes.jobs import note, took


def failed(word: str = "a") -> str:
    note.enqueue(word)
    taken = took()
    leases.give_up(taken, "ValueError: broken\x1b[2J")
    return str(taken.id)


def test_no_work_is_told_as_none(registry: Strongroom) -> None:
    assert registry("jobs", "list").out == "No work waits, runs or has failed.\n"
    assert registry("jobs", "list", "--json").json() == []


def test_work_is_listed_with_its_attempts_and_its_last_error(registry: Strongroom) -> None:
    job = failed()
    note.enqueue("b")
    head, first, second = registry("jobs", "list").out.splitlines()
    assert head.split()[:4] == ["id", "job", "state", "queued"]
    assert first.startswith(job)
    assert '["a"]' in first
    assert "1 of 8" in first
    assert "\x1b" not in first
    assert "waiting" in second
    assert len(registry("jobs", "list", "--failed").out.splitlines()) == 2


def test_work_is_told_as_json(registry: Strongroom) -> None:
    job = failed()
    (row,) = registry("jobs", "list", "--json").json()
    assert (row["id"], row["name"], row["state"]) == (job, "note", "failed")
    assert row["error"].startswith("ValueError: broken")


def test_jobs_that_failed_are_retried(registry: Strongroom) -> None:
    job = failed()
    assert registry("jobs", "retry", job).out == "Put back into the queue: 1 jobs.\n"
    (row,) = registry("jobs", "list", "--json").json()
    assert (row["state"], row["attempts"]) == ("waiting", 0)


def test_nothing_is_dropped_without_a_yes(registry: Strongroom) -> None:
    job = failed()
    ended = registry("jobs", "drop", job)
    assert (ended.code, ended.out) == (0, f'{job} note ["a"]\n')
    assert "--yes" in ended.err
    assert len(registry("jobs", "list", "--json").json()) == 1
    assert registry("jobs", "drop", job, "--yes", "--json").json() == {"jobs": [job]}
    assert registry("jobs", "list", "--json").json() == []


def test_all_that_failed_can_be_decided_about_at_once(registry: Strongroom) -> None:
    ids = {failed("a"), failed("b")}
    note.enqueue("c")
    assert set(registry("jobs", "retry", "--all", "--json").json()["jobs"]) == ids
    assert registry("jobs", "drop", "--all", "--yes").out == "Removed: 0 jobs.\n"
    assert len(registry("jobs", "list", "--json").json()) == 3


@pytest.mark.parametrize("act", [["retry"], ["drop"], ["drop", "--yes"]])
def test_a_job_that_has_not_failed_is_not_decided_about(
    registry: Strongroom, act: list[str]
) -> None:
    waiting = note.enqueue("a").id
    ended = registry("jobs", act[0], waiting, *act[1:])
    assert (ended.code, "[no-such-job]" in ended.err) == (4, True)


def test_every_job_of_the_schedule_has_a_name_of_its_own() -> None:
    plain = [path.rpartition(".")[2] for path in SCHEDULE.known()]
    assert len(set(plain)) == len(plain)
