"""What the company's directory may do to accounts, by the rows."""

import pytest

from strongroom.core.coordinates import ProjectId
from strongroom.core.errors import ConflictError, NotFoundError
from strongroom.people.access.grants import grant
from strongroom.people.access.roles import Role
from strongroom.people.models import DirectoryEntry, Grant, User
from strongroom.people.oversight import directory
from strongroom.people.oversight.directory import Sought, Wish
from tests.people.oversight.conftest import Staff

OURS = frozenset({"example.org"})
NOBODYS: frozenset[str] = frozenset()
PARCEL = ProjectId("pypi", "parcel")


def test_an_owner_who_left_is_closed_at_once_and_all_administrators_know(
    staff: Staff, ann: User
) -> None:
    grant(ann.pk, PARCEL, Role.OWNER, staff.bureau.clock)
    person = directory.change(staff.bureau.office, OURS, ann.pk, Wish(active=False))
    assert not person.active
    assert Grant.objects.get(user=ann).role == Role.OWNER
    assert "Strongroom: account ann is closed" in staff.bureau.told("ida@example.org")


def test_without_domains_only_linked_accounts_are_seen(staff: Staff, ann: User) -> None:
    assert directory.listed(NOBODYS, Sought(), 0, 9) == (0, ())
    with pytest.raises(NotFoundError):
        directory.change(staff.bureau.office, NOBODYS, ann.pk, Wish(active=False))
    DirectoryEntry.objects.create(user=ann, user_name="ann")
    assert directory.find(NOBODYS, ann.pk).name == "ann"


def test_a_name_in_the_directory_is_one_persons(staff: Staff, ann: User) -> None:
    office = staff.bureau.office
    directory.change(office, OURS, staff.ida.pk, Wish(user_name="Shared", external_id="1"))
    with pytest.raises(ConflictError) as refusal:
        directory.change(office, OURS, ann.pk, Wish(user_name="shared"))
    assert refusal.value.code == "directory-user-exists"
    assert not DirectoryEntry.objects.filter(user=ann).exists()
    renamed = directory.change(office, OURS, staff.ida.pk, Wish(user_name="SHARED"))
    assert (renamed.user_name, renamed.external_id) == ("SHARED", "1")
    assert directory.listed(OURS, Sought(user_name="shared"), 0, 9) == (1, (renamed,))


def test_what_was_deleted_is_heard_of_no_more(staff: Staff, ann: User) -> None:
    office = staff.bureau.office
    directory.remove(office, OURS, ann.pk)
    ann.refresh_from_db()
    assert not ann.is_active
    assert directory.listed(OURS, Sought(number=ann.pk), 0, 9) == (0, ())
    with pytest.raises(NotFoundError):
        directory.remove(office, OURS, ann.pk)
