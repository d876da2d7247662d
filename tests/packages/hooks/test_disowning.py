""" "This was not me": hooks that were made since are told nothing more."""

from datetime import timedelta

from strongroom.core.actors import OPERATOR
from strongroom.core.events import Kind
from strongroom.packages.hooks import changes
from strongroom.packages.hooks.disowning import disown
from strongroom.packages.models import Hook
from strongroom.people.accounts.notices import Happening, note
from strongroom.people.affairs.disavowal import disavow
from strongroom.proof.ledger.events import newest_of
from tests.packages.hooks.conftest import PARCEL, Tower

HOUR = timedelta(hours=1)


def states() -> list[str]:
    return list(Hook.objects.order_by("pk").values_list("state", flat=True))


def stolen(tower: Tower) -> int:
    """Have somebody sign in as alice; returns the line of her log."""
    tower.bench.clock.forward(HOUR)
    told = Happening(Kind.SIGNED_IN, tower.alice.user_id or 0)
    return note(told, tower.alice, tower.bench.clock)


def disowned(tower: Tower, line: int) -> None:
    tower.bench.clock.forward(HOUR)
    disavow(line, tower.alice, tower.bench.clock, (disown,))


def test_hooks_that_were_made_since_hear_nothing_more(tower: Tower) -> None:
    tower.hook()
    line = stolen(tower)
    thief = tower.hook().hook
    tower.publish("2.0")
    disowned(tower, line)
    assert states() == ["on", "disowned"]
    assert len(tower.work()) == 1
    (told,) = newest_of([Kind.HOOK_SWITCHED_OFF], 9)
    assert told.event.facts["hook"] == thief.handle


def test_a_hook_whose_secret_was_asked_for_since_is_worth_nothing(tower: Tower) -> None:
    handle = tower.hook().hook.handle
    line = stolen(tower)
    changes.renew(tower.herald, tower.alice, PARCEL, handle)
    disowned(tower, line)
    assert states() == ["disowned"]


def test_what_others_made_stays(tower: Tower) -> None:
    line = stolen(tower)
    tower.hook(by=OPERATOR)
    disowned(tower, line)
    assert states() == ["on"]


def test_what_was_made_after_a_disavowal_stays_when_an_older_line_is_disowned(
    tower: Tower,
) -> None:
    older, newer = stolen(tower), stolen(tower)
    disowned(tower, newer)
    tower.bench.clock.forward(HOUR)
    tower.hook()
    disowned(tower, older)
    assert states() == ["on"]
