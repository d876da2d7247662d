"""Addresses whose domain lapses are taken from their accounts, which are told elsewhere."""

from datetime import datetime, timedelta

import pytest
from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress

from strongroom.core.actors import OPERATOR
from strongroom.core.errors import NotFoundError
from strongroom.core.events import Kind
from strongroom.people.accounts import domains
from strongroom.people.accounts.addresses import verified
from strongroom.people.accounts.domains import Counts, domain_of, is_plain, prove, weigh
from strongroom.people.accounts.lapses import Finding, Held, Mail, Verdict
from strongroom.people.accounts.letters import Written, write
from strongroom.people.accounts.users import create_user
from strongroom.people.models import Letter, MailDomain, Notice, ProvedAddress, User
from strongroom.proof.ledger.events import newest_of
from strongroom.stores.seals import Seal
from tests.fakes.clocks import NOON, StoppedClock

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
CLOCK = StoppedClock()


def account(*emails: str) -> User:
    """Return an account whose addresses are verified, the first one primary."""
    user = create_user("ada", emails[0], admin=False, actor=OPERATOR, clock=CLOCK)
    for email in emails[1:]:
        EmailAddress.objects.create(user=user, email=email, verified=True)
        prove(user.pk, email, NOON)
    Letter.objects.all().delete()
    return user


def bad(at: datetime) -> Finding:
    return Finding(at, Mail.NO_NAME, Held.ABSENT)


def anew(at: datetime, registered_at: datetime) -> Finding:
    return Finding(at, Mail.TAKEN, Held.REGISTERED, registered_at)


def lapse(name: str) -> tuple[Verdict, int]:
    weigh(name, bad(NOON + DAY), CLOCK)
    return weigh(name, bad(NOON + 2 * DAY), CLOCK)


def test_an_address_lapses_with_its_domain_by_the_second_finding() -> None:
    ada = account("ada@gone.test", "ada@example.org")
    assert weigh("gone.test", bad(NOON + DAY), CLOCK) == (Verdict(NOON + DAY, lapsed=False), 0)
    assert verified(ada.pk) == ("ada@gone.test", "ada@example.org")
    assert weigh("gone.test", bad(NOON + 2 * DAY), CLOCK) == (Verdict(NOON + DAY, lapsed=True), 1)
    assert verified(ada.pk) == ("ada@example.org",)
    assert domains.has_lapsed(ada.pk, "Ada@gone.test")
    assert not domains.has_lapsed(ada.pk, "ada@example.org")


def test_the_account_is_told_by_its_other_addresses_and_not_by_the_one_that_lapsed() -> None:
    ada = account("ada@gone.test", "ada@example.org", "ada@example.net")
    lapse("gone.test")
    told = Letter.objects.values_list("to", "notice__kind")
    assert set(told) == {
        ("ada@example.org", "address-lapsed"),
        ("ada@example.net", "address-lapsed"),
    }
    (line,) = Notice.objects.filter(user=ada, kind=Kind.ADDRESS_LAPSED)
    assert line.facts == {"address": "ada@gone.test", "reason": "domain-given-up"}


def test_the_event_names_the_account_and_not_the_address() -> None:
    account("ada@gone.test")
    lapse("gone.test")
    (event,) = newest_of([Kind.ADDRESS_LAPSED], 10)
    assert event.event.actor == "registry"
    assert event.event.facts == {"user": "ada", "reason": "domain-given-up"}


def test_another_verified_address_becomes_the_primary_one() -> None:
    ada = account("ada@gone.test", "ada@example.org")
    lapse("gone.test")
    assert EmailAddress.objects.get(user=ada, primary=True).email == "ada@example.org"
    assert User.objects.get().email == "ada@example.org"


def test_the_primary_address_stays_where_another_one_lapses_or_there_is_no_other() -> None:
    ada = account("ada@example.org", "ada@gone.test")
    lapse("gone.test")
    assert EmailAddress.objects.get(user=ada, primary=True).email == "ada@example.org"
    lapse("example.org")
    assert EmailAddress.objects.get(user=ada, primary=True).email == "ada@example.org"
    assert verified(ada.pk) == ()


def test_letters_that_wait_for_the_address_are_withdrawn_and_links_that_went_there_end() -> None:
    ada = account("ada@gone.test")
    link = default_token_generator.make_token(ada)
    write(Written("Ada@gone.test", "s", "t"), Seal(b"k" * 32), NOON)
    lapse("gone.test")
    assert not Letter.objects.exists()
    assert not default_token_generator.check_token(User.objects.get(), link)


def test_a_domain_registered_anew_lapses_at_once_and_stays_so_though_it_takes_mail() -> None:
    ada = account("ada@sold.test", "ada@example.org")
    found = anew(NOON + 40 * DAY, NOON + 30 * DAY)
    assert weigh("sold.test", found, CLOCK) == (Verdict(None, lapsed=False), 1)
    (event,) = newest_of([Kind.ADDRESS_LAPSED], 10)
    assert event.event.facts["reason"] == "domain-registered-anew"
    weigh("sold.test", anew(NOON + 41 * DAY, NOON + 30 * DAY), CLOCK)
    assert verified(ada.pk) == ("ada@example.org",)
    assert domains.has_lapsed(ada.pk, "ada@sold.test")


def test_who_proves_an_address_after_the_new_registration_keeps_it() -> None:
    ada = account("ada@sold.test")
    prove(ada.pk, "ada@sold.test", NOON + 35 * DAY)
    assert weigh("sold.test", anew(NOON + 40 * DAY, NOON + 30 * DAY), CLOCK)[1] == 0
    assert verified(ada.pk) == ("ada@sold.test",)


def test_an_address_proved_while_the_domain_is_judged_is_kept() -> None:
    ada = account("ada@gone.test")
    weigh("gone.test", bad(NOON - 2 * DAY), CLOCK)
    assert weigh("gone.test", bad(NOON - DAY), CLOCK) == (Verdict(NOON - 2 * DAY, lapsed=True), 0)
    assert verified(ada.pk) == ("ada@gone.test",)


def test_a_domain_that_was_away_for_less_than_a_day_costs_nothing() -> None:
    ada = account("ada@gone.test")
    weigh("gone.test", bad(NOON + DAY), CLOCK)
    weigh("gone.test", anew(NOON + 1.5 * DAY, NOON - 900 * DAY), CLOCK)
    assert weigh("gone.test", bad(NOON + 2 * DAY), CLOCK)[1] == 0
    assert verified(ada.pk) == ("ada@gone.test",)


def test_letters_are_withheld_from_what_has_lapsed_until_it_is_proved_by_somebody() -> None:
    ada = account("ada@gone.test", "ada@example.org")
    lapse("gone.test")
    assert domains.is_withheld("Ada@gone.test")
    assert not domains.is_withheld("ada@example.org")
    assert not domains.is_withheld("stranger@gone.test")
    EmailAddress.objects.filter(user=ada, email="ada@gone.test").update(verified=True)
    assert not domains.is_withheld("ada@gone.test")


def test_to_remove_a_lapsed_address_and_add_it_again_proves_nothing() -> None:
    ada = account("ada@gone.test", "ada@example.org")
    lapse("gone.test")
    EmailAddress.objects.filter(email="ada@gone.test").delete()
    domains.due(NOON)
    assert domains.has_lapsed(ada.pk, "ada@gone.test")


def test_an_address_that_its_account_has_no_more_is_not_taken() -> None:
    account("ada@gone.test", "ada@example.org")
    EmailAddress.objects.filter(email="ada@gone.test").delete()
    assert lapse("gone.test")[1] == 0
    assert newest_of([Kind.ADDRESS_LAPSED], 10) == ()


def test_domains_are_asked_about_daily_those_first_that_waited_longest() -> None:
    account("ada@b.test", "ada@a.test", "ada@c.test", "ada@own.test")
    weigh("b.test", bad(NOON + timedelta(hours=1)), CLOCK)
    weigh("a.test", bad(NOON), CLOCK)
    assert domains.due(NOON + timedelta(hours=20.5), ["own.test"]) == ("c.test", "a.test")
    assert domains.due(NOON + DAY, ["own.test"]) == ("c.test", "a.test", "b.test")


def test_addresses_verified_before_this_was_kept_count_as_proved_now() -> None:
    account("ada@sold.test", "ada@x.test")
    ProvedAddress.objects.all().delete()
    assert domains.due(NOON + 40 * DAY) == ("sold.test", "x.test")
    assert weigh("sold.test", anew(NOON + 41 * DAY, NOON + 30 * DAY), CLOCK)[1] == 0


def test_domains_of_which_there_is_no_address_are_forgotten() -> None:
    ada = account("ada@a.test", "ada@b.test")
    EmailAddress.objects.filter(user=ada, email="ada@a.test").delete()
    assert domains.due(NOON) == ("b.test",)
    assert weigh("a.test", bad(NOON), CLOCK) == (Verdict(None, lapsed=False), 0)
    assert MailDomain.objects.count() == 1


def test_a_domain_is_found_by_its_name_however_it_is_written() -> None:
    account("ada@bücher.test")
    assert domains.named("BÜCHER.test", NOON) == "xn--bcher-kva.test"
    with pytest.raises(NotFoundError) as refusal:
        domains.named("example.org", NOON)
    assert refusal.value.code == "no-such-mail-domain"


@pytest.mark.parametrize(
    ("email", "domain"),
    [
        ("ada@Example.ORG", "example.org"),
        ("ada@example.org.", "example.org"),
        ("ada@localhost", None),
        (f"ada@{'a' * 64}.test", None),
        ("ada@a..test", None),
        (f"ada@{'.'.join(['a' * 60] * 5)}", None),
    ],
)
def test_the_domain_of_an_address_is_a_name_of_dns(email: str, domain: str | None) -> None:
    assert domain_of(email) == domain


def test_an_address_without_a_domain_is_nobodys_to_ask_about() -> None:
    ada = account("ada@example.org")
    prove(ada.pk, "ada@localhost", NOON)
    assert domains.due(NOON) == ("example.org",)


def test_domains_are_counted() -> None:
    account("ada@gone.test", "ada@example.org", "ada@quiet.test")
    lapse("gone.test")
    weigh("quiet.test", Finding(NOON, Mail.UNKNOWN, Held.UNASKED), CLOCK)
    now = NOON + 2 * DAY
    assert domains.counts(now) == Counts(domains=3, doubted=1, unknown=1, late=0, lapsed=1)
    assert domains.counts(now + 2 * DAY).late == 1


@pytest.mark.parametrize("email", ["a@example.org", "A@Example.ORG", "a@m\u00fcller.example"])
def test_a_domain_that_is_written_as_it_is_known_is_plain(email: str) -> None:
    assert is_plain(email)


@pytest.mark.parametrize(
    "email", ["a@exam\u200bple.org", "a@example.org.", "a@[127.0.0.1]", "a@\uff45xample.org", "a@b"]
)
def test_a_domain_that_can_be_written_otherwise_is_not(email: str) -> None:
    assert not is_plain(email)
