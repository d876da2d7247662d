"""One at a time, between threads and between processes, and free again whatever happened."""

import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from strongroom.stores import locks
from strongroom.stores.locks import FolderLocks

HOLDER = """
import sys, time
from pathlib import Path
from strongroom.stores.locks import FolderLocks
with FolderLocks(Path(sys.argv[1])).held("work"):
    print("held", flush=True)
    time.sleep(60)
"""


def test_of_two_threads_one_waits(tmp_path: Path) -> None:
    inside, most = 0, 0

    def work() -> None:
        nonlocal inside, most
        with FolderLocks(tmp_path).held("work"):
            inside += 1
            most = max(most, inside)
            time.sleep(0.002)
            inside -= 1

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 1


def test_a_process_that_holds_is_waited_for_until_it_is_killed(tmp_path: Path) -> None:
    command = [sys.executable, "-c", HOLDER, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        got = threading.Event()

        def wait() -> None:
            with FolderLocks(tmp_path).held("work"):
                got.set()

        waiter = threading.Thread(target=wait)
        waiter.start()
        assert not got.wait(0.1)
        holder.kill()
        assert got.wait(10)
        waiter.join()


def test_a_failure_inside_frees_the_lock(tmp_path: Path) -> None:
    held = FolderLocks(tmp_path)
    with pytest.raises(ValueError, match="inside"), held.held("work"):
        raise ValueError("inside")
    with held.held("work"):
        pass


def test_another_name_does_not_wait(tmp_path: Path) -> None:
    held = FolderLocks(tmp_path)
    done = threading.Event()

    def other() -> None:
        with held.held("other"):
            done.set()

    with held.held("work"):
        thread = threading.Thread(target=other)
        thread.start()
        assert done.wait(10)
    thread.join()


def test_any_number_of_names_leaves_a_bounded_number_of_files(tmp_path: Path) -> None:
    held = FolderLocks(tmp_path / "deep" / "locks")
    for number in range(2000):
        with held.held(f"project {number}"):
            pass
    assert len(list((tmp_path / "deep" / "locks").iterdir())) <= locks.SLOTS
