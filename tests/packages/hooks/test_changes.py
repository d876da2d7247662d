"""Setting webhooks up: by whom, how many, and what is told of it."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from strongroom.core.actors import OPERATOR, Action, Actor, Assurance, Reach
from strongroom.core.coordinates import ProjectId
from strongroom.core.errors import ConflictError, ForbiddenError, NotFoundError, StrongroomError
from strongroom.core.events import Kind
from strongroom.packages.hooks import changes
from strongroom.packages.hooks.rows import SHOWN, Place, deliveries_of, find, hooks_of
from strongroom.packages.hooks.rules import MOST, OVERLAP
from strongroom.packages.models import Delivery, Hook
from strongroom.people.access.grants import grant
from strongroom.people.access.roles import Role
from strongroom.people.accounts.notices import log
from strongroom.proof.ledger.events import last_serial, newest_of, since
from tests.packages.hooks.conftest import PARCEL, Tower
from tests.packages.hooks.test_delivering import is_signed

TWINE = ProjectId("box", "twine")
ACTS: dict[str, Callable[[Tower, Actor, Place, str], object]] = {
    "list": lambda _tower, actor, place, _handle: hooks_of(actor, place),
    "find": lambda _tower, actor, place, handle: find(actor, place, handle),
    "create": lambda tower, actor, place, _handle: tower.hook(place, by=actor),
    "renew": lambda tower, actor, place, handle: changes.renew(tower.herald, actor, place, handle),
    "switch": lambda tower, actor, place, handle: changes.switch(
        tower.herald, actor, place, handle, on=False
    ),
    "remove": lambda tower, actor, place, handle: changes.remove(
        tower.herald, actor, place, handle
    ),
    "try": lambda tower, actor, place, handle: changes.try_out(tower.herald, actor, place, handle),
    "again": lambda tower, actor, place, handle: changes.again(
        tower.herald, actor, place, handle, "msg_x"
    ),
}
OF_ONE = sorted(set(ACTS) - {"list", "create"})


def refusal(act: Callable[[], object]) -> str:
    with pytest.raises(StrongroomError) as caught:
        act()
    return caught.value.code


@pytest.mark.parametrize("act", ACTS)
def test_only_who_configures_a_project_has_to_do_with_its_hooks(tower: Tower, act: str) -> None:
    handle = tower.hook().hook.handle
    bob = tower.bench.person("bob")
    grant(bob.user_id or 0, PARCEL, Role.MAINTAINER, tower.bench.clock)
    scoped = replace(
        tower.alice, credential="token 1", reach=Reach(actions=frozenset({Action.UPLOAD}))
    )
    weak = replace(tower.alice, assurance=Assurance.SINGLE_FACTOR)
    before = last_serial()
    codes = [
        refusal(lambda actor=actor: ACTS[act](tower, actor, PARCEL, handle))  # type: ignore[misc]
        for actor in (bob, scoped, weak)
    ]
    assert codes == ["role-missing", "token-out-of-scope", "mfa-needed"]
    assert last_serial() == before


@pytest.mark.parametrize("act", ACTS)
def test_only_administrators_in_person_have_to_do_with_those_of_the_registry(
    tower: Tower, act: str
) -> None:
    boss = tower.bench.person("boss", admin=True)
    handle = tower.hook(None, by=boss).hook.handle
    token = replace(boss, credential="token 1", reach=Reach(actions=frozenset(Action)))
    for actor in (tower.alice, token):
        assert refusal(lambda actor=actor: ACTS[act](tower, actor, None, handle)) == (  # type: ignore[misc]
            "not-an-administrator"
        )


@pytest.mark.parametrize("act", OF_ONE)
def test_a_hook_of_another_project_is_not_found(tower: Tower, act: str) -> None:
    bob = tower.bench.person("bob")
    tower.bench.publish(bob, "twine", "1.0")
    handle = tower.hook().hook.handle
    assert refusal(lambda: ACTS[act](tower, bob, TWINE, handle)) == "no-such-hook"
    assert refusal(lambda: ACTS[act](tower, OPERATOR, None, handle)) == "no-such-hook"


def test_who_may_not_learns_nothing_of_an_address(tower: Tower) -> None:
    bob = tower.bench.person("bob")
    for url in ("nonsense", "https://10.0.0.1/", "https://example.org/"):
        assert refusal(lambda url=url: tower.hook(url=url, by=bob)) == "role-missing"  # type: ignore[misc]


def test_a_new_hook_is_an_event_without_address_and_a_line_of_its_makers_log(
    tower: Tower,
) -> None:
    made = tower.hook(PARCEL, "file-published", "release-yanked")
    (told,) = newest_of([Kind.HOOK_CREATED], 9)
    assert told.event.facts == {"hook": made.hook.handle, "host": "127.0.0.1"}
    assert (told.event.actor, told.event.project) == ("alice", PARCEL)
    assert made.hook.kinds == ["file-published", "release-yanked"]
    line = log(tower.alice.user_id or 0, None, 1)[0]
    assert (line.kind, line.facts["project"]) == (Kind.HOOK_CREATED, "parcel")
    assert hooks_of(tower.alice, PARCEL) == (made.hook,)


def test_the_operator_makes_hooks_too_and_is_nobodys_log(tower: Tower) -> None:
    made = tower.hook(None, by=OPERATOR)
    assert made.hook.maker_id is None
    assert newest_of([Kind.HOOK_CREATED], 9)[0].event.project is None


def test_a_place_has_only_so_many_hooks(tower: Tower) -> None:
    for _ in range(MOST):
        tower.hook()
    assert refusal(tower.hook) == "hooks-too-many"
    assert tower.hook(None, by=OPERATOR).hook.project == ""


def test_a_new_secret_and_the_former_both_sign_for_a_day(tower: Tower) -> None:
    old = tower.hook()
    new = changes.renew(tower.herald, tower.alice, PARCEL, old.hook.handle)
    tower.publish("2.0")
    (post,) = tower.work()
    assert (is_signed(post, old.secret), is_signed(post, new.secret)) == (True, True)
    tower.bench.clock.forward(OVERLAP)
    tower.publish("3.0")
    (post,) = tower.work()
    assert (is_signed(post, old.secret), is_signed(post, new.secret)) == (False, True)
    assert len(newest_of([Kind.HOOK_RENEWED], 9)) == 1


def test_of_former_secrets_the_last_alone_signs(tower: Tower) -> None:
    first = tower.hook()
    for _ in range(2):
        changes.renew(tower.herald, tower.alice, PARCEL, first.hook.handle)
    tower.publish("2.0")
    (post,) = tower.work()
    assert not is_signed(post, first.secret)
    assert len(post.headers["webhook-signature"].split(" ")) == 2


def test_what_happens_while_a_hook_is_off_is_not_sent_afterwards(tower: Tower) -> None:
    handle = tower.hook().hook.handle
    tower.publish("2.0")
    changes.switch(tower.herald, tower.alice, PARCEL, handle, on=False)
    tower.publish("3.0")
    assert tower.work() == []
    changes.switch(tower.herald, tower.alice, PARCEL, handle, on=True)
    tower.publish("4.0")
    (post,) = tower.work()
    assert json.loads(post.body)["data"]["version"] == "4.0"
    kinds = [one.event.kind for one in since(0, 99)]
    assert kinds.count(Kind.HOOK_SWITCHED_OFF) == kinds.count(Kind.HOOK_SWITCHED_ON) == 1


def test_switching_to_what_is_so_is_no_event(tower: Tower) -> None:
    handle = tower.hook().hook.handle
    before = last_serial()
    changes.switch(tower.herald, tower.alice, PARCEL, handle, on=True)
    assert last_serial() == before


def test_a_hook_that_is_removed_is_gone_with_all_that_is_known_of_it(tower: Tower) -> None:
    handle = tower.hook().hook.handle
    tower.publish("2.0")
    tower.work()
    changes.remove(tower.herald, tower.alice, PARCEL, handle)
    assert not Hook.objects.exists()
    assert not Delivery.objects.exists()
    assert newest_of([Kind.HOOK_REMOVED], 1)[0].event.facts["hook"] == handle


def test_a_trial_is_sent_and_tells_nothing(tower: Tower) -> None:
    made = tower.hook()
    changes.try_out(tower.herald, tower.alice, PARCEL, made.hook.handle)
    with pytest.raises(ConflictError):
        changes.try_out(tower.herald, tower.alice, PARCEL, made.hook.handle)
    (post,) = tower.work()
    assert is_signed(post, made.secret)
    assert json.loads(post.body)["type"] == "test"


def test_a_trial_goes_out_at_once_though_the_server_failed_before(tower: Tower) -> None:
    handle = tower.hook().hook.handle
    tower.publish("2.0")
    tower.receiver.status = 500
    tower.work()
    tower.receiver.status = 200
    changes.try_out(tower.herald, tower.alice, PARCEL, handle)
    (post,) = tower.work()
    assert json.loads(post.body)["type"] == "test"


def test_what_was_delivered_or_given_up_can_be_sent_again_under_its_id(tower: Tower) -> None:
    handle = tower.hook().hook.handle
    tower.publish("2.0")
    (first,) = tower.work()
    tower.bench.clock.forward(timedelta(days=20))
    message = first.headers["webhook-id"]
    changes.again(tower.herald, tower.alice, PARCEL, handle, message)
    (second,) = tower.work()
    assert (second.headers["webhook-id"], second.body) == (message, first.body)
    with pytest.raises(NotFoundError):
        changes.again(tower.herald, tower.alice, PARCEL, handle, "msg_of_another")


def test_nothing_is_tried_out_or_repeated_at_a_hook_that_is_off(tower: Tower) -> None:
    handle = tower.hook().hook.handle
    changes.switch(tower.herald, tower.alice, PARCEL, handle, on=False)
    for act in ("try", "again"):
        assert refusal(lambda act=act: ACTS[act](tower, tower.alice, PARCEL, handle)) == "hook-off"  # type: ignore[misc]


@pytest.mark.parametrize("act", ["renew", "switch"])
def test_a_disowned_hook_can_only_be_removed(tower: Tower, act: str) -> None:
    handle = tower.hook().hook.handle
    Hook.objects.update(state="disowned")
    assert refusal(lambda: ACTS[act](tower, tower.alice, PARCEL, handle)) == "hook-disowned"
    changes.remove(tower.herald, tower.alice, PARCEL, handle)


def test_the_newest_deliveries_are_shown(tower: Tower) -> None:
    hook, now = tower.hook().hook, tower.bench.clock.now()
    Delivery.objects.bulk_create(
        Delivery(hook=hook, message=f"m{n}", serial=n, made_at=now, wanted_at=now, next_try_at=now)
        for n in range(SHOWN + 1)
    )
    shown = [one.serial for one in deliveries_of(hook)]
    assert shown == list(range(SHOWN, 0, -1))


def test_forbidden_is_what_all_refusals_of_rights_are(tower: Tower) -> None:
    with pytest.raises(ForbiddenError):
        tower.hook(by=tower.bench.person("bob"))
