"""Rules of retention, as functions of a listing and a moment."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strongroom.core.coordinates import Name, ProjectId, Version
from strongroom.core.ecosystem import Listing, ReleaseListing, chosen
from strongroom.core.errors import InvalidError
from strongroom.packages.catalog.retention import (
    MOST_DAYS,
    MOST_KEPT,
    NO_RULES,
    YOUNG,
    Rules,
    checked,
    due,
)
from tests.fakes.clocks import NOON
from tests.fakes.ecosystems import Boxes


def release(version: str, days_old: float = 100, yanked: str | None = None) -> ReleaseListing:
    return ReleaseListing(
        version=Boxes().version(version),
        published_at=NOON - timedelta(days=days_old),
        summary="",
        description="",
        description_type="",
        metadata={},
        files=(),
        yanked=yanked,
    )


def project(*releases: ReleaseListing, status: str = "active") -> Listing:
    by_key = {one.version.key: one for one in releases}
    ordered = Boxes().newest_first(one.version for one in releases)
    return Listing(
        project=ProjectId("box", "parcel"),
        name=Name("parcel", "parcel", "parcel"),
        status=status,
        status_reason="",
        serial=1,
        created_at=NOON,
        releases=tuple(by_key[version.key] for version in ordered),
    )


def going(shown: Listing, rules: Rules, now: datetime = NOON) -> list[str]:
    return [one.release.version.key for one in due(shown, rules, now)]


BETAS = [release(f"{number}.0rc") for number in range(1, 7)]


def test_without_a_rule_nothing_goes() -> None:
    assert not NO_RULES
    assert going(project(*BETAS, release("9.0")), NO_RULES) == []


def test_the_newest_pre_releases_stay_and_the_oldest_go_first() -> None:
    assert going(project(*BETAS), Rules(keep_prereleases=4)) == ["1.0rc", "2.0rc"]
    assert going(project(*BETAS), Rules(keep_prereleases=6)) == []


def test_why_one_goes_is_told_by_its_rule_and_in_words() -> None:
    kept = due(project(*BETAS), Rules(keep_prereleases=5), NOON)
    assert [(one.rule, one.why) for one in kept] == [
        ("keep_prereleases=5", "5 newer pre-releases stay")
    ]
    followed = due(project(release("1.0rc", 40), release("1.0")), Rules(prerelease_days=30), NOON)
    assert [(one.rule, one.why) for one in followed] == [
        ("prerelease_days=30", "1.0 followed it, and it is 40 days old")
    ]


def test_a_pre_release_goes_by_age_only_once_a_final_has_followed() -> None:
    rules = Rules(prerelease_days=30)
    assert going(project(release("1.0rc")), rules) == []
    assert going(project(release("2.0rc"), release("1.0")), rules) == []
    assert going(project(release("1.0rc"), release("1.0")), rules) == ["1.0rc"]
    assert going(project(release("1.0rc"), release("1.1")), rules) == ["1.0rc"]


def test_it_goes_on_the_day_that_the_rule_says_and_not_before() -> None:
    shown = project(release("1.0rc", 0), release("1.0", 0))
    rules = Rules(prerelease_days=30)
    assert going(shown, rules, NOON + timedelta(days=30, seconds=-1)) == []
    assert going(shown, rules, NOON + timedelta(days=30)) == ["1.0rc"]


def test_a_final_that_was_yanked_has_followed_nothing() -> None:
    shown = project(release("1.0rc"), release("1.0", yanked="broken"))
    assert going(shown, Rules(prerelease_days=30)) == []


def test_a_yanked_pre_release_stays_and_takes_no_other_ones_place() -> None:
    shown = project(*BETAS[:-1], replace(BETAS[-1], yanked=""))
    assert going(shown, Rules(keep_prereleases=4)) == ["1.0rc"]


def test_what_stands_for_its_project_stays() -> None:
    newest = replace(release("2.0rc"), yanked="")
    shown = project(release("1.0rc"), newest)
    assert going(shown, Rules(keep_prereleases=1)) == []
    final = release("3.0", yanked="broken")
    shown = project(release("1.0rc"), final)
    assert going(shown, Rules(keep_prereleases=1, prerelease_days=1)) == []


def test_what_is_younger_than_a_day_stays() -> None:
    fresh = [release(f"{number}.0rc", 0) for number in range(1, 4)]
    rules = Rules(keep_prereleases=1)
    assert going(project(*fresh), rules, NOON + YOUNG - timedelta(seconds=1)) == []
    assert going(project(*fresh), rules, NOON + YOUNG) == ["1.0rc", "2.0rc"]


def test_nothing_of_a_quarantined_project_goes() -> None:
    assert going(project(*BETAS, status="quarantined"), Rules(keep_prereleases=1)) == []


@pytest.mark.parametrize(
    "rules", [Rules(-1), Rules(0, -1), Rules(MOST_KEPT + 1), Rules(0, MOST_DAYS + 1)]
)
def test_rules_out_of_bounds_are_refused(rules: Rules) -> None:
    with pytest.raises(InvalidError) as caught:
        checked(rules)
    assert caught.value.code == "retention-invalid"


def test_rules_at_the_bounds_are_rules() -> None:
    widest = Rules(MOST_KEPT, MOST_DAYS)
    assert checked(widest) is widest


RELEASES = st.lists(
    st.builds(
        release,
        st.integers(0, 30).flatmap(
            lambda number: st.sampled_from([f"{number}.0", f"{number}.0rc"])
        ),
        st.floats(0, 400),
        st.sampled_from([None, "", "broken"]),
    ),
    max_size=25,
    unique_by=lambda one: one.version.key,
)
ANY_RULES = st.builds(Rules, st.integers(0, 5), st.integers(0, 100))


@given(RELEASES, ANY_RULES, st.sampled_from(["active", "archived", "deprecated", "quarantined"]))
def test_whatever_the_rules_what_must_stay_stays(
    releases: list[ReleaseListing], rules: Rules, status: str
) -> None:
    shown = project(*releases, status=status)
    gone = [one.release for one in due(shown, rules, NOON)]
    assert all(one.version.prerelease and one.yanked is None for one in gone)
    assert chosen(shown.releases) not in gone
    assert all(one.published_at <= NOON - YOUNG for one in gone)
    assert not gone or (rules and status != "quarantined")


@given(RELEASES, ANY_RULES)
def test_carried_out_at_once_nothing_is_left_to_go(
    releases: list[ReleaseListing], rules: Rules
) -> None:
    shown = project(*releases)
    gone = {one.release.version.key for one in due(shown, rules, NOON)}
    rest = tuple(one for one in shown.releases if one.version.key not in gone)
    assert due(replace(shown, releases=rest), rules, NOON) == ()


@given(RELEASES, ANY_RULES, st.integers(0, 300))
def test_what_goes_today_would_go_tomorrow(
    releases: list[ReleaseListing], rules: Rules, days: int
) -> None:
    shown = project(*releases)
    assert set(going(shown, rules)) <= set(going(shown, rules, NOON + timedelta(days=days)))


def test_a_version_that_no_rule_knows_is_of_no_interest() -> None:
    odd = replace(release("1.0"), version=Version("1.0", "1.0"))
    assert going(project(odd), Rules(1, 1)) == []
