"""Turns: one transaction after the other, by name."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from strongroom.proof.ledger.turns import number, take_turn


@pytest.mark.django_db(transaction=True)
def test_a_turn_outside_a_transaction_is_refused() -> None:
    with pytest.raises(transaction.TransactionManagementError):
        take_turn("work")


@pytest.mark.django_db(transaction=True)
def test_one_transaction_after_the_other_has_a_turn() -> None:
    inside, most, guard = 0, 0, threading.Lock()

    def work(_: int) -> None:
        nonlocal inside, most
        try:
            with transaction.atomic():
                take_turn("work")
                with guard:
                    inside += 1
                    most = max(most, inside)
                threading.Event().wait(0.005)
                with guard:
                    inside -= 1
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(work, range(16)))
    assert most == 1


@pytest.mark.django_db
def test_a_transaction_may_take_its_turn_again() -> None:
    take_turn("work")
    take_turn("work")


def test_a_number_has_64_bits_and_never_changes() -> None:
    assert number("lock shelf pypi:parcel") == -6661068105174459588
    assert all(-(2**63) <= number(f"name {count}") < 2**63 for count in range(1000))
