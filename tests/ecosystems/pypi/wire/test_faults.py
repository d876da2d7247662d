import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strongroom.core.errors import InvalidError, StrongroomError, UnauthenticatedError
from strongroom.core.errors import UnavailableError as Unavailable
from strongroom.ecosystems.pypi.wire.faults import LONGEST_PHRASE, phrase, refusal

REFUSALS = sorted(StrongroomError.__subclasses__(), key=lambda kind: kind.__name__)


@pytest.mark.parametrize("kind", REFUSALS)
def test_a_refusal_says_the_same_in_the_phrase_and_in_the_body(kind: type[StrongroomError]) -> None:
    answer = refusal(kind("some-code", "It is so.", "Do this."))
    assert isinstance(answer.body, bytes)
    assert answer.reason == "It is so. Do this."
    assert json.loads(answer.body) == {
        "type": "about:blank",
        "status": answer.status,
        "detail": "It is so. Do this.",
        "code": "some-code",
    }
    assert dict(answer.headers)["Content-Length"] == str(len(answer.body))


def test_a_refusal_is_never_kept_by_a_cache() -> None:
    assert ("Cache-Control", "no-store") in refusal(InvalidError("a", "B.")).headers


@given(st.text(), st.text())
def test_a_phrase_is_one_line_of_printable_ascii(sentence: str, remedy: str) -> None:
    told = phrase(InvalidError("a", sentence, remedy))
    assert all(" " <= letter <= "~" for letter in told)
    assert len(told) <= LONGEST_PHRASE


@given(st.text(), st.text())
def test_a_body_carries_every_text_unharmed(sentence: str, code: str) -> None:
    answer = refusal(InvalidError(code, sentence))
    assert isinstance(answer.body, bytes)
    assert answer.body.isascii()
    assert json.loads(answer.body)["detail"] == sentence.strip()


def test_a_long_phrase_is_cut_and_says_so() -> None:
    told = phrase(InvalidError("a", "x" * 1000))
    assert len(told) == LONGEST_PHRASE
    assert told.endswith("x...")


def test_whoever_gave_no_credential_is_told_how_to() -> None:
    headers = dict(refusal(UnauthenticatedError("a", "B.")).headers)
    assert headers["WWW-Authenticate"].startswith("Basic realm=")


def test_what_may_succeed_later_says_when() -> None:
    answer = refusal(Unavailable("a", "B.", retry_after=60))
    assert dict(answer.headers)["Retry-After"] == "60"
