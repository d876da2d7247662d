"""The store of sessions: a browser's key opens its own, and a row is of no use to its reader."""

from datetime import timedelta

import pytest
from django.contrib.sessions.backends.base import UpdateError
from django.test import Client
from django.utils import timezone

from strongroom.people.accounts.sessions import digest_of
from strongroom.people.models import BrowserSession
from strongroom.site.accounts.sessions import SessionStore

pytestmark = pytest.mark.django_db


def saved(**data: object) -> SessionStore:
    store = SessionStore()
    store.update(data)
    store.save()
    return store


def test_what_was_left_in_a_session_is_found_by_its_key() -> None:
    key = saved(code="123456").session_key
    assert SessionStore(key)["code"] == "123456"


def test_a_row_holds_neither_the_key_nor_what_was_left() -> None:
    key = str(saved(code="123456").session_key)
    row = BrowserSession.objects.get()
    assert row.session_key == digest_of(key)
    everything = repr({field.name: getattr(row, field.attname) for field in row._meta.fields})
    assert key not in everything
    assert "123456" not in everything


def test_the_digest_in_the_row_is_no_key() -> None:
    key = str(saved(code="123456").session_key)
    assert SessionStore(digest_of(key)).load() == {}


def test_a_session_that_was_ended_meanwhile_is_not_brought_back() -> None:
    store = saved(code="123456")
    BrowserSession.objects.all().delete()
    store["more"] = "x"
    with pytest.raises(UpdateError):
        store.save()
    assert not BrowserSession.objects.exists()


def test_a_session_ends_when_its_time_is_over() -> None:
    key = saved(code="123456").session_key
    BrowserSession.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    assert SessionStore(key).load() == {}
    SessionStore.clear_expired()
    assert not BrowserSession.objects.exists()


def test_a_row_that_was_altered_is_an_empty_session() -> None:
    key = saved(code="123456").session_key
    other = saved(code="654321")
    row = BrowserSession.objects.get(session_key=digest_of(str(other.session_key)))
    BrowserSession.objects.filter(session_key=digest_of(str(key))).update(
        session_data=row.session_data[:-4] + "AAAA"
    )
    assert dict(SessionStore(key).items()) == {}


def test_what_is_sealed_for_one_session_opens_no_other() -> None:
    mine, theirs = (str(saved(code=one).session_key) for one in ("123456", "654321"))
    row = BrowserSession.objects.get(session_key=digest_of(theirs))
    moved = BrowserSession.objects.filter(session_key=digest_of(mine))
    moved.update(session_data=row.session_data, user=row.user)
    assert dict(SessionStore(mine).items()) == {}
    assert SessionStore(theirs)["code"] == "654321"


def test_deleting_a_session_ends_it() -> None:
    store = saved(code="123456")
    store.delete()
    assert not BrowserSession.objects.exists()


def test_djangos_own_client_is_served() -> None:
    client = Client()
    session = client.session
    session["mark"] = 1
    session.save()
    assert client.session["mark"] == 1
