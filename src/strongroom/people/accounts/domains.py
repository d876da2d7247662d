"""Mail domains: when each address was proved, and taking from accounts those that have lapsed.

An address that has lapsed is not verified, no letter goes to it but the code by which it is proved
anew, and that takes a second factor besides (`site/accounts/adapters`): whoever has the domain now
reads the code, and may know the password.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from allauth.account.models import EmailAddress
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q

from strongroom.core.actors import REGISTRY
from strongroom.core.clock import Clock
from strongroom.core.errors import NotFoundError
from strongroom.core.events import Event, Kind
from strongroom.people.accounts.lapses import Finding, Held, Mail, Verdict, is_anothers, judge
from strongroom.people.accounts.notices import Happening, note
from strongroom.people.models import Letter, MailDomain, ProvedAddress, User
from strongroom.proof.ledger.events import record

AGAIN = timedelta(hours=20)  # less than the day of the job, which does not run to the minute
_LONGEST = 253  # characters of a name (RFC 1035, 2.3.4)
_LETTERS = re.compile(r"[a-z0-9.-]+")  # of which the names of hosts are made (RFC 952)


class Reason(StrEnum):
    """Why an address has lapsed."""

    GIVEN_UP = "domain-given-up"
    ANOTHERS = "domain-registered-anew"


@dataclass(frozen=True, slots=True)
class Counts:
    """How domains stand: how many there are, in doubt, of unknown mail, not asked about lately.

    `lapsed` are addresses.
    """

    domains: int
    doubted: int
    unknown: int
    late: int
    lapsed: int


def domain_of(email: str) -> str | None:
    """Return the domain of an address in ASCII (RFC 5890), None where it is no domain's name."""
    try:
        name = email.rpartition("@")[2].encode("idna").decode().lower().strip(".")
    except UnicodeError:
        return None
    return name if "." in name and len(name) <= _LONGEST else None


def is_plain(email: str) -> bool:
    """Say whether the domain of an address is a name, and written in one way only.

    What a reader does not see, and IDNA leaves out, would be another address of the same mailbox.
    """
    written, name = email.rpartition("@")[2].lower(), domain_of(email)
    if name is None or not _LETTERS.fullmatch(name):
        return False
    return written in {name, name.encode().decode("idna")}


def prove(user_id: int, email: str, now: datetime) -> None:
    """Remember that an address was proved now, in the transaction that verifies it."""
    name = domain_of(email)
    if name is not None:
        domain, _ = MailDomain.objects.get_or_create(name=name)
        ProvedAddress.objects.update_or_create(
            user_id=user_id,
            email=email.lower(),
            defaults={"domain": domain, "proved_at": now, "lapsed_at": None},
        )


def has_lapsed(user_id: int, email: str) -> bool:
    """Say whether an address of an account has lapsed and was not proved since."""
    rows = ProvedAddress.objects.filter(user_id=user_id, email=email.lower())
    return rows.exclude(lapsed_at=None).exists()


def is_withheld(email: str) -> bool:
    """Say whether letters to an address are withheld: it has lapsed, and is nobody's by now."""
    lapsed = ProvedAddress.objects.filter(email=email.lower()).exclude(lapsed_at=None)
    return (
        lapsed.exists()
        and not EmailAddress.objects.filter(email=email.lower(), verified=True).exists()
    )


def due(now: datetime, trusted: Iterable[str] = ()) -> tuple[str, ...]:
    """Return the domains to ask about, those first that waited longest.

    Addresses that were verified before this was kept count as proved now, which errs in favour of
    whoever has them. Domains of which there is no address any more are forgotten.
    """
    _take_up(now)
    _forget()
    asked = MailDomain.objects.filter(Q(asked_at=None) | Q(asked_at__lt=now - AGAIN))
    rows = asked.exclude(name__in=list(trusted)).order_by(F("asked_at").asc(nulls_first=True), "pk")
    return tuple(rows.values_list("name", flat=True))


def named(name: str, now: datetime) -> str:
    """Return the domain of a name, if addresses here are of it; raises NotFoundError."""
    _take_up(now)
    found = domain_of(f"@{name}")
    if not MailDomain.objects.filter(name=found or "", addresses__isnull=False).exists():
        raise NotFoundError(
            "no-such-mail-domain",
            f"No verified address here is of {name[:100]!a}.",
            "`strongroom domain check` names those that there are.",
        )
    return str(found)


def weigh(name: str, finding: Finding, clock: Clock) -> tuple[Verdict, int]:
    """Judge a domain by what was found; returns the verdict, and how many addresses it cost.

    A crash in between leaves addresses that the next finding takes.
    """
    with transaction.atomic():
        row = MailDomain.objects.select_for_update(no_key=True).filter(name=name).first()
        if row is None:
            return Verdict(None, lapsed=False), 0
        verdict = judge(row.doubted_since, finding)
        row.asked_at, row.mail, row.held = finding.at, finding.mail, finding.held
        row.doubted_since = verdict.doubted_since
        row.registered_at = finding.registered_at or row.registered_at
        row.save()
    lost = 0
    for one in ProvedAddress.objects.filter(domain=row, lapsed_at=None).order_by("pk"):
        if is_anothers(finding, one.proved_at):
            lost += _take(one.pk, finding, Reason.ANOTHERS, clock)
        elif verdict.lapsed:
            lost += _take(one.pk, finding, Reason.GIVEN_UP, clock)
    return verdict, lost


def counts(now: datetime) -> Counts:
    """Return how domains stand."""
    rows = MailDomain.objects.filter(addresses__isnull=False).distinct()
    return Counts(
        domains=rows.count(),
        doubted=rows.exclude(doubted_since=None).count(),
        unknown=rows.filter(mail=Mail.UNKNOWN, held__in=[Held.UNKNOWN, Held.UNASKED]).count(),
        late=rows.filter(asked_at__lt=now - 3 * AGAIN).count(),
        lapsed=ProvedAddress.objects.exclude(lapsed_at=None).count(),
    )


def _take(number: int, finding: Finding, reason: Reason, clock: Clock) -> int:
    """Take an address from its account, unless it was proved meanwhile; returns how many."""
    with transaction.atomic():
        here = ProvedAddress.objects.select_related("user").filter(pk=number, lapsed_at=None)
        found = here.first()
        if found is None:
            return 0
        # The account's row is held first, by whoever changes the account.
        user = User.objects.select_for_update(no_key=True).get(pk=found.user_id)
        if not here.filter(proved_at__lte=finding.at).update(lapsed_at=clock.now()):
            return 0
        mine = EmailAddress.objects.filter(user=user, email=found.email, verified=True)
        if not mine.update(verified=False):
            return 0
        _withdraw(user, found.email, clock.now())
        facts = {"address": found.email, "reason": str(reason)}
        note(Happening(Kind.ADDRESS_LAPSED, user.pk, facts), REGISTRY, clock)
        told = {"user": user.username, "reason": str(reason)}
        record(Event(Kind.ADDRESS_LAPSED, REGISTRY.name, REGISTRY.credential, facts=told), clock)
    return 1


def _withdraw(user: User, email: str, now: datetime) -> None:
    """See that nothing goes to an address, and that nothing which went there is of use."""
    Letter.objects.filter(to__iexact=email).delete()
    other = EmailAddress.objects.filter(user=user, verified=True).order_by("-primary", "pk").first()
    if other is not None and not other.primary:
        EmailAddress.objects.filter(user=user, primary=True).update(primary=False)
        EmailAddress.objects.filter(pk=other.pk).update(primary=True)
        User.objects.filter(pk=user.pk).update(email=other.email)
    # Links that set a new password hold the moment of the last sign-in: those that were mailed end.
    User.objects.filter(pk=user.pk).update(last_login=now)


def _take_up(now: datetime) -> None:
    known = set(ProvedAddress.objects.values_list("user_id", "email"))
    rows = EmailAddress.objects.filter(verified=True).values_list("user_id", "email")
    for user_id, email in rows.iterator():
        if (user_id, email.lower()) not in known:
            prove(user_id, email, now)


def _forget() -> None:
    still = EmailAddress.objects.filter(user=OuterRef("user"), email=OuterRef("email"))
    # What has lapsed is remembered: to remove an address and add it again would else prove it.
    ProvedAddress.objects.filter(~Exists(still), lapsed_at=None).delete()
    MailDomain.objects.filter(addresses=None).delete()
