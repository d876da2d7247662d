"""Recovery, done over real rows: who can bring about what, what goes, and who is told."""

from dataclasses import replace
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator

from strongroom.core.actors import OPERATOR, SESSION, Actor, Assurance
from strongroom.core.coordinates import ProjectId
from strongroom.core.errors import AssuranceError, ConflictError, ForbiddenError, NotFoundError
from strongroom.core.events import Kind
from strongroom.people.access.grants import grant
from strongroom.people.access.roles import Role
from strongroom.people.accounts.users import person
from strongroom.people.models import BrowserSession, Recovery, SignInLink, Token, User
from strongroom.people.recovery import acts, asking, links
from strongroom.proof.ledger.events import since
from tests.fakes.clocks import NOON
from tests.fakes.offices import URL, Bureau
from tests.fakes.people import member, sure

PARCEL = ProjectId("pypi", "parcel")
DELAY = timedelta(hours=72)


@pytest.fixture
def bureau(db: None) -> Bureau:
    return Bureau()


@pytest.fixture
def ann(bureau: Bureau) -> User:
    return member("ann", bureau.clock)


@pytest.fixture
def admins(bureau: Bureau) -> list[User]:
    return [member(name, bureau.clock, admin=True) for name in ("ida", "max")]


def half(user: User) -> Actor:
    return person(user, SESSION, Assurance.SINGLE_FACTOR)


def fresh(user: User, bureau: Bureau) -> Actor:
    return replace(sure(user), proved_at=bureau.clock.now())


def asked(bureau: Bureau, user: User) -> Recovery:
    return acts.ask(bureau.office, user, half(user))


def kinds() -> list[Kind]:
    return [one.event.kind for one in since(0, 100) if one.event.kind is not Kind.USER_CREATED]


def has_factor(user: User) -> bool:
    return bool(Authenticator.objects.filter(user=user).exists())


def test_a_recovery_by_two_administrators_takes_everything_and_mails_a_link(
    bureau: Bureau, ann: User, admins: list[User]
) -> None:
    Token.objects.create(user=ann, identifier="t", kind="personal", created_at=NOON)
    BrowserSession.objects.create(
        session_key="s", user=ann, created_at=NOON, seen_at=NOON, expire_date=NOON
    )
    row = asked(bureau, ann)
    bureau.clock.forward(DELAY)
    acts.approve(bureau.office, fresh(admins[0], bureau), row.pk)
    assert has_factor(ann)
    acts.approve(bureau.office, fresh(admins[1], bureau), row.pk)
    assert not has_factor(ann)
    assert not BrowserSession.objects.filter(user=ann).exists()
    assert not Token.objects.filter(user=ann, revoked_at=None).exists()
    ann.refresh_from_db()
    assert not ann.has_usable_password()
    link = SignInLink.objects.get(user=ann)
    assert link.expires_at == bureau.clock.now() + timedelta(hours=24)
    assert any(f"{URL}/sign-in/secret-of-enrolment" in one.text for one in bureau.sent)
    assert kinds() == [
        Kind.RECOVERY_ASKED,
        Kind.RECOVERY_APPROVED,
        Kind.SIGN_IN_LINK_CREATED,
        Kind.TOKEN_REVOKED,
        Kind.RECOVERY_DONE,
    ]


def test_no_single_administrator_resets_a_factor(
    bureau: Bureau, ann: User, admins: list[User]
) -> None:
    row = asked(bureau, ann)
    bureau.clock.forward(DELAY)
    acts.approve(bureau.office, fresh(admins[0], bureau), row.pk)
    with pytest.raises(ConflictError) as refusal:
        acts.approve(bureau.office, fresh(admins[0], bureau), row.pk)
    assert refusal.value.code == "recovery-approved-before"
    assert has_factor(ann)


def test_an_administrator_does_not_approve_their_own_recovery(
    bureau: Bureau, admins: list[User]
) -> None:
    row = asked(bureau, admins[0])
    bureau.clock.forward(timedelta(hours=168))
    with pytest.raises(ForbiddenError) as refusal:
        acts.approve(bureau.office, fresh(admins[0], bureau), row.pk)
    assert refusal.value.code == "recovery-not-yours-to-approve"


def test_codes_an_old_proof_or_a_shell_approve_nothing(
    bureau: Bureau, ann: User, admins: list[User]
) -> None:
    row = asked(bureau, ann)
    bureau.clock.forward(DELAY)
    codes = replace(
        person(admins[0], SESSION, Assurance.MULTI_FACTOR), proved_at=bureau.clock.now()
    )
    with pytest.raises(AssuranceError):
        acts.approve(bureau.office, codes, row.pk)
    with pytest.raises(AssuranceError):
        acts.approve(bureau.office, sure(admins[0]), row.pk)
    with pytest.raises(ForbiddenError) as refusal:
        acts.approve(bureau.office, OPERATOR, row.pk)
    assert refusal.value.code == "person-needed"
    with pytest.raises(ForbiddenError):
        acts.approve(bureau.office, fresh(ann, bureau), row.pk)
    assert Recovery.objects.get().approvals == []


def test_whoever_is_critical_or_runs_the_registry_waits_a_week(
    bureau: Bureau, ann: User, admins: list[User]
) -> None:
    bureau.critical[ann.pk] = (PARCEL,)
    ben = member("ben", bureau.clock)
    for user in (ann, ben):
        grant(user.pk, PARCEL, Role.OWNER, bureau.clock)
    assert asked(bureau, ann).ripe_at == NOON + timedelta(hours=168)
    assert asked(bureau, admins[0]).ripe_at == NOON + timedelta(hours=168)
    assert bureau.told("ben@example.org") == [
        "Strongroom: ann, who can change parcel, has lost all factors"
    ]


def test_every_verified_address_is_told_at_once_and_daily_with_a_link_that_stops(
    bureau: Bureau, ann: User
) -> None:
    EmailAddress.objects.create(user=ann, email="old@example.org", verified=True)
    EmailAddress.objects.create(user=ann, email="new@example.org", verified=False)
    row = asked(bureau, ann)
    stop = f"{URL}/account/recovery/stop/{links.to_stop(b'k' * 32, row.pk)}/"
    assert {one.to for one in bureau.sent} == {"ann@example.org", "old@example.org"}
    assert all(stop in one.text for one in bureau.sent)
    assert acts.tend(bureau.office) == 0
    bureau.clock.forward(timedelta(days=1))
    assert acts.tend(bureau.office) == 1
    assert acts.tend(bureau.office) == 0
    assert len(bureau.told("old@example.org")) == 2


def test_a_stopped_recovery_removes_nothing_any_more(
    bureau: Bureau, ann: User, admins: list[User]
) -> None:
    row = asked(bureau, ann)
    acts.stop(bureau.office, row.pk, half(ann))
    bureau.clock.forward(DELAY)
    with pytest.raises(ConflictError) as refusal:
        acts.approve(bureau.office, fresh(admins[0], bureau), row.pk)
    assert refusal.value.code == "recovery-ended"
    assert kinds() == [Kind.RECOVERY_ASKED, Kind.RECOVERY_CANCELLED]
    assert "Strongroom: the recovery of ann was stopped" in bureau.told("ann@example.org")


def test_a_sign_in_with_a_factor_stops_what_is_open(bureau: Bureau, ann: User) -> None:
    assert not acts.stop_of(bureau.office, ann, sure(ann))
    asked(bureau, ann)
    assert acts.stop_of(bureau.office, ann, sure(ann))
    assert not acts.stop_of(bureau.office, ann, sure(ann))


def test_to_ask_again_begins_nothing_new(bureau: Bureau, ann: User) -> None:
    row = asked(bureau, ann)
    bureau.clock.forward(timedelta(hours=1))
    assert asked(bureau, ann) == row
    assert kinds() == [Kind.RECOVERY_ASKED]


@pytest.mark.parametrize("how", [{"verified": False}, {"primary": False}])
def test_an_address_that_has_lapsed_is_no_way(
    bureau: Bureau, ann: User, how: dict[str, bool]
) -> None:
    EmailAddress.objects.filter(user=ann).update(**how)
    with pytest.raises(ForbiddenError) as refusal:
        asked(bureau, ann)
    assert refusal.value.code == "recovery-unreachable"
    asking.mail_link(bureau.office, "ann")
    asking.mail_link(bureau.office, "ann@example.org")
    assert bureau.sent == []


def test_an_address_that_lapses_while_it_waits_ends_it(
    bureau: Bureau, ann: User, admins: list[User]
) -> None:
    row = asked(bureau, ann)
    EmailAddress.objects.filter(user=ann).update(verified=False)
    bureau.clock.forward(DELAY)
    acts.approve(bureau.office, fresh(admins[0], bureau), row.pk)
    with pytest.raises(ForbiddenError):
        acts.approve(bureau.office, fresh(admins[1], bureau), row.pk)
    assert has_factor(ann)


def test_a_closed_account_recovers_nothing(bureau: Bureau, ann: User) -> None:
    User.objects.filter(pk=ann.pk).update(is_active=False)
    with pytest.raises(ForbiddenError):
        asked(bureau, ann)


def test_who_has_no_factor_has_none_to_lose(bureau: Bureau, ann: User) -> None:
    Authenticator.objects.filter(user=ann).delete()
    with pytest.raises(ConflictError) as refusal:
        asked(bureau, ann)
    assert refusal.value.code == "recovery-not-needed"


def test_the_operator_waits_too_and_all_administrators_are_told(
    bureau: Bureau, ann: User, admins: list[User]
) -> None:
    row = acts.break_glass(bureau.office, ann, "phone lost at sea", at_once=False)
    assert has_factor(ann)
    for admin in admins:
        assert bureau.told(f"{admin.username}@example.org") == [
            "Strongroom: the operator recovers ann"
        ]
    assert bureau.told("ann@example.org")
    assert (row.by_operator, row.ripe_at) == (True, NOON + DELAY)
    acts.tend(bureau.office)
    assert has_factor(ann)
    bureau.clock.forward(DELAY)
    acts.tend(bureau.office)
    assert not has_factor(ann)


def test_the_operators_haste_is_on_record(bureau: Bureau, ann: User) -> None:
    acts.break_glass(bureau.office, ann, "the build is on fire", at_once=True)
    assert not has_factor(ann)
    (begun,) = [one.event for one in since(0, 100) if one.event.kind is Kind.RECOVERY_ASKED]
    assert begun.facts["delay_skipped"] is True
    assert begun.facts["reason"] == "the build is on fire"
    assert kinds()[-1] is Kind.RECOVERY_DONE


def test_the_operator_takes_over_what_is_open_and_never_makes_it_later(
    bureau: Bureau, ann: User
) -> None:
    row = asked(bureau, ann)
    bureau.clock.forward(timedelta(hours=48))
    taken = acts.break_glass(bureau.office, ann, "agreed by phone", at_once=False)
    assert (taken.pk, taken.by_operator, taken.ripe_at) == (row.pk, True, NOON + DELAY)


def test_the_operators_recovery_stops_where_the_address_has_lapsed(
    bureau: Bureau, ann: User
) -> None:
    acts.break_glass(bureau.office, ann, "lost", at_once=False)
    EmailAddress.objects.filter(user=ann).update(verified=False)
    bureau.clock.forward(DELAY)
    assert acts.tend(bureau.office) == 1
    assert has_factor(ann)
    assert Recovery.objects.get().state == "cancelled"


def test_a_link_is_mailed_to_the_primary_address_and_rarely(bureau: Bureau, ann: User) -> None:
    for _ in range(2):
        asking.mail_link(bureau.office, " Ann ")
    asking.mail_link(bureau.office, "ANN@example.org")
    asking.mail_link(bureau.office, "nobody")
    asking.mail_link(bureau.office, "nobody@example.org")
    (letter,) = bureau.sent
    secret = letter.text.split("/account/recovery/ask/")[1].split("/")[0]
    assert asking.account_of(bureau.office, secret) == ann
    bureau.clock.forward(timedelta(hours=1))
    with pytest.raises(ForbiddenError) as refusal:
        asking.account_of(bureau.office, secret)
    assert refusal.value.code == "recovery-link-invalid"


def test_a_link_for_nobody_asks_for_nothing(bureau: Bureau) -> None:
    until = NOON + timedelta(hours=1)
    with pytest.raises(ForbiddenError):
        asking.account_of(bureau.office, links.to_ask(b"k" * 32, 99, "x@example.org", until))


def test_administrators_see_what_is_open(bureau: Bureau, ann: User, admins: list[User]) -> None:
    row = asked(bureau, ann)
    assert acts.listed(sure(admins[0])) == (row,)
    with pytest.raises(ForbiddenError):
        acts.listed(sure(ann))
    with pytest.raises(NotFoundError):
        acts.find(row.pk + 1)
