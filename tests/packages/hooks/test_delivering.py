"""Delivering to a real server: what is sent, what of its answer is kept, when it is left alone."""

import base64
import hmac
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from strongroom.core.actors import OPERATOR
from strongroom.core.events import Kind
from strongroom.packages.hooks import changes, delivering, matching
from strongroom.packages.hooks.rules import KEPT, OFF_AFTER, TRIED_FOR
from strongroom.packages.models import Delivery, Hook, Project
from strongroom.people.access.grants import grant, take
from strongroom.people.access.roles import Role
from strongroom.people.accounts.notices import log
from strongroom.proof.ledger.events import newest_of
from strongroom.stores.addresses import networks
from strongroom.stores.outside import Outside
from tests.fakes.receivers import Post, receiving
from tests.fakes.streams import logged
from tests.packages.hooks.conftest import PARCEL, Tower

HOUR = timedelta(hours=1)


def is_signed(post: Post, secret: str) -> bool:
    """Verify as a receiver does."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{post.headers['webhook-id']}.{post.headers['webhook-timestamp']}.".encode()
    mac = base64.b64encode(hmac.digest(key, signed + post.body, "sha256")).decode()
    return f"v1,{mac}" in post.headers["webhook-signature"].split(" ")


def test_an_event_is_sent_once_signed_and_told_as_anybody_may_read_it(tower: Tower) -> None:
    made = tower.hook()
    tower.publish("2.0")
    (post,) = tower.work()
    assert tower.work() == []
    assert is_signed(post, made.secret)
    assert post.headers["content-type"] == "application/json"
    told = json.loads(post.body)
    assert (told["type"], told["data"]["version"]) == ("file-published", "2.0")
    assert told["data"]["actor"] == "alice"
    assert "credential" not in told["data"]
    assert tower.rows() == [("delivered", 204, "")]


def test_events_come_in_their_order(tower: Tower) -> None:
    tower.hook()
    for version in ("2.0", "3.0", "4.0"):
        tower.publish(version)
    serials = [json.loads(one.body)["data"]["serial"] for one in tower.work()]
    assert serials == sorted(serials)
    assert len(serials) == 3


def test_what_is_refused_is_sent_again_later_under_the_same_id_with_a_new_time(
    tower: Tower,
) -> None:
    tower.hook()
    tower.publish("2.0")
    tower.receiver.status = 500
    (first,) = tower.work()
    assert tower.rows() == [("waiting", 500, "")]
    tower.receiver.status = 200
    assert tower.work() == []
    tower.bench.clock.forward(HOUR)
    (second,) = tower.work()
    assert second.headers["webhook-id"] == first.headers["webhook-id"]
    assert second.headers["webhook-timestamp"] != first.headers["webhook-timestamp"]
    assert second.body == first.body
    assert tower.rows() == [("delivered", 200, "")]


def test_a_message_that_is_always_refused_does_not_hold_up_the_others(tower: Tower) -> None:
    tower.hook()
    for version in ("2.0", "3.0"):
        tower.publish(version)
    tower.receiver.status = 500
    (poison,) = tower.work()
    tower.bench.clock.forward(timedelta(seconds=5))
    tower.receiver.status = 200
    Delivery.objects.filter(message=poison.headers["webhook-id"]).update(
        next_try_at=tower.bench.clock.now() + HOUR
    )
    (other,) = tower.work()
    assert json.loads(other.body)["data"]["version"] == "3.0"


def test_a_server_that_fails_is_left_alone_ever_longer(tower: Tower) -> None:
    tower.hook()
    tower.publish("2.0")
    tower.receiver.status, tries = 503, 0
    for _ in range(24):
        tries += len(tower.work())
        tower.bench.clock.forward(HOUR)
    assert 5 < tries < 12


def test_a_server_may_ask_to_be_left_alone_but_not_for_ever(tower: Tower) -> None:
    tower.hook()
    tower.publish("2.0")
    tower.receiver.status, tower.receiver.headers = 429, {"Retry-After": "999999"}
    tower.work()
    tower.bench.clock.forward(timedelta(minutes=59))
    assert tower.work() == []
    tower.bench.clock.forward(timedelta(minutes=2))
    assert len(tower.work()) == 1


@pytest.mark.parametrize("wish", ["soon", "-1", "9" * 5000, "Fri, 31 Dec 2027 23:59:59 GMT"])
def test_a_wish_that_is_none_changes_nothing(tower: Tower, wish: str) -> None:
    tower.hook()
    tower.publish("2.0")
    tower.receiver.status, tower.receiver.headers = 429, {"Retry-After": wish}
    tower.work()
    tower.bench.clock.forward(timedelta(seconds=5))
    assert len(tower.work()) == 1


def test_a_message_is_given_up_after_some_days(tower: Tower) -> None:
    tower.hook()
    tower.publish("2.0")
    tower.receiver.status = 500
    tower.work()
    tower.bench.clock.forward(TRIED_FOR)
    tower.work()
    assert tower.rows() == [("given-up", 500, "")]
    tower.bench.clock.forward(HOUR)
    assert tower.work() == []


def test_where_nothing_comes_through_for_days_the_hook_is_off_and_its_owners_told(
    tower: Tower,
) -> None:
    hook = tower.hook().hook
    tower.publish("2.0")
    tower.receiver.status = 500
    tower.work()
    tower.bench.clock.forward(OFF_AFTER)
    tower.publish("3.0")
    tower.work()
    hook.refresh_from_db()
    assert hook.state == "failing"
    (event,) = newest_of([Kind.HOOK_SWITCHED_OFF], 9)
    assert event.event.project == PARCEL
    assert event.event.facts == {"hook": hook.handle, "host": "127.0.0.1"}
    line = log(tower.alice.user_id or 0, None, 1)[0]
    assert (line.kind, line.facts["why"]) == (Kind.HOOK_SWITCHED_OFF, "failing")
    tower.publish("4.0")
    assert tower.work() == []


def test_an_administrator_is_told_of_a_hook_of_the_registry(tower: Tower) -> None:
    boss = tower.bench.person("boss", admin=True)
    tower.hook(None, by=boss)
    tower.publish("2.0")
    tower.receiver.status = 410
    tower.work()
    assert log(boss.user_id or 0, None, 1)[0].kind is Kind.HOOK_SWITCHED_OFF


def test_who_says_that_it_is_gone_is_sent_nothing_more(tower: Tower) -> None:
    tower.hook()
    tower.publish("2.0")
    tower.publish("3.0")
    tower.receiver.status = 410
    assert len(tower.work()) == 1
    assert Hook.objects.get().state == "gone"
    assert [state for state, _, _ in tower.rows()] == ["given-up", "given-up"]


def test_redirects_are_not_followed(tower: Tower) -> None:
    with receiving() as inside:
        tower.hook()
        tower.publish("2.0")
        tower.receiver.status, tower.receiver.headers = 307, {"Location": inside.url}
        tower.work()
        assert inside.came == []
    assert tower.rows() == [("waiting", None, "redirected")]


def at(tower: Tower, *addresses: str) -> Tower:
    """Return a tower for which every name leads to these addresses, and which reaches no inside."""

    def resolve(_host: str, _port: int) -> Sequence[str]:
        return addresses

    return replace(tower, herald=replace(tower.herald, outside=Outside("t", (), resolve)))


def test_a_name_that_leads_inside_later_is_not_reached(tower: Tower) -> None:
    # DNS rebinding: the name was harmless when the hook was made.
    tower.hook(url=f"http://hooks.test:{tower.receiver.port}/")
    tower.publish("2.0")
    assert at(tower, "127.0.0.1").work() == []
    assert tower.rows() == [("waiting", None, "unreachable")]


def test_what_is_shown_tells_not_which_names_there_are_inside(tower: Tower) -> None:
    def faults(*addresses: str) -> list[object]:
        Hook.objects.all().delete()
        tower.hook(url="http://jira.corp.test/")
        tower.publish(f"{Delivery.objects.count() + len(addresses) + 2}.0")
        at(tower, *addresses).work()
        return [tower.rows(), Hook.objects.get().failures]

    assert faults("10.1.2.3") == faults()


def test_of_an_answer_the_status_alone_is_kept(tower: Tower) -> None:
    tower.hook()
    tower.publish("2.0")
    tower.receiver.status, tower.receiver.body = 500, b"internal-secret"
    tower.receiver.headers = {"X-Secret": "internal-secret"}
    with logged("strongroom") as lines:
        tower.work()
    kept = [*Delivery.objects.values(), *Hook.objects.values()]
    assert "internal-secret" not in f"{kept} {lines}"


def test_a_body_that_does_not_end_is_not_read(tower: Tower) -> None:
    tower.hook()
    tower.publish("2.0")
    tower.receiver.headers, tower.receiver.body = {"Content-Length": "99999999999"}, b"x"
    assert len(tower.work()) == 1
    assert tower.rows() == [("delivered", 204, "")]


def test_neither_address_nor_secret_can_be_read_in_the_rows_or_the_log(tower: Tower) -> None:
    made = tower.hook(url=f"{tower.receiver.url}/T0PSECRETPATH")
    tower.publish("2.0")
    with logged("strongroom") as lines:
        tower.receiver.status = 500
        tower.work()
    kept = f"{list(Hook.objects.values())} {lines} {newest_of(list(Kind), 99)}"
    assert "T0PSECRETPATH" not in kept
    assert made.secret.removeprefix("whsec_") not in kept
    assert made.secret not in repr(made.hook)


def test_what_became_private_before_it_was_sent_is_not_sent_to_the_registrys_hooks(
    tower: Tower,
) -> None:
    tower.hook(None, by=OPERATOR)
    tower.publish("2.0")
    matching.match(tower.herald)
    Project.objects.update(private=True)
    assert tower.work() == []
    assert tower.rows() == []


def test_who_has_left_a_private_project_hears_no_more_of_it_by_a_hook(tower: Tower) -> None:
    bob = tower.bench.person("bob")
    grant(bob.user_id or 0, PARCEL, Role.OWNER, tower.bench.clock)
    hook = tower.hook(by=bob).hook
    Project.objects.update(private=True)
    tower.publish("2.0")
    assert len(tower.work()) == 1
    take(bob.user_id or 0, PARCEL)
    tower.publish("3.0")
    assert tower.work() == []
    hook.refresh_from_db()
    assert hook.state == "left"
    assert log(tower.alice.user_id or 0, None, 1)[0].facts["why"] == "left"
    changes.renew(tower.herald, tower.alice, PARCEL, hook.handle)
    changes.switch(tower.herald, tower.alice, PARCEL, hook.handle, on=True)
    tower.publish("4.0")
    assert len(tower.work()) == 1


def test_slow_servers_come_last(tower: Tower) -> None:
    slow, quick = tower.hook().hook, tower.hook().hook
    Hook.objects.filter(pk=slow.pk).update(took=15_000)
    tower.publish("2.0")
    matching.match(tower.herald)
    first = delivering._due(tower.bench.clock.now()).order_by("took", "next_try_at")
    assert [one.pk for one in first] == [quick.pk, slow.pk]


def test_a_hook_that_is_removed_while_it_is_sent_to_leaves_nothing(tower: Tower) -> None:
    hook = tower.hook().hook
    tower.publish("2.0")
    matching.match(tower.herald)
    (due,) = delivering._due(tower.bench.clock.now())
    sending = delivering._taken(tower.herald, due, tower.bench.clock.now())
    assert sending is not None
    changes.remove(tower.herald, tower.alice, PARCEL, hook.handle)
    outcome = delivering._sent(tower.herald.outside, sending)
    delivering._settle(tower.herald, sending, outcome)
    assert tower.rows() == []


def test_a_crash_while_sending_sends_once_more(tower: Tower) -> None:
    tower.hook()
    tower.publish("2.0")
    matching.match(tower.herald)
    now = tower.bench.clock.now()
    (due,) = delivering._due(now)
    assert delivering._taken(tower.herald, due, now) is not None
    assert delivering._taken(tower.herald, due, now) is None
    assert tower.work() == []
    tower.bench.clock.forward(timedelta(seconds=5))
    assert len(tower.work()) == 1


def test_deliveries_are_forgotten_after_a_month_but_not_what_waits(tower: Tower) -> None:
    tower.hook()
    tower.publish("2.0")
    tower.work()
    tower.publish("3.0")
    matching.match(tower.herald)
    later = tower.bench.clock.now() + KEPT + HOUR
    assert delivering.forget(later) == 1
    assert [state for state, _, _ in tower.rows()] == ["waiting"]


def test_where_the_guard_allows_a_network_hooks_reach_it(tower: Tower) -> None:
    tower.hook(url=f"http://hooks.test:{tower.receiver.port}/")
    tower.publish("2.0")
    outside = Outside("t", networks(["127.0.0.1/32"]), lambda _host, _port: ["127.0.0.1"])
    (post,) = replace(tower, herald=replace(tower.herald, outside=outside)).work()
    assert post.headers["host"] == f"hooks.test:{tower.receiver.port}"
