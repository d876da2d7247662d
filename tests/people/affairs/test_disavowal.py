"""This was not me: what somebody else added is taken away, and what was there before stays."""

from dataclasses import replace
from datetime import timedelta

import pytest
from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator

from strongroom.core.actors import OPERATOR, Actor, Browser
from strongroom.core.errors import ForbiddenError
from strongroom.core.events import Kind
from strongroom.people.accounts import factors, links, notices
from strongroom.people.accounts.devices import arrive, is_known
from strongroom.people.accounts.notices import Happening, note
from strongroom.people.affairs.disavowal import disavow
from strongroom.people.affairs.span import FOR
from strongroom.people.models import BrowserSession, Case, Device, Letter, SignInLink, Token, User
from strongroom.people.tokens.minting import Mint, Order, create
from strongroom.proof.ledger.events import newest_of
from tests.fakes.clocks import StoppedClock
from tests.fakes.people import member, sure

pytestmark = pytest.mark.django_db

OWN = "own password that is long"
SECOND = timedelta(seconds=1)


class Break:
    """An account with things of its own, and whoever else uses it."""

    def __init__(self) -> None:
        self.clock = StoppedClock()
        self.user = member("alice", self.clock)
        self.user.set_password(OWN)
        self.user.save()
        Authenticator.objects.update(created_at=self.clock.now())
        self.token("own")
        self.step()
        self.thief = replace(sure(self.user), browser=Browser("203.0.113.9", "Thief/1"))

    def step(self) -> None:
        self.clock.forward(SECOND)

    def token(self, label: str) -> Token:
        seed = (len(label) + Token.objects.count()).to_bytes(16, "big")
        mint = Mint(b"m" * 32, self.clock, lambda size: seed.rjust(size, b"0")[:size])
        return create(self.user, Order(label), by=sure(self.user), mint=mint).row

    def session(self, key: str) -> None:
        now = self.clock.now()
        end = now + timedelta(hours=1)
        BrowserSession.objects.create(
            session_key=key, user=self.user, created_at=now, seen_at=now, expire_date=end
        )

    def happens(self, kind: Kind, **facts: object) -> int:
        return note(Happening(kind, self.user.pk, facts), self.thief, self.clock)

    def signs_in(self) -> int:
        self.session(f"thief-{self.clock.now()}")
        return self.happens(Kind.SIGNED_IN)

    def adds_factor(self) -> None:
        kind, now = Authenticator.Type.TOTP, self.clock.now()
        row = Authenticator.objects.create(user=self.user, type=kind, data={}, created_at=now)
        note(factors.told(Kind.FACTOR_ADDED, row), self.thief, self.clock)

    def adds_address(self, email: str) -> int:
        EmailAddress.objects.filter(user=self.user).update(primary=False)
        EmailAddress.objects.create(user=self.user, email=email, verified=True, primary=True)
        User.objects.update(email=email)
        return self.happens(Kind.ADDRESS_ADDED, address=email)

    def sets_password(self, text: str = "thief's password") -> None:
        self.user.set_password(text)
        self.user.save()
        self.happens(Kind.PASSWORD_CHANGED)

    def disavow(self, line: int) -> None:
        disavow(line, Actor("person", "alice", "disavowal link", self.user.pk), self.clock)
        self.user.refresh_from_db()

    def labels(self) -> list[str]:
        rows = Token.objects.filter(revoked_at=None).order_by("pk")
        return list(rows.values_list("label", flat=True))

    def kinds(self) -> list[str]:
        return list(Authenticator.objects.order_by("pk").values_list("type", flat=True))

    def emails(self) -> list[str]:
        return list(EmailAddress.objects.order_by("pk").values_list("email", flat=True))


@pytest.fixture
def broken() -> Break:
    return Break()


def refused(broken: Break, line: int) -> None:
    """See that a line can be disowned no more, and that nobody learns why."""
    with pytest.raises(ForbiddenError) as caught:
        broken.disavow(line)
    assert caught.value.code == "disavowal-invalid"


def test_all_that_was_made_since_a_sign_in_is_taken_away_by_one_act(broken: Break) -> None:
    broken.session("own")
    now = broken.clock.now()
    Device.objects.create(user=broken.user, digest="d", first_seen_at=now, last_seen_at=now)
    line = broken.signs_in()
    broken.step()
    broken.token("stolen")
    broken.adds_factor()
    broken.adds_address("thief@example.org")
    broken.sets_password()
    broken.token("another")
    broken.step()
    broken.disavow(line)
    assert broken.labels() == ["own"]
    assert broken.kinds() == ["webauthn"]
    assert broken.emails() == ["alice@example.org"]
    assert broken.user.email == "alice@example.org"
    assert EmailAddress.objects.get().primary
    assert not broken.user.has_usable_password()
    assert not BrowserSession.objects.exists()
    assert not Device.objects.exists()
    taken = {"sessions": 2, "tokens": 2, "factors": 1, "addresses": 1, "password": True}
    (event,) = newest_of([Kind.ACCOUNT_DISAVOWED], 9)
    assert event.event.facts == {"user": "alice", **taken}
    assert len(newest_of([Kind.TOKEN_REVOKED], 9)) == 2
    case = Case.objects.get()
    assert (case.user, case.closed_at) == (broken.user, None)
    assert {name: case.facts[name] for name in taken} == taken
    assert "example.org" not in str(case.facts)


def test_no_browser_is_known_any_more(broken: Break) -> None:
    kept = arrive(broken.user.pk, "", "Browser/1", broken.clock.now(), lambda: "copied")
    broken.step()
    disavow(broken.happens(Kind.SIGNED_IN), sure(broken.user), broken.clock)
    assert not is_known(broken.user.pk, kept, broken.clock.now())


def test_what_was_there_before_stays_as_it_was(broken: Break) -> None:
    broken.disavow(broken.signs_in())
    assert broken.labels() == ["own"]
    assert broken.kinds() == ["webauthn"]
    assert broken.emails() == ["alice@example.org"]
    assert broken.user.check_password(OWN)


def test_things_of_the_very_moment_are_taken_only_where_the_log_names_them(broken: Break) -> None:
    broken.token("own, of the same moment")
    line = broken.signs_in()
    broken.token("stolen at once")
    broken.disavow(line)
    assert broken.labels() == ["own", "own, of the same moment"]


def test_addresses_that_the_thief_took_away_are_told_and_the_thiefs_is_not(broken: Break) -> None:
    EmailAddress.objects.create(user=broken.user, email="second@example.org", verified=True)
    line = broken.adds_address("thief@example.org")
    EmailAddress.objects.filter(email="alice@example.org").delete()
    broken.happens(Kind.ADDRESS_REMOVED, address="alice@example.org")
    Letter.objects.all().delete()
    broken.disavow(line)
    told = set(Letter.objects.values_list("to", flat=True))
    assert told == {"alice@example.org", "second@example.org"}
    # It may have been given up because others read it, so it is not given back.
    assert broken.emails() == ["second@example.org"]
    assert broken.user.email == "second@example.org"


def test_an_account_may_be_left_with_no_address(broken: Break) -> None:
    line = broken.adds_address("thief@example.org")
    EmailAddress.objects.filter(email="alice@example.org").delete()
    broken.disavow(line)
    assert (broken.emails(), broken.user.email) == ([], "")


def test_it_is_done_once(broken: Break) -> None:
    first = broken.signs_in()
    later = broken.happens(Kind.TOKEN_CREATED, token=0)
    broken.disavow(first)
    for line in (first, later):
        refused(broken, line)
    assert Case.objects.count() == 1


def test_an_old_letter_reaches_nothing_that_came_after_a_disavowal(broken: Break) -> None:
    first = broken.signs_in()
    broken.step()
    stolen = broken.token("stolen first")
    line = broken.happens(Kind.PASSWORD_CHANGED)
    broken.token("stolen later")
    broken.disavow(line)
    assert broken.labels() == ["own", "stolen first"]
    broken.step()
    broken.sets_password("a new one of the owner")
    broken.session("own again")
    broken.adds_factor()
    broken.token("own again")
    broken.disavow(first)
    stolen.refresh_from_db()
    assert stolen.revoked_at is not None
    assert broken.labels() == ["own", "own again"]
    assert broken.kinds() == ["webauthn", "totp"]
    assert broken.user.check_password("a new one of the owner")
    assert BrowserSession.objects.get().session_key == "own again"


def test_after_two_weeks_it_is_too_late(broken: Break) -> None:
    line = broken.signs_in()
    broken.clock.forward(FOR + SECOND)
    refused(broken, line)


def test_there_is_nothing_to_disown_of_an_account_that_is_closed(broken: Break) -> None:
    line = broken.signs_in()
    User.objects.update(is_active=False)
    refused(broken, line)
    refused(broken, line + 1000)


def test_a_thief_who_closes_the_account_does_not(broken: Break) -> None:
    line = broken.signs_in()
    User.objects.update(closes_at=broken.clock.now())
    broken.happens(Kind.ACCOUNT_CLOSING)
    broken.disavow(line)
    assert broken.user.closes_at is None


def test_a_link_that_sets_a_password_and_was_mailed_before_ends(broken: Break) -> None:
    line = broken.signs_in()
    held = default_token_generator.make_token(broken.user)
    secret = links.create_link(broken.user, OPERATOR, broken.clock, lambda: "secret")
    assert default_token_generator.check_token(broken.user, held)
    broken.disavow(line)
    user = User.objects.get(pk=broken.user.pk)
    assert not default_token_generator.check_token(user, held)
    assert not SignInLink.objects.exists()
    with pytest.raises(ForbiddenError):
        links.use(secret, broken.clock)


def test_recovery_codes_that_were_made_anew_are_taken(broken: Break) -> None:
    line = broken.signs_in()
    kind = Authenticator.Type.RECOVERY_CODES
    row = Authenticator.objects.create(user=broken.user, type=kind, data={})
    Authenticator.objects.filter(pk=row.pk).update(created_at=broken.clock.now() - FOR)
    note(factors.told(Kind.FACTOR_RESET, row), broken.thief, broken.clock)
    broken.disavow(line)
    assert broken.kinds() == ["webauthn"]


def test_accounts_of_others_are_not_touched(broken: Break) -> None:
    bob = member("bob", broken.clock)
    line = broken.signs_in()
    broken.step()
    Authenticator.objects.create(user=bob, type=Authenticator.Type.TOTP, data={})
    broken.disavow(line)
    assert Authenticator.objects.filter(user=bob).count() == 2
    assert EmailAddress.objects.filter(user=bob).exists()
    assert not Case.objects.filter(user=bob).exists()


def test_it_stands_in_the_log(broken: Break) -> None:
    line = broken.signs_in()
    broken.disavow(line)
    (newest,) = notices.log(broken.user.pk, None, 1)
    assert newest.kind is Kind.ACCOUNT_DISAVOWED
    assert newest.facts["since"] == line
