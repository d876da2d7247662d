"""A refresh whose lock is lost, beside one that has it: over a database that was started anew."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace

import pytest
from django.db import OperationalError

from strongroom.core.actors import Actor
from strongroom.packages.models import Project
from strongroom.packages.shelf.standing import QUARANTINE
from strongroom.stores.locks import Still
from tests.fakes.bench import Bench
from tests.packages.shelf.test_refresh import address, quarantine, shelved


@dataclass(frozen=True, slots=True)
class LostLocks:
    """Locks that are lost as soon as they are had: the server of the database was started anew.

    Meanwhile somebody else does something under the same lock.
    """

    meanwhile: Callable[[], object]

    @contextmanager
    def held(self, name: str) -> Iterator[Still]:
        """Let the other have his turn when it is first asked whether the lock is held still."""

        def still() -> None:
            self.meanwhile()
            raise OperationalError(name)

        yield still

    def tried(self, name: str) -> AbstractContextManager[bool]:
        """Nobody only tries here."""
        raise NotImplementedError(name)


def test_who_has_lost_his_lock_puts_nothing_up_again(bench: Bench, alice: Actor) -> None:
    receipt = bench.publish(alice, "parcel", "1.0")
    slow = replace(
        bench, shelf=replace(bench.shelf, locks=LostLocks(lambda: quarantine(bench, "malware")))
    )
    with pytest.raises(OperationalError):
        slow.refresh("parcel")
    assert bench.shelf.pages.find(address(receipt)) is None
    assert shelved(bench, f"{QUARANTINE}/{address(receipt)}") == b"malware"
    assert Project.objects.get().shelved_serial == Project.objects.get().serial
