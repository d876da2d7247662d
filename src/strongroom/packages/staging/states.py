"""The life of a stage and of a file in it, as a table. Pure.

    open        publish > published   ask > processing   reject > error   cancel   expire
    error       the same; it is an open stage whose last publication failed
    processing  publish > published   fail, reject > error                         expire

The states are those of PEP 694 ("Publishing Session States"), and `expired`, which the protocol
calls canceled too. `processing` is a stage whose publication was asked for and waits for people to
approve: nothing in it changes, and the names of its files are held.
"""

from collections.abc import Mapping
from enum import StrEnum

from strongroom.core.errors import ConflictError


class State(StrEnum):
    """Where a stage stands."""

    OPEN = "open"
    PROCESSING = "processing"
    ERROR = "error"
    PUBLISHED = "published"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class Act(StrEnum):
    """What can happen to a stage."""

    CHANGE = "change"  # a file is put in, replaced or taken out
    EXTEND = "extend"
    APPROVE = "approve"
    REJECT = "reject"
    ASK = "ask"  # publication is asked for, and waits for people
    PUBLISH = "publish"
    FAIL = "fail"  # a publication that people had been asked for
    CANCEL = "cancel"
    EXPIRE = "expire"


class FileState(StrEnum):
    """Where a file of a stage stands (PEP 694, "File Upload Session States")."""

    PENDING = "pending"
    COMPLETED = "completed"
    ERROR = "error"
    CANCELLED = "cancelled"


EDITABLE = frozenset({State.OPEN, State.ERROR})
ENDED = frozenset({State.PUBLISHED, State.CANCELLED, State.EXPIRED})

_FROM_EDITABLE = {
    Act.ASK: State.PROCESSING,
    Act.PUBLISH: State.PUBLISHED,
    Act.REJECT: State.ERROR,
    Act.CANCEL: State.CANCELLED,
    Act.EXPIRE: State.EXPIRED,
}
_STAYING = (Act.CHANGE, Act.EXTEND, Act.APPROVE)
_AFTER: Mapping[State, Mapping[Act, State]] = {
    State.OPEN: {**_FROM_EDITABLE, **dict.fromkeys(_STAYING, State.OPEN)},
    State.ERROR: {**_FROM_EDITABLE, **dict.fromkeys(_STAYING, State.ERROR)},
    State.PROCESSING: {
        Act.EXTEND: State.PROCESSING,
        Act.APPROVE: State.PROCESSING,
        Act.ASK: State.PROCESSING,
        Act.PUBLISH: State.PUBLISHED,
        Act.REJECT: State.ERROR,
        Act.FAIL: State.ERROR,
        Act.EXPIRE: State.EXPIRED,
    },
}


def after(state: State, act: Act) -> State:
    """Return the state after an act, or raise ConflictError where it is not possible."""
    if state in ENDED:
        raise ConflictError(
            "stage-ended", f"The stage is {state}; nothing of it can change.", "Open another one."
        )
    if act not in _AFTER[state]:
        raise ConflictError(
            "stage-waiting",
            "The stage waits for people to approve it, and takes no changes meanwhile.",
            "Somebody who may approve it can reject it; then it can be changed again.",
        )
    return _AFTER[state][act]
