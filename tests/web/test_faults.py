import pytest
from django.core.files.base import ContentFile
from django.db import DataError, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from strongroom.core import errors
from strongroom.core.actors import Assurance
from strongroom.core.errors import AssuranceError, StrongroomError, UnavailableError
from strongroom.core.statuses import STATUS
from strongroom.web import faults
from strongroom.web.press import Press
from tests.web.specimens import Reader

GET = RequestFactory().get("/")


def test_every_status_has_a_heading() -> None:
    assert set(faults.HEADINGS) == set(STATUS.values())


@pytest.mark.parametrize(("kind", "status"), STATUS.items(), ids=str)
def test_a_refusal_is_told_with_remedy_and_code(kind: type[StrongroomError], status: int) -> None:
    besides = {"needed": Assurance.MULTI_FACTOR} if kind is AssuranceError else {}
    error = kind("box-shut", "The box is shut.", "Open it.", **besides)
    answer = faults.fault(error, Press())
    assert answer.status_code == status
    text = Reader(answer.content).text
    for expected in ("The box is shut.", "Open it.", "box-shut", str(status)):
        assert expected in text


def test_what_will_work_later_says_when() -> None:
    answer = faults.fault(UnavailableError("x", "Busy.", retry_after=9), Press())
    assert answer["Retry-After"] == "9"


def test_a_view_that_refuses_is_answered_with_a_page() -> None:
    def view(_request: HttpRequest) -> HttpResponse:
        raise errors.NotFoundError("x", "No such box.")

    answer = faults.guarded(view, Press(), frozenset({"GET"}))(GET)
    assert answer.status_code == 404
    assert "default-src 'none'" in answer["Content-Security-Policy"]


def test_a_method_that_is_not_taken_names_those_that_are() -> None:
    guarded = faults.guarded(lambda _request: HttpResponse(), Press(), frozenset({"PUT", "POST"}))
    answer = guarded(GET)
    assert (answer.status_code, answer["Allow"]) == (405, "POST, PUT")


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (faults.bad_request(GET, ValueError()), 400),
        (faults.forbidden(GET, ValueError()), 403),
        (faults.not_found(GET, ValueError()), 404),
        (faults.failed(GET), 500),
        (faults.csrf_failed(GET, "reason"), 403),
    ],
    ids=lambda one: str(getattr(one, "status_code", "")),
)
def test_failures_need_neither_session_nor_database(answer: HttpResponse, status: int) -> None:
    page = Reader(answer.content)
    assert answer.status_code == status
    assert page.count("h1") == page.count("title") == page.count("main") == 1


@pytest.mark.usefixtures("shop")
def test_an_unknown_address_is_answered_with_our_page(client: Client) -> None:
    answer = client.get("/no/such/page/")
    assert answer.status_code == 404
    assert "no-such-page" in Reader(answer.content).text


@pytest.mark.parametrize("kind", [OperationalError, InterfaceError])
def test_a_database_that_does_not_answer_is_said_and_when_to_try_again(
    kind: type[Exception],
) -> None:
    def view(_request: HttpRequest) -> HttpResponse:
        raise kind("host db.example.org is away")

    answer = faults.guarded(view, Press(), frozenset({"GET"}))(GET)
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert b"db.example.org" not in answer.content  # type: ignore[attr-defined] # a whole page


def test_text_that_the_database_refuses_is_the_fault_of_who_sent_it() -> None:
    def view(_request: HttpRequest) -> HttpResponse:
        raise DataError

    answer = faults.guarded(view, Press(), frozenset({"GET"}))(GET)
    assert answer.status_code == 400


@pytest.mark.parametrize(
    ("error", "status"),
    [(OperationalError(), 503), (InterfaceError(), 503), (ValueError(), 500)],
    ids=repr,
)
def test_what_fails_around_a_view_is_told_alike(error: Exception, status: int) -> None:
    try:
        raise error
    except type(error):
        answer = faults.failed(GET)
    assert answer.status_code == status


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/search/", "/sign-out/", "/claim/nothing"])
def test_no_page_takes_a_file(client: Client, path: str) -> None:
    # A cookie of the sender's own making makes Django read the form before any view is asked.
    client.cookies["csrftoken"] = "a" * 32
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = client.cookies
    answer = strict.post(path, {"x": ContentFile(b"z" * 1024, "x.bin")})
    assert answer.status_code == 400
