"""One at a time, between threads and between processes, and free again whatever happened.

The same tests hold for locks of a folder and for those of a PostgreSQL database.
"""

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from django.db import OperationalError, connection

from strongroom.site import advisory
from strongroom.site.advisory import IDLE, AdvisoryLocks
from strongroom.stores import locks
from strongroom.stores.locks import FolderLocks, Locks, Still

HOLDERS = {
    "folder": """
import sys, time
from pathlib import Path
from strongroom.stores.locks import FolderLocks
with FolderLocks(Path(sys.argv[1])).held("work"):
    print("held", flush=True)
    time.sleep(60)
""",
    "advisory": """
import os, sys, time
import django
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
django.setup()
from django.db import connection
from strongroom.site.advisory import AdvisoryLocks
connection.settings_dict["NAME"] = sys.argv[2]
with AdvisoryLocks().held("work"):
    print("held", flush=True)
    time.sleep(60)
""",
}
ADVISORY = (pytest.mark.postgresql, pytest.mark.django_db(transaction=True))
Maker = Callable[[], Locks]


@pytest.fixture(params=["folder", pytest.param("advisory", marks=ADVISORY)])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def make(kind: str, tmp_path: Path) -> Iterator[Maker]:
    """Return what makes the locks of another process: they share nothing but the place."""
    made: list[AdvisoryLocks] = []

    def advisory() -> Locks:
        made.append(AdvisoryLocks())
        return made[-1]

    yield advisory if kind == "advisory" else lambda: FolderLocks(tmp_path)
    for one in made:
        one.close()


@pytest.fixture
def held(make: Maker) -> Locks:
    return make()


def most_at_once(makers: list[Maker]) -> int:
    inside, most = 0, 0

    def work(make: Maker) -> None:
        nonlocal inside, most
        with make().held("work"):
            inside += 1
            most = max(most, inside)
            time.sleep(0.002)
            inside -= 1

    threads = [threading.Thread(target=work, args=(make,)) for make in makers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return most


def test_of_two_threads_one_waits(held: Locks) -> None:
    assert most_at_once([lambda: held] * 8) == 1


def test_of_two_that_share_nothing_but_the_place_one_waits(make: Maker) -> None:
    assert most_at_once([make] * 8) == 1


def test_a_process_that_holds_is_waited_for_until_it_is_killed(
    kind: str, held: Locks, tmp_path: Path
) -> None:
    database = str(connection.settings_dict["NAME"])
    command = [sys.executable, "-c", HOLDERS[kind], str(tmp_path), database]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        got = threading.Event()

        def wait() -> None:
            with held.held("work"):
                got.set()

        waiter = threading.Thread(target=wait)
        waiter.start()
        assert not got.wait(0.1)
        holder.kill()
        assert got.wait(10)
        waiter.join()


def test_a_failure_inside_frees_the_lock(held: Locks) -> None:
    with pytest.raises(ValueError, match="inside"), held.held("work"):
        raise ValueError("inside")
    with held.held("work"):
        pass


def test_another_name_does_not_wait(held: Locks) -> None:
    done = threading.Event()

    def other() -> None:
        with held.held("other"):
            done.set()

    with held.held("work"):
        thread = threading.Thread(target=other)
        thread.start()
        assert done.wait(10)
    thread.join()


def test_who_only_tries_waits_for_nobody(make: Maker) -> None:
    one, other = make(), make()
    with one.held("work"):
        for _ in range(2):
            with other.tried("work") as is_held:
                assert not is_held
    with other.tried("work") as is_held, one.tried("work") as is_held_too:
        assert (is_held, is_held_too) == (True, False)
    with one.tried("work") as is_held:
        assert is_held


def test_any_number_of_names_leaves_a_bounded_number_of_files(tmp_path: Path) -> None:
    held = FolderLocks(tmp_path / "deep" / "locks")
    for number in range(2000):
        with held.held(f"project {number}"):
            pass
    assert len(list((tmp_path / "deep" / "locks").iterdir())) <= locks.SLOTS


def end_others() -> None:
    """End every session of our database but this one, and wait until they are gone."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_a_session_is_used_again_and_few_are_kept() -> None:
    with closing(AdvisoryLocks()) as held:
        for number in range(5):
            with held.held(f"project {number}"):
                pass
        assert len(held._idle) == 1
        assert most_at_once([lambda: held] * 12) == 1
        assert len(held._idle) <= IDLE


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_a_session_that_ended_while_idle_is_replaced() -> None:
    with closing(AdvisoryLocks()) as held:
        with held.held("work"):
            pass
        (ended,) = held._idle
        end_others()
        with held.held("work"):
            pass
        assert held._idle != [ended]


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_who_loses_a_lock_is_told() -> None:
    with closing(AdvisoryLocks()) as held:
        with pytest.raises(OperationalError), held.held("work"):
            end_others()
        with held.held("work"):
            pass


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_who_asks_in_between_is_told_of_a_lost_lock_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(advisory, "ASK_EVERY", 0.0)

    def work(still: Still) -> None:
        still()
        end_others()
        still()
        raise ZeroDivisionError

    with closing(AdvisoryLocks()) as held, pytest.raises(OperationalError), held.held("work") as on:
        work(on)


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_what_failed_inside_is_told_before_a_lost_lock() -> None:
    def work() -> None:
        end_others()
        raise ZeroDivisionError

    with closing(AdvisoryLocks()) as held, pytest.raises(ZeroDivisionError), held.held("work"):
        work()
