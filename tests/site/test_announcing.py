"""Whose project will be critical is told at every verified address, in time."""

from dataclasses import replace
from datetime import UTC, datetime

from allauth.account.models import EmailAddress

from strongroom.core.coordinates import ProjectId
from strongroom.packages.models import Project
from strongroom.people.access.grants import grant
from strongroom.people.access.roles import Role
from strongroom.people.accounts.letters import Written
from strongroom.site import work
from strongroom.site.announcing import announce
from strongroom.site.assembly import house
from tests.fakes.registry import Registry

PARCEL = ProjectId("pypi", "parcel")
AT = datetime(2026, 12, 5, 12, tzinfo=UTC)


def announced(row: Project) -> list[Written]:
    written: list[Written] = []
    announce(written.append, "http://registry.test", "Boxes")(row)
    return written


def test_all_people_are_told_at_all_their_addresses(registry: Registry) -> None:
    registry.publish("parcel", "1.0")
    bob = registry.user("bob")
    grant(bob.pk, PARCEL, Role.MAINTAINER, registry.clock)
    EmailAddress.objects.create(user=bob, email="b@example.net", verified=True)
    EmailAddress.objects.create(user=bob, email="new@example.net", verified=False)
    row = Project.objects.get()
    row.critical_at = AT
    written = announced(row)
    assert [one.to for one in written] == [
        "alice@example.org",
        "bob@example.org",
        "b@example.net",
    ]
    assert written[0].subject == "parcel will be critical on Boxes"
    assert "from 2026-12-05 12:00 UTC on" in written[0].text
    assert "http://registry.test/account/security/" in written[0].text


def test_nothing_is_told_of_a_project_without_a_day(registry: Registry) -> None:
    registry.publish("parcel", "1.0")
    assert announced(Project.objects.get()) == []


def test_the_house_says_from_where_on_projects_are_critical(registry: Registry) -> None:
    configuration = replace(registry.house.configuration, critical_share=3, critical_grace_days=2)
    bounds = replace(registry.house, configuration=configuration).bounds
    assert (bounds.share, bounds.dependents, bounds.grace.days) == (3, 100, 2)


def test_the_job_counts_whatever_there_is(registry: Registry) -> None:
    assert house().bounds.share
    work.judge_criticality.func()
    assert not Project.objects.exclude(critical="none").exists()
