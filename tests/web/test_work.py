import uuid

import pytest
from django.test import Client

from strongroom.core.actors import OPERATOR
from strongroom.core.events import Kind
from strongroom.core.jobs import State
from strongroom.people.access.roles import Role
from strongroom.proof.ledger.events import newest_of
from strongroom.site.jobs import board, leases
from strongroom.web.visitors import SIGN_IN
from tests.fakes.jobs import note, took
from tests.web.conftest import Shop

HERE = "/manage/jobs/"


@pytest.fixture
def admin(shop: Shop) -> Client:
    return shop.visitor("root", admin=True)


def failed(error: str = "ValueError: broken") -> str:
    note.enqueue("a")
    taken = took()
    leases.give_up(taken, error)
    return f"{HERE}{taken.id}/"


def test_who_is_not_signed_in_is_sent_to_sign_in(shop: Shop, client: Client) -> None:
    for address in (HERE, f"{failed()}retry/", f"{failed()}drop/"):
        assert client.get(address).headers["Location"].startswith(SIGN_IN)


def test_nobody_but_an_administrator_sees_the_queue_or_decides(shop: Shop) -> None:
    job, owner = failed(), shop.visitor("alice", Role.OWNER)
    for address in (HERE, f"{job}retry/", f"{job}drop/"):
        assert owner.get(address).status_code == 403
    for act in ("retry/", "drop/"):
        assert owner.post(job + act).status_code == 403
    assert [one.state for one in board.listed(OPERATOR)] == [State.FAILED]
    assert b"Work in the background" not in owner.get("/account/").content


def test_an_administrator_finds_the_queue_from_the_account(admin: Client) -> None:
    assert f'href="{HERE}"' in admin.get("/account/").content.decode()
    assert b"Nothing has failed." in admin.get(HERE).content


def test_the_queue_shows_what_failed_and_why_with_nothing_hidden(admin: Client) -> None:
    failed("ValueError: <b>\u202e broken")
    note.enqueue("b")
    page = admin.get(HERE).content.decode()
    assert "ValueError: &lt;b&gt;[U+202E] broken" in page
    assert "1 attempt<" in page
    assert "waiting" in page


@pytest.mark.parametrize(
    ("act", "word", "left", "kind"),
    [
        ("retry/", "is queued again", [State.WAITING], "job-retried"),
        ("drop/", "is dropped", [], "job-dropped"),
    ],
)
def test_a_change_is_explained_made_once_and_recorded(
    admin: Client, act: str, word: str, left: list[State], kind: str
) -> None:
    job = failed()
    assert b"What will happen" in admin.get(job + act).content
    assert [one.state for one in board.listed(OPERATOR)] == [State.FAILED]
    answer = admin.post(job + act)
    assert (answer.status_code, answer.headers["Location"]) == (303, HERE)
    assert [one.state for one in board.listed(OPERATOR)] == left
    assert word in admin.get(HERE).content.decode()
    assert admin.post(job + act).status_code == 404
    (told,) = newest_of([Kind(kind)], 10)
    assert (told.event.actor, told.event.credential) == ("root", "session")


def test_a_change_without_the_csrf_token_is_refused(shop: Shop) -> None:
    job, careful = failed(), Client(enforce_csrf_checks=True)
    careful.cookies = shop.visitor("root", admin=True).cookies
    assert careful.post(f"{job}drop/").status_code == 403
    assert [one.state for one in board.listed(OPERATOR)] == [State.FAILED]


@pytest.mark.parametrize("job", [uuid.UUID(int=7), "nonsense", "../admin"])
def test_a_job_that_is_not_there_is_told(admin: Client, job: object) -> None:
    assert admin.get(f"{HERE}{job}/retry/").status_code == 404
