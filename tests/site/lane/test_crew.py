"""Jobs on threads, and the way back."""

import os
import select
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
    crew.begin()
    assert select.select([crew.awake], [], [], 10)[0]
    ((found, after),) = crew.finished()
    assert found is connection
    return after


def fails(error: Exception) -> object:
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
    ("error", "told"), [(ConnectionResetError(), False), (ZeroDivisionError(), True)]
)
def test_a_job_that_fails_loses_its_connection_and_no_thread(
    error: Exception, caplog: pytest.LogCaptureFixture, *, told: bool
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
