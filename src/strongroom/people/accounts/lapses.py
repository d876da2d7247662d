"""Whether a mail domain has been given up, judged by what DNS and its registry say. Pure.

Whoever registers a domain that somebody gave up reads the mail of its addresses, and with it every
code and link that is mailed there. To take an address from an account by mistake locks people out,
so a domain lapses only by two findings that lie a day apart with no good one between them, and what
could not be asked says nothing. That a domain was registered anew needs no second finding: its
registry gives the date, and it does not come back from that.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

APART = timedelta(days=1)
# Clocks of registries and ours differ. Nobody loses a domain and registers it anew within a day:
# before that it is in redemption for weeks.
SKEW = timedelta(days=1)


class Mail(StrEnum):
    """What DNS says of a domain's mail."""

    TAKEN = "taken"  # it has servers of mail, or an address, which is one (RFC 5321, 5.1)
    REFUSED = "refused"  # it has neither, or a null MX (RFC 7505)
    NO_NAME = "no-name"  # there is no such name
    UNKNOWN = "unknown"  # nobody could be asked


class Held(StrEnum):
    """What its registry says of a domain."""

    REGISTERED = "registered"
    ENDING = "ending"  # in redemption, or about to be deleted
    STOPPED = "stopped"  # registrar or registry hold it back from DNS
    ABSENT = "absent"  # the registry knows no such domain
    UNKNOWN = "unknown"  # it could not be asked, or has no server to ask
    UNASKED = "unasked"  # nobody is to be asked


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found of a domain at a moment; `registered_at` is None where nobody says it."""

    at: datetime
    mail: Mail
    held: Held
    registered_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is made of a domain: since when it is in doubt, and whether it has lapsed."""

    doubted_since: datetime | None
    lapsed: bool


def judge(doubted_since: datetime | None, finding: Finding) -> Verdict:
    """Judge a domain by a finding, and by since when it was in doubt before."""
    if _is_good(finding):
        return Verdict(None, lapsed=False)
    if not _is_bad(finding):
        return Verdict(doubted_since, lapsed=False)
    since = finding.at if doubted_since is None else doubted_since
    return Verdict(since, lapsed=finding.at - since >= APART)


def is_anothers(finding: Finding, proved_at: datetime) -> bool:
    """Say whether the domain was registered anew after an address of it was proved."""
    registered = finding.registered_at
    # A date that is yet to come is none.
    return registered is not None and proved_at + SKEW < registered <= finding.at + SKEW


def _is_good(finding: Finding) -> bool:
    return finding.mail is Mail.TAKEN and finding.held not in {Held.ENDING, Held.STOPPED}


def _is_bad(finding: Finding) -> bool:
    # That a registry does not know a domain whose mail arrives says more of the registry's server.
    return (
        finding.mail in {Mail.REFUSED, Mail.NO_NAME}
        or finding.held in {Held.ENDING, Held.STOPPED}
        or (finding.held is Held.ABSENT and finding.mail is not Mail.TAKEN)
    )
