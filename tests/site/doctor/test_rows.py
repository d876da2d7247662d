"""What the doctor sees in the database."""

import os
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.db.migrations.recorder import MigrationRecorder

from strongroom.core.actors import OPERATOR
from strongroom.packages.models import Project
from strongroom.packages.shelf import shared
from strongroom.people.accounts.domains import weigh
from strongroom.people.accounts.lapses import Finding, Held, Mail
from strongroom.people.accounts.users import create_user
from strongroom.people.models import Letter
from strongroom.proof.ledger.sequencer import sequence
from strongroom.site.doctor.remarks import Level, Remark
from strongroom.site.doctor.rows import examine
from strongroom.site.jobs import leases
from strongroom.site.jobs.models import Lease
from tests.fakes.clocks import NOON, StoppedClock
from tests.fakes.jobs import note, took

pytestmark = pytest.mark.django_db


@pytest.fixture
def keys(data: Path) -> Path:
    """Return a key file that is an hour old."""
    file = data / "keys" / "master.json"
    os.utime(file, ((NOON - timedelta(hours=1)).timestamp(),) * 2)
    return file


def seen(keys: Path, now: datetime = NOON) -> dict[str, Remark]:
    """Return the remarks of an examination by their subjects."""
    return {remark.subject: remark for remark in examine(keys, now)}


def test_a_new_registry_is_well(keys: Path) -> None:
    remarks = seen(keys)
    # A PostgreSQL server that is thrown away need not be durable, and the doctor says so.
    levels = {one.level for name, one in remarks.items() if name != "durability"}
    assert levels == {Level.OK}
    assert remarks["accounts"].sentence == "The registry waits for its first administrator."


def test_a_registry_with_an_account_is_claimed(keys: Path) -> None:
    create_user("alice", "a@example.org", admin=True, actor=OPERATOR, clock=StoppedClock())
    assert seen(keys)["accounts"].sentence == "The registry has an account."


def test_a_registry_unclaimed_for_days_is_a_warning(keys: Path) -> None:
    os.utime(keys, ((NOON - timedelta(days=2)).timestamp(),) * 2)
    assert seen(keys)["accounts"].level is Level.WARNING


def test_letters_that_were_given_up_or_wait_long_are_a_warning(keys: Path) -> None:
    create_user("alice", "a@example.org", admin=True, actor=OPERATOR, clock=StoppedClock())
    assert seen(keys)["letters"].level is Level.OK
    late = seen(keys, NOON + timedelta(hours=1))["letters"]
    assert (late.level, late.sentence) == (Level.WARNING, "1 letters wait, one for 60 minutes.")
    Letter.objects.update(given_up_at=NOON)
    assert "could not be delivered" in seen(keys)["letters"].sentence


def test_mail_domains_that_nobody_asked_about_for_days_are_a_warning(keys: Path) -> None:
    create_user("alice", "a@example.org", admin=True, actor=OPERATOR, clock=StoppedClock())
    assert seen(keys)["mail domains"].level is Level.OK
    weigh("example.org", Finding(NOON, Mail.TAKEN, Held.UNASKED), StoppedClock())
    assert seen(keys)["mail domains"].sentence == (
        "Of 1 mail domains 0 are in doubt; 0 addresses have lapsed."
    )
    assert seen(keys, NOON + timedelta(days=3))["mail domains"].level is Level.WARNING


def test_mail_domains_of_which_nothing_is_known_are_a_warning(keys: Path) -> None:
    create_user("alice", "a@example.org", admin=True, actor=OPERATOR, clock=StoppedClock())
    weigh("example.org", Finding(NOON, Mail.UNKNOWN, Held.UNKNOWN), StoppedClock())
    assert seen(keys)["mail domains"].level is Level.WARNING


def test_an_event_of_tomorrow_is_an_error(keys: Path) -> None:
    create_user("alice", "a@example.org", admin=True, actor=OPERATOR, clock=StoppedClock())
    assert seen(keys, NOON - timedelta(days=1))["events"].level is Level.ERROR


def test_pages_behind_their_events_are_a_warning(keys: Path) -> None:
    names = {"key": "a", "display": "a", "similar": "a", "ecosystem": "pypi"}
    Project.objects.create(**names, created_at=NOON, updated_at=NOON, serial=1)
    assert seen(keys)["pages"].level is Level.WARNING


def test_an_older_database_is_an_error_and_is_looked_at_no_further(keys: Path) -> None:
    MigrationRecorder.Migration.objects.filter(app="packages").delete()
    remarks = seen(keys)
    assert remarks["migrations"].level is Level.ERROR
    assert "pages" not in remarks


def test_pages_of_the_whole_registry_that_are_behind_are_a_warning(keys: Path) -> None:
    shared.want(["front"])
    assert seen(keys)["shared pages"].level is Level.WARNING


def test_a_job_that_failed_for_good_is_a_warning(keys: Path) -> None:
    note.enqueue("a")
    leases.give_up(took(), "broken")
    assert seen(keys)["failed jobs"].level is Level.WARNING


def test_a_job_that_waits_for_long_is_a_warning_that_no_worker_runs(keys: Path) -> None:
    note.enqueue("a")
    queued = Lease.objects.select_related("task").get().task.enqueued_at
    assert seen(keys, queued + timedelta(minutes=1))["waiting jobs"].level is Level.OK
    remark = seen(keys, queued + timedelta(minutes=11))["waiting jobs"]
    assert (remark.level, "worker" in remark.remedy) == (Level.WARNING, True)


def test_an_event_that_has_no_position_for_long_is_a_warning(keys: Path) -> None:
    create_user("alice", "a@example.org", admin=True, actor=OPERATOR, clock=StoppedClock())
    assert seen(keys, NOON + timedelta(minutes=1))["positions"].level is Level.OK
    assert seen(keys, NOON + timedelta(minutes=11))["positions"].level is Level.WARNING
    sequence()
    assert seen(keys, NOON + timedelta(minutes=11))["positions"].level is Level.OK
