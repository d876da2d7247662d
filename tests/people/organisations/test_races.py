"""Two at once, each in a thread and a connection: no organisation is left without owner."""

import threading
from collections.abc import Callable, Sequence

import pytest
from django.db import connection

from strongroom.core.actors import OPERATOR
from strongroom.core.errors import StrongroomError
from strongroom.people.access.roles import Rank
from strongroom.people.models import Membership
from strongroom.people.organisations import founding, members
from strongroom.people.organisations.founding import Manner, Plan
from tests.fakes.clocks import StoppedClock
from tests.fakes.people import member, sure
from tests.people.organisations.conftest import ACME, TERMS

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 5


def race(*acts: Callable[[], object]) -> Sequence[str]:
    """Do all acts at the same moment; returns the code of each one's refusal."""
    ready = threading.Barrier(len(acts))
    codes = [""] * len(acts)

    def run(place: int, act: Callable[[], object]) -> None:
        try:
            ready.wait(10)
            act()
        except StrongroomError as error:
            codes[place] = error.code
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return codes


@pytest.mark.parametrize("way", ["dismiss", "leave"])
def test_of_two_owners_who_go_at_once_one_stays(way: str) -> None:
    clock = StoppedClock()
    olga, oscar = (member(name, clock) for name in ("olga", "oscar"))
    founding.create(TERMS, sure(olga), Plan(ACME, Manner()), clock)
    for _ in range(ROUNDS):
        members.set_rank(OPERATOR, ACME, "oscar", Rank.OWNER, clock)
        members.set_rank(OPERATOR, ACME, "olga", Rank.OWNER, clock)
        if way == "dismiss":
            codes = race(
                lambda: members.dismiss(sure(olga), ACME, "oscar", clock),
                lambda: members.dismiss(sure(oscar), ACME, "olga", clock),
            )
        else:
            codes = race(
                lambda: members.leave(sure(olga), ACME, clock),
                lambda: members.leave(sure(oscar), ACME, clock),
            )
        refused = {"dismiss": "rank-missing", "leave": "organisation-last-owner"}[way]
        assert sorted(codes) == ["", refused]
        assert Membership.objects.filter(rank=Rank.OWNER).count() == 1
