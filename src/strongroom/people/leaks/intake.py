"""Taking a report: whose is it, is it theirs, was it taken before? Then what follows on it.

1. Each source may try so often; what turns out genuine is not counted.
2. The proof before the content: of a report that nobody vouches for not a byte is read, so its
   sender learns nothing of which tokens exist, from the answer or from how long it takes.
3. All that is wrong with a proof is told in one sentence.
"""

import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from strongroom.core.actors import REGISTRY
from strongroom.core.errors import ForbiddenError, NotFoundError, TooOftenError
from strongroom.people.accounts import counters, guesses
from strongroom.people.accounts.limits import SOURCE
from strongroom.people.leaks.acts import Finder, Judged, Tell, disclosed
from strongroom.people.leaks.partners import Partner
from strongroom.people.leaks.reports import Dated, Found, dated, listed
from strongroom.people.leaks.signatures import Key, Shared, is_signed

T = TypeVar("T")

GITHUB, GITLAB = "github", "gitlab"
WINDOW = 300  # seconds that a dated report may be from our clock, either way
_NOBODY = Shared(b"no reporter has this name, and none signs by this".ljust(64, b"."))


@dataclass(frozen=True, slots=True)
class Signed:
    """A report as it came: its bytes, by whose key it says to be signed, how, and from where."""

    body: bytes = field(repr=False)
    key: str
    signature: str
    source: str


@dataclass(frozen=True, slots=True)
class Intake:
    """Whose reports are taken: a partner's, a GitLab's that has our secret, those of reporters."""

    tell: Tell
    partner: Partner | None = None
    gitlab: bytes | None = field(default=None, repr=False)
    reporters: Mapping[str, Key] = field(default_factory=dict)

    def by_partner(self, report: Signed) -> tuple[Judged, ...]:
        """Take a report of GitHub's secret scanning partner program."""
        partner = _there(self.partner)

        def proved() -> bool:
            key = partner.key(report.key, self._now())
            return is_signed(report.body, report.signature, key or _NOBODY) and key is not None

        self._prove(report.source, proved)
        return self._disclosed(listed(report.body, "url"), GITHUB)

    def by_gitlab(self, body: bytes, secret: str, source: str) -> tuple[Judged, ...]:
        """Take a report of a GitLab instance (its token revocation API)."""
        self.greet_gitlab(secret, source)
        found = listed(body, "location")
        # A receiver of its partner program is told `url` instead.
        told = found if any(one.where for one in found) else listed(body, "url")
        return self._disclosed(told, GITLAB)

    def greet_gitlab(self, secret: str, source: str) -> None:
        """Return if somebody knows the secret that a GitLab instance was given, else raise."""
        known = _there(self.gitlab)
        self._prove(source, lambda: hmac.compare_digest(_digest(secret.encode()), _digest(known)))

    def by_reporter(self, report: Signed) -> tuple[Judged, ...]:
        """Take a report of somebody whose key the operator has named."""
        reporters = _there(self.reporters)
        key = reporters.get(report.key)

        def proved() -> bool:
            return is_signed(report.body, report.signature, key or _NOBODY) and key is not None

        self._prove(report.source, proved)
        said = dated(report.body)
        if not self._is_new(said, report.key):
            raise _refused()
        return self._disclosed(said.found, report.key)

    def _prove(self, source: str, proved: Callable[[], bool]) -> None:
        now = self._now()
        watched = (guesses.Watched(f"report:{source}", SOURCE),)
        try:
            guesses.take(watched, now)
        except TooOftenError as error:
            raise TooOftenError(
                "report-too-often",
                "There were too many reports from here that nobody vouches for.",
                "Wait, and send the report again.",
                retry_after=error.retry_after,
            ) from None
        if not proved():
            raise _refused()
        guesses.give_back(watched, now)

    def _is_new(self, said: Dated, name: str) -> bool:
        now = self._now()
        if abs(said.made_at - now) > WINDOW:
            return False
        digest = _digest(f"{name} {said.nonce}".encode()).hex()
        # One of the future could come again for twice that long, the last second included.
        return counters.add(f"leak-nonce:{digest}", 1, now + 2 * WINDOW + 1, now)

    def _disclosed(self, found: tuple[Found, ...], name: str) -> tuple[Judged, ...]:
        return disclosed(found, Finder(name, REGISTRY), self.tell)

    def _now(self) -> float:
        return self.tell.clock.now().timestamp()


def _there(whom: T | None) -> T:
    if not whom:
        raise NotFoundError(
            "reports-not-taken",
            "Reports of this kind are not taken here.",
            "The operator can set up secret scanning.",
        )
    return whom


def _digest(secret: bytes) -> bytes:
    return hashlib.sha256(secret).digest()


def _refused() -> ForbiddenError:
    return ForbiddenError(
        "report-not-genuine",
        "Nobody vouches for this report, or it was sent before.",
        "Sign it with a key that this registry knows, with the time of now and a new nonce.",
    )
