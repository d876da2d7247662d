"""Whose reports are taken: proved first, once each, so often; and alike for all forgeries."""

import json
import os
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from strongroom.core.actors import OPERATOR
from strongroom.core.errors import (
    ForbiddenError,
    InvalidError,
    NotFoundError,
    StrongroomError,
    TooOftenError,
)
from strongroom.people.leaks.acts import Judged, Tell
from strongroom.people.leaks.intake import WINDOW, Intake, Signed
from strongroom.people.leaks.partners import Partner
from strongroom.people.leaks.signatures import read_key
from strongroom.people.models import Token, User
from strongroom.people.tokens.minting import Mint, Order, create
from tests.fakes.clocks import NOON, StoppedClock
from tests.fakes.people import member
from tests.fakes.reporters import Scanner, Signer, pem_of, signed

pytestmark = pytest.mark.django_db

MASTER = b"m" * 32
CLOCK = StoppedClock()
GITLAB = "g" * 40
SHARED = b"h" * 40
EDWARDS = Ed25519PrivateKey.generate()
SIGNERS: dict[str, Signer] = {"shared": SHARED, "edwards": EDWARDS}
SOURCE = "192.0.2.1"


@pytest.fixture
def scanner() -> Scanner:
    scanner = Scanner()
    scanner.rotate("first")
    return scanner


@pytest.fixture
def intake(scanner: Scanner) -> Intake:
    return Intake(
        Tell(MASTER, CLOCK),
        Partner("https://keys.example.org/", scanner.shown),
        GITLAB.encode(),
        {"shared": read_key(SHARED), "edwards": read_key(pem_of(EDWARDS).encode())},
    )


@pytest.fixture
def user() -> User:
    return member("ada", CLOCK)


def token(user: User) -> str:
    return create(user, Order(), by=OPERATOR, mint=Mint(MASTER, CLOCK, os.urandom)).text


def ended() -> int:
    return Token.objects.exclude(revoked_at=None).count()


def listing(*texts: str, where: str = "url") -> bytes:
    return json.dumps(
        [{"token": one, "type": "t", where: "https://e.org/"} for one in texts]
    ).encode()


def dated(*texts: str, nonce: str = "n" * 16, ago: int = 0) -> bytes:
    made_at = int(NOON.timestamp()) - ago
    found = [{"token": one} for one in texts]
    return json.dumps({"made_at": made_at, "nonce": nonce, "found": found}).encode()


def partners(body: bytes, scanner: Scanner, name: str = "first") -> Signed:
    return Signed(body, name, signed(body, scanner.keys["first"]), SOURCE)


def reporters(body: bytes, name: str = "shared") -> Signed:
    return Signed(body, name, signed(body, SIGNERS[name]), SOURCE)


def refusal(act: Callable[[], object]) -> StrongroomError:
    with pytest.raises(StrongroomError) as caught:
        act()
    return caught.value


def test_a_partner_s_signed_report_ends_a_token(
    intake: Intake, scanner: Scanner, user: User
) -> None:
    judged = intake.by_partner(partners(listing(token(user), "none"), scanner))
    assert [one.is_ours for one in judged] == [True, False]
    assert ended() == 1


def test_a_gitlab_s_report_ends_a_token(intake: Intake, user: User) -> None:
    for where in ("location", "url"):
        (judged,) = intake.by_gitlab(listing(token(user), where=where), GITLAB, SOURCE)
        assert (judged.is_ours, judged.found.where) == (True, "https://e.org/")
    assert ended() == 2


@pytest.mark.parametrize("name", SIGNERS)
def test_a_reporter_s_signed_report_ends_a_token(intake: Intake, user: User, name: str) -> None:
    (judged,) = intake.by_reporter(reporters(dated(token(user)), name))
    assert judged.is_ours
    assert ended() == 1


def forged(
    intake: Intake, scanner: Scanner, body: bytes, source: str
) -> list[Callable[[], object]]:
    """Return every way to send a body that nobody vouches for."""
    right = replace(partners(body, scanner), source=source)
    ours = replace(reporters(body), source=source)
    return [
        lambda: intake.by_partner(replace(right, signature="")),
        lambda: intake.by_partner(replace(right, signature="A" * 96)),
        lambda: intake.by_partner(replace(right, key="")),
        lambda: intake.by_partner(replace(right, key="unknown")),
        lambda: intake.by_partner(replace(right, body=body + b" ")),
        lambda: intake.by_partner(replace(right, signature=signed(body, SHARED))),
        lambda: intake.by_reporter(replace(ours, signature="")),
        lambda: intake.by_reporter(replace(ours, key="")),
        lambda: intake.by_reporter(replace(ours, key="edwards")),
        lambda: intake.by_reporter(replace(ours, key="github")),
        lambda: intake.by_reporter(replace(ours, body=body + b" ")),
        lambda: intake.by_gitlab(body, "", source),
        lambda: intake.by_gitlab(body, "wrong", source),
        lambda: intake.by_gitlab(body, GITLAB + "g", source),
    ]


def test_forged_reports_tell_nothing_and_do_nothing(
    intake: Intake, scanner: Scanner, user: User
) -> None:
    bodies = (listing(token(user)), listing("none"), dated(token(user)), b"", b"not even JSON")
    told = {
        str(refusal(act))
        for number, body in enumerate(bodies)
        for act in forged(intake, scanner, body, f"192.0.2.{number}")
    }
    assert len(told) == 1
    assert ended() == 0


def test_a_report_is_proved_before_it_is_read(intake: Intake, scanner: Scanner) -> None:
    genuine = refusal(lambda: intake.by_partner(partners(b"not even JSON", scanner)))
    assert isinstance(genuine, InvalidError)
    wrong = replace(partners(b"not even JSON", scanner), signature="AAAA")
    assert isinstance(refusal(lambda: intake.by_partner(wrong)), ForbiddenError)


def test_a_replayed_report_has_no_further_effect(
    intake: Intake, scanner: Scanner, user: User
) -> None:
    report = partners(listing(token(user)), scanner)
    answers = [intake.by_partner(report), intake.by_partner(report)]
    assert answers[0][0].is_ours
    assert answers[1][0].is_ours
    ours = reporters(dated("none"))
    intake.by_reporter(ours)
    assert refusal(lambda: intake.by_reporter(ours)).code == "report-not-genuine"


def test_a_nonce_is_used_once_by_each_reporter(intake: Intake) -> None:
    intake.by_reporter(reporters(dated("none")))
    assert intake.by_reporter(reporters(dated("none"), "edwards")) != ()
    other = reporters(dated("another"))
    assert refusal(lambda: intake.by_reporter(other)).code == "report-not-genuine"


@pytest.mark.parametrize("ago", [WINDOW + 1, -WINDOW - 1, 10**9])
def test_a_report_of_another_time_is_refused(intake: Intake, ago: int) -> None:
    report = reporters(dated("none", ago=ago))
    assert refusal(lambda: intake.by_reporter(report)).code == "report-not-genuine"


def test_a_nonce_is_remembered_for_as_long_as_its_report_could_come_again(intake: Intake) -> None:
    report = reporters(dated("none", ago=-WINDOW))
    intake.by_reporter(report)
    CLOCK.moment = NOON + timedelta(seconds=2 * WINDOW)
    try:
        assert refusal(lambda: intake.by_reporter(report)).code == "report-not-genuine"
        CLOCK.moment += timedelta(seconds=1)
        assert refusal(lambda: intake.by_reporter(report)).code == "report-not-genuine"
    finally:
        CLOCK.moment = NOON


def test_whoever_forges_many_reports_has_to_wait(intake: Intake, scanner: Scanner) -> None:
    wrong = replace(partners(b"[]", scanner), signature="AAAA")
    errors = [refusal(lambda: intake.by_partner(wrong)) for _ in range(25)]
    assert isinstance(errors[-1], TooOftenError)
    assert errors[-1].code == "report-too-often"
    assert errors[-1].retry_after == 5
    elsewhere = replace(partners(b"[]", scanner), source="192.0.2.2")
    assert intake.by_partner(elsewhere) == ()


def test_who_reports_genuinely_never_waits(intake: Intake, scanner: Scanner) -> None:
    for _ in range(25):
        assert intake.by_partner(partners(b"[]", scanner)) == ()


ACTS: list[Callable[[Intake], tuple[Judged, ...] | None]] = [
    lambda intake: intake.by_partner(Signed(b"[]", "first", "", SOURCE)),
    lambda intake: intake.by_gitlab(b"[]", "", SOURCE),
    lambda intake: intake.greet_gitlab("", SOURCE),
    lambda intake: intake.by_reporter(Signed(b"[]", "shared", "", SOURCE)),
]


@pytest.mark.parametrize("act", ACTS)
def test_nobody_s_reports_are_taken_before_somebody_is_configured(
    act: Callable[[Intake], object],
) -> None:
    nobody = Intake(Tell(MASTER, CLOCK))
    with pytest.raises(NotFoundError) as caught:
        act(nobody)
    assert caught.value.code == "reports-not-taken"


def test_no_secret_is_shown_when_an_intake_is_printed(intake: Intake) -> None:
    assert GITLAB not in repr(intake)
    assert repr(MASTER) not in repr(intake)
