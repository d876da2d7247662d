"""What is done in the background, over the registry of this process: each job to its end."""

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from allauth.account.models import EmailAddress
from django_tasks_db.models import DBTaskResult
from pytest_django import Settings

from strongroom.core.actors import OPERATOR
from strongroom.core.events import Kind
from strongroom.packages.models import Stage
from strongroom.packages.publishing.pipeline import publish
from strongroom.packages.publishing.steps import Upload
from strongroom.packages.upkeep.premises import BACKUP
from strongroom.people.accounts import domains, letters
from strongroom.people.accounts.addresses import verified
from strongroom.people.accounts.lapses import Finding, Held, Mail
from strongroom.people.accounts.links import create_link
from strongroom.people.accounts.users import create_user
from strongroom.people.models import BrowserSession, SignInLink, Token, User
from strongroom.proof.ledger.events import newest_of
from strongroom.site import work
from strongroom.site.assembly import House, house
from strongroom.site.jobs.leases import after
from strongroom.site.jobs.periodic import Keeper, Schedule
from strongroom.site.jobs.worker import Worker
from strongroom.site.schedule import SCHEDULE
from tests.fakes.distributions import wheel, wheel_filename
from tests.fakes.folders import blob_place
from tests.fakes.houses import configured
from tests.fakes.jobs import TERMS
from tests.fakes.names import Records, naming
from tests.fakes.people import member, sure
from tests.settings import DATA

pytestmark = pytest.mark.django_db(transaction=True)

MADE = ("blobs", "public", "mail")
OLD = 3 * 24 * 3600.0  # seconds


@pytest.fixture(autouse=True)
def alice() -> Iterator[User]:
    """Make an account where other tests have left nothing."""
    for folder in MADE:
        shutil.rmtree(DATA / folder, ignore_errors=True)
    yield member("alice", house().clock)
    for folder in MADE:
        shutil.rmtree(DATA / folder, ignore_errors=True)


def published(user: User, name: str) -> Path:
    """Publish a file and return where its blob stands."""
    desk = house().desk
    with desk.blobs.receive() as incoming:
        incoming.write(wheel(name, "1.0"))
        upload = Upload(
            sure(user, "test"),
            "pypi",
            wheel_filename(name, "1.0"),
            {},
            incoming,
        )
        return blob_place(DATA, publish(upload, desk).sha256)


def orphan() -> Path:
    """Keep bytes that nothing names, and return where they stand, as if for days."""
    with house().blobs.receive() as incoming:
        incoming.write(b"nobody")
        incoming.keep()
        place = blob_place(DATA, incoming.digests().sha256)
    then = place.stat().st_mtime - OLD
    os.utime(place, (then, then))
    return place


def worked_off() -> int:
    """Do what is queued, and what that queues, whenever it is due; returns how many that were."""
    worker, nothing, done = Worker(SCHEDULE, TERMS), Keeper(Schedule()), 0
    while DBTaskResult.objects.exists():
        DBTaskResult.objects.update(run_after=after(timedelta(0)))
        done += worker.turn(nothing)
    return done


@pytest.mark.parametrize("name", sorted(SCHEDULE.known()))
def test_every_job_comes_to_its_end_where_there_is_nothing_to_do(name: str) -> None:
    job = SCHEDULE.known()[name]
    job.enqueue(*([0] if job in SCHEDULE.jobs else []))
    assert worked_off() >= 1


def test_every_byte_is_read_back_in_parts(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work, "PART", -1.0)  # one row is a part
    places = [published(alice, name) for name in ("one", "two", "three")]
    places[1].chmod(0o600)
    places[1].write_bytes(b"other bytes")
    (DATA / "public" / "simple" / "three" / "index.html").write_bytes(b"other page")
    work.scrub.enqueue()
    assert worked_off() == 1 + 3 + 4
    (told,) = newest_of([Kind.FILE_DAMAGED], 9)
    assert told.event.facts["fault"] == "altered"
    page = (DATA / "public" / "simple" / "three" / "index.html").read_bytes()
    assert b"three-1.0" in page


def test_a_scrub_that_goes_on_still_is_not_begun_again() -> None:
    work.scrub_pages.enqueue(7)
    work.scrub.func()
    assert DBTaskResult.objects.count() == 1


def test_what_nothing_names_is_swept_after_a_day(alice: User) -> None:
    young, old, named = orphan(), orphan(), published(alice, "one")
    os.utime(named, (0, 0))
    work.sweep.func()
    assert not old.exists()
    assert named.exists()
    with house().blobs.receive() as incoming:
        incoming.write(b"nobody")
        incoming.keep()
    work.sweep.func()
    assert young.exists()


def test_no_worker_waits_for_a_backup_to_sweep() -> None:
    old = orphan()
    with house().premises.alone.held(BACKUP):
        work.sweep.func()
    assert old.exists()


def test_stages_whose_time_is_over_are_ended(alice: User) -> None:
    now = house().clock.now()
    Stage.objects.create(
        handle="h",
        ecosystem="pypi",
        project="example",
        display="example",
        similar="example",
        version="1.0",
        version_display="1.0",
        opener=alice,
        credential="session",
        opened_at=now - timedelta(days=2),
        expires_at=now - timedelta(seconds=1),
    )
    work.expire_stages.func()
    assert Stage.objects.get().state == "expired"
    assert len(newest_of([Kind.STAGE_EXPIRED], 9)) == 1


def test_letters_are_delivered_by_one_worker_at_a_time(alice: User) -> None:
    assert letters.are_due(house().clock.now())
    with house().apart("letters").tried("letters") as held:
        assert held
        work.deliver_letters.func()
    assert letters.are_due(house().clock.now())
    work.deliver_letters.func()
    assert letters.counts(house().clock.now()).waiting == 0
    (letter,) = (DATA / "mail").glob("*.eml")
    text = message_from_bytes(letter.read_bytes(), policy=policy.default)
    assert (text["To"], text["Subject"]) == (
        "alice@example.org",
        "Strongroom: Your account was made",
    )


def test_accounts_are_closed_when_their_time_is_over(alice: User) -> None:
    User.objects.filter(pk=alice.pk).update(closes_at=house().clock.now())
    work.close_accounts.func()
    assert not User.objects.get(pk=alice.pk).is_active


def test_tokens_end_that_nobody_uses(alice: User) -> None:
    now = house().clock.now()
    row = Token.objects.create(
        identifier="a", user=alice, kind="u", created_at=now - timedelta(days=200)
    )
    work.end_tokens.func()
    assert len(newest_of([Kind.TOKEN_ENDING], 9)) == 1
    Token.objects.filter(pk=row.pk).update(warned_at=now - timedelta(days=8))
    work.end_tokens.func()
    assert Token.objects.get().revoked_at is not None
    assert len(newest_of([Kind.TOKEN_REVOKED], 9)) == 1


def test_what_has_ended_long_ago_is_forgotten(alice: User) -> None:
    now, rows = house().clock.now(), (BrowserSession, SignInLink)
    create_link(alice, OPERATOR, house().clock, lambda: secrets.token_urlsafe(32))
    for key, seconds in (("ended", -1), ("live", 3600)):
        end = now + timedelta(seconds=seconds)
        BrowserSession.objects.create(session_key=key, expire_date=end, created_at=now, seen_at=now)
    work.forget.func()
    assert [row.objects.count() for row in rows] == [1, 1]
    SignInLink.objects.update(expires_at=now - timedelta(days=8))
    work.forget.func()
    assert [row.objects.count() for row in rows] == [1, 0]


def asked_at(server: str, settings: Settings) -> AbstractContextManager[House]:
    """Have this process ask one name server, and no registry."""
    return configured(settings, dns_servers=(server,), rdap_bootstrap="")


def test_mail_domains_are_asked_about_and_what_lapsed_is_taken(
    settings: Settings,
) -> None:
    made = house()
    names: dict[str, Records] = {"test": {}}
    ada = create_user("ada", "ada@gone.test", admin=False, actor=OPERATOR, clock=made.clock)
    long_ago = made.clock.now() - timedelta(days=2)
    domains.weigh("gone.test", Finding(long_ago, Mail.NO_NAME, Held.UNASKED), made.clock)
    with naming(names) as (host, port), asked_at(f"{host}:{port}", settings):
        work.look_at_domains.func()
    assert verified(ada.pk) == ()
    assert verified(User.objects.get(folded="alice").pk) == ("alice@example.org",)


def test_where_no_name_server_answers_the_rest_is_asked_about_tomorrow(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    made = house()
    alice = User.objects.get(folded="alice")
    for number in range(work.SILENT + 5):
        domains.prove(alice.pk, f"a@d{number}.test", made.clock.now())
        EmailAddress.objects.create(user=alice, email=f"a@d{number}.test", verified=True)
    with naming({}) as (host, port), asked_at(f"{host}:{port}", settings):
        work.look_at_domains.func()
    assert len(domains.due(made.clock.now())) == 6
    assert "no name server answers" in caplog.text
