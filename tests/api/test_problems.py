import json

from strongroom.api.problems import problem
from strongroom.core import errors


def test_a_problem_says_what_why_and_what_to_do() -> None:
    told = json.loads(problem(errors.ConflictError("is-taken", "It is taken.", "Wait.")).content)
    assert told == {
        "type": "urn:strongroom:problem:is-taken",
        "title": "It is taken.",
        "status": 409,
        "detail": "It is taken. Wait.",
        "code": "is-taken",
        "remedy": "Wait.",
    }


def test_a_problem_is_never_kept() -> None:
    assert problem(errors.NotFoundError("no", "No."))["Cache-Control"] == "no-store"


def test_what_may_succeed_later_says_when() -> None:
    error = errors.UnavailableError("full", "Full.", retry_after=7)
    assert problem(error)["Retry-After"] == "7"
