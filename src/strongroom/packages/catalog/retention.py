"""Which pre-releases rules of retention let go. Pure: a listing and a moment in, releases out.

A rule never takes a final release: whoever installed it expects to get it again. Nor does it take

- a yanked release: that one who pins it still gets it is what somebody decided by yanking it;
- the release that stands for its project, which is what readers of its page see;
- what is younger than a day: its files may still be coming in, and a version goes only once;
- anything of a quarantined project: it is evidence.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from strongroom.core.ecosystem import Listing, ReleaseListing, chosen
from strongroom.core.errors import InvalidError

YOUNG = timedelta(days=1)
MOST_KEPT = 10_000
MOST_DAYS = 36_500


@dataclass(frozen=True, slots=True)
class Rules:
    """How many of the newest pre-releases stay, and for how many days one that a final followed.

    0 in a field: that rule is none.
    """

    keep_prereleases: int = 0
    prerelease_days: int = 0

    def __bool__(self) -> bool:
        """Say whether there is any rule."""
        return bool(self.keep_prereleases or self.prerelease_days)


NO_RULES = Rules()


@dataclass(frozen=True, slots=True)
class Due:
    """A release that a rule lets go: the rule as a setting is written, and why in words."""

    release: ReleaseListing
    rule: str
    why: str


def checked(rules: Rules) -> Rules:
    """Return rules that are possible, or raise InvalidError."""
    bounds = ((rules.keep_prereleases, MOST_KEPT), (rules.prerelease_days, MOST_DAYS))
    if any(not 0 <= value <= most for value, most in bounds):
        raise InvalidError(
            "retention-invalid",
            f"A rule of retention keeps 0 to {MOST_KEPT} pre-releases, or for 0 to {MOST_DAYS}"
            " days.",
            "Give a number in these bounds; 0 is no rule.",
        )
    return rules


def due(listing: Listing, rules: Rules, now: datetime) -> tuple[Due, ...]:
    """Return what rules let go of a project at a moment, oldest version first."""
    if listing.status == "quarantined":
        return ()
    standing = chosen(listing.releases)
    return tuple(
        one
        for one in _let_go(listing, rules, now)
        if one.release is not standing and one.release.published_at <= now - YOUNG
    )[::-1]


def _let_go(listing: Listing, rules: Rules, now: datetime) -> Iterator[Due]:
    seen, final = 0, ""
    for release in listing.releases:  # newest version first
        if release.yanked is not None:
            continue
        if not release.version.prerelease:
            final = release.version.display
            continue
        seen += 1
        age = now - release.published_at
        if rules.keep_prereleases and seen > rules.keep_prereleases:
            yield Due(
                release,
                f"keep_prereleases={rules.keep_prereleases}",
                f"{rules.keep_prereleases} newer pre-releases stay",
            )
        elif final and rules.prerelease_days and age >= timedelta(days=rules.prerelease_days):
            yield Due(
                release,
                f"prerelease_days={rules.prerelease_days}",
                f"{final} followed it, and it is {age.days} days old",
            )
