from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from threading import Event

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from pytest_django import Settings

from strongroom.api.health import DEADLINE, Probe, Readiness, live, probes, urls
from tests.fakes.clocks import StoppedClock


class Door:
    """Counts how often a probe runs, and lets it fail."""

    def __init__(self) -> None:
        self.opened = 0
        self.broken = False

    def __call__(self) -> None:
        self.opened += 1
        if self.broken:
            message = "/secret/path is gone"
            raise OSError(message)


@pytest.fixture
def clock() -> StoppedClock:
    return StoppedClock()


def serve(settings: Settings, clock: StoppedClock, **given: Probe) -> Client:
    settings.ROOT_URLCONF = tuple(urls(Readiness(given, clock, DEADLINE)))
    return Client()


def test_a_process_that_answers_is_alive() -> None:
    answer = live("/health/live", "", {})
    assert answer is not None
    assert (answer.status, answer.body) == (200, b'{"status": "alive"}')
    assert ("Cache-Control", "no-store") in answer.headers
    for path in ("/health/ready", "/health/", "/health/live/", "/health"):
        assert live(path, "", {}) is None


def test_all_probes_that_succeed_are_named(settings: Settings, clock: StoppedClock) -> None:
    answer = serve(settings, clock, door=Door()).get("/health/ready")
    assert answer.status_code == 200
    assert answer.json() == {"status": "ready", "checks": {"door": "ok"}}


def test_a_failed_probe_is_named_but_not_why(
    settings: Settings, clock: StoppedClock, caplog: pytest.LogCaptureFixture
) -> None:
    broken = Door()
    broken.broken = True
    answer = serve(settings, clock, door=Door(), wall=broken).get("/health/ready")
    assert answer.status_code == 503
    assert answer.json()["checks"] == {"door": "ok", "wall": "failed"}
    assert "secret" not in answer.content.decode()
    assert "/secret/path is gone" in caplog.text


def test_an_answer_is_kept_for_a_second(settings: Settings, clock: StoppedClock) -> None:
    door = Door()
    client = serve(settings, clock, door=door)
    client.get("/health/ready")
    client.get("/health/ready")
    assert door.opened == 1
    clock.forward(timedelta(seconds=1))
    client.get("/health/ready")
    assert door.opened == 2


@pytest.fixture
def stuck() -> Iterator[Event]:
    event = Event()
    yield event
    event.set()


def test_a_probe_that_hangs_is_a_probe_that_failed(stuck: Event, clock: StoppedClock) -> None:
    def hang() -> None:
        stuck.wait()

    readiness = Readiness({"first": Door(), "second": hang}, clock, deadline=0.05)
    assert readiness.states() == {"first": True, "second": False}


def test_health_is_read_and_not_written(settings: Settings, clock: StoppedClock) -> None:
    answer = serve(settings, clock).delete("/health/ready")
    assert answer.status_code == 405
    assert answer["Allow"] == "GET, HEAD"


@pytest.mark.django_db(transaction=True)
def test_a_migrated_registry_with_room_is_ready(data: Path, clock: StoppedClock) -> None:
    states = Readiness(probes(data, enough=1, shelf=list), clock, DEADLINE).states()
    assert states == dict.fromkeys(
        ("database", "migrations", "storage", "shelf", "space", "keys"), True
    )


@pytest.mark.django_db(transaction=True)
def test_without_keys_or_room_it_is_not_ready(data: Path, clock: StoppedClock) -> None:
    (data / "keys" / "master.json").unlink()
    states = Readiness(probes(data, enough=2**80, shelf=list), clock, DEADLINE).states()
    assert [name for name, well in states.items() if not well] == ["space", "keys"]


@pytest.mark.django_db(transaction=True)
def test_a_registry_that_was_not_migrated_is_not_ready(data: Path, clock: StoppedClock) -> None:
    recorder = MigrationRecorder(connection)
    recorder.record_unapplied("packages", "0001_initial")
    try:
        states = Readiness(probes(data, enough=1, shelf=list), clock, DEADLINE).states()
    finally:
        recorder.record_applied("packages", "0001_initial")
    assert [name for name, well in states.items() if not well] == ["migrations"]
