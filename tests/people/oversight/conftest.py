"""An office, its administrators, and ways to act as one who has just shown a key."""

from dataclasses import dataclass, replace

import pytest

from strongroom.core.actors import Actor
from strongroom.core.events import Kind
from strongroom.people.models import User
from strongroom.proof.ledger.events import since
from tests.fakes.offices import Bureau
from tests.fakes.people import member, sure


@dataclass
class Staff:
    """Administrators at an office."""

    bureau: Bureau
    ida: User
    max: User

    def act(self, user: User) -> Actor:
        return replace(sure(user), proved_at=self.bureau.clock.now())

    def kinds(self) -> list[Kind]:
        kinds = [one.event.kind for one in since(0, 100)]
        return [one for one in kinds if one is not Kind.USER_CREATED]


@pytest.fixture
def staff(db: None) -> Staff:
    bureau = Bureau()
    ida, other = (member(name, bureau.clock, admin=True) for name in ("ida", "max"))
    return Staff(bureau, ida, other)


@pytest.fixture
def ann(staff: Staff) -> User:
    return member("ann", staff.bureau.clock)
