"""Jobs on threads, and the way back."""

import os
import select
from threading import Thread, current_thread
from threading import enumerate as enumerate_threads
from typing import NoReturn

import pytest

from strongroom.site.lane.admission import Kind
from strongroom.site.lane.connection import Connection
from strongroom.site.lane.crew import After, Crew


def lost(_connection: Connection) -> None:
    pass


def run(crew: Crew, job: object) -> After:
    connection = Connection.__new__(Connection)
    assert crew.take(Kind.READ, connection, job, 0.0)  # type: ignore[arg-type] # made to fail
    crew.begin(0.0)
    while not (ended := crew.finished()):
        assert select.select([crew.awake], [], [], 10)[0]
    ((found, after),) = ended
    assert found is connection
    return after


def fails(error: BaseException) -> object:
    def job() -> NoReturn:
        raise error

    return job


def test_a_job_says_what_the_loop_does_afterwards() -> None:
    crew = Crew(2, 5.0, lost)

    def after(_connection: Connection) -> None:
        pass

    assert run(crew, lambda: after) is after
    assert crew.finished() == []
    crew.close()


@pytest.mark.parametrize(
    ("error", "told"),
    [(ConnectionResetError(), False), (ZeroDivisionError(), True), (SystemExit(1), True)],
)
def test_a_job_that_fails_loses_its_connection_and_no_thread(
    error: BaseException, caplog: pytest.LogCaptureFixture, *, told: bool
) -> None:
    crew = Crew(1, 5.0, lost)
    for _ in range(3):
        assert run(crew, fails(error)) is lost
    assert ("a request failed in the server itself" in caplog.text) is told
    crew.close()


def test_a_crew_that_is_awake_anyway_need_not_be_woken() -> None:
    crew = Crew(1, 5.0, lost)
    while True:
        try:
            os.write(crew._wake, b"." * 4096)
        except BlockingIOError:
            break
    assert run(crew, lambda: lost) is lost
    crew.close()


def test_where_no_thread_can_be_had_later_those_that_there_are_go_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    crew = Crew(2, 5.0, lost)

    def refuse(_thread: Thread) -> None:
        message = "can't start new thread"
        raise RuntimeError(message)

    monkeypatch.setattr(Thread, "start", refuse)
    assert run(crew, lambda: lost) is lost
    crew.close()


def test_who_ended_last_works_next_so_that_few_threads_hold_a_connection_to_the_database() -> None:
    crew, worked = Crew(8, 5.0, lost), set()

    def job() -> After:
        worked.add(current_thread())
        return lost

    for _ in range(20):
        run(crew, job)
    assert len(worked) == 1
    crew.close()


def test_threads_end_when_the_crew_is_closed() -> None:
    before = set(enumerate_threads())
    crew = Crew(2, 5.0, lost)
    made = set(enumerate_threads()) - before
    assert len(made) == 2
    crew.close()
    for thread in made:
        thread.join(10)
        assert not thread.is_alive()
