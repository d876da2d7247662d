"""Groups of a company give roles and take them again, and touch no others."""

import pytest

from strongroom.core.actors import OPERATOR
from strongroom.core.coordinates import ProjectId
from strongroom.core.events import Kind
from strongroom.packages.catalog.changes import appoint, dismiss
from strongroom.packages.catalog.company import follow
from strongroom.packages.catalog.desk import Desk
from strongroom.packages.models import Project
from strongroom.people.access.grants import granted
from strongroom.people.access.groups import rules
from strongroom.people.access.roles import Role
from strongroom.people.models import CompanyGrant, CompanyIdentity, User
from strongroom.proof.ledger.events import newest_of
from strongroom.site.assembly import house
from tests.fakes.people import member

pytestmark = pytest.mark.django_db

CORE, WEB = ProjectId("pypi", "core"), ProjectId("pypi", "web-ui")
RULES = rules(["ops=administrator", "dev=maintainer:pypi:web-*", "dev=owner:pypi:core"])


@pytest.fixture
def desk() -> Desk:
    return house().desk


@pytest.fixture
def eve(desk: Desk) -> User:
    """Return somebody of the company, beside two projects."""
    now = desk.clock.now()
    for one in (CORE, WEB):
        named = {"key": one.key, "display": one.key, "similar": one.key}
        Project.objects.create(ecosystem="pypi", created_at=now, updated_at=now, **named)
    user = member("eve", desk.clock)
    CompanyIdentity.objects.create(user=user, issuer="i", subject="7", linked_at=now)
    return user


def held(user: User) -> tuple[bool, Role | None, Role | None]:
    """Return whether somebody is an administrator, and their roles in both projects."""
    return User.objects.get(pk=user.pk).admin, granted(user.pk, CORE), granted(user.pk, WEB)


def test_a_role_follows_its_rule(desk: Desk, eve: User) -> None:
    appoint(desk, OPERATOR, WEB, member("ann", desk.clock).username, Role.OWNER)
    follow(desk, eve, {"dev"}, rules(["dev=owner:pypi:web-ui"]))
    follow(desk, eve, {"dev"}, RULES)
    assert held(eve) == (False, Role.OWNER, Role.MAINTAINER)
    count = len(newest_of([Kind.ROLE_GRANTED], 99))
    follow(desk, eve, {"dev"}, RULES)
    assert len(newest_of([Kind.ROLE_GRANTED], 99)) == count


def test_what_others_gave_is_neither_changed_nor_taken(desk: Desk, eve: User) -> None:
    appoint(desk, OPERATOR, CORE, "eve", Role.MAINTAINER)
    User.objects.update(admin=True)
    follow(desk, eve, {"dev", "ops"}, RULES)
    dismiss(desk, OPERATOR, WEB, "eve")
    appoint(desk, OPERATOR, WEB, "eve", Role.OWNER)
    follow(desk, eve, set(), RULES)
    assert held(eve) == (True, Role.MAINTAINER, Role.OWNER)
    assert not CompanyGrant.objects.exists()


def test_the_last_owner_stays_until_there_is_another(desk: Desk, eve: User) -> None:
    follow(desk, eve, {"dev"}, RULES)
    follow(desk, eve, set(), RULES)
    assert held(eve) == (False, Role.OWNER, None)
    follow(desk, eve, {"dev"}, rules(["dev=maintainer:pypi:core"]))
    assert held(eve) == (False, Role.OWNER, None)
    appoint(desk, OPERATOR, CORE, member("ann", desk.clock).username, Role.OWNER)
    follow(desk, eve, set(), RULES)
    assert held(eve) == (False, None, None)
