"""The link in a letter by which its reader says "this was not me".

It names a line of an account's log, and nobody without the key can make one. There is no row of it:
whether it still works stands in the log itself (`disavowal`).
"""

from strongroom.core.errors import ForbiddenError
from strongroom.people.accounts.signed import number_of, signed

_ABOUT = "disavowal "


def made(key: bytes, line: int) -> str:
    """Return the secret part of a link about a line of a log, by a key of 32 bytes."""
    return signed(key, _ABOUT, line)


def read(key: bytes, text: str) -> int:
    """Return the line that a link is about; raises ForbiddenError."""
    line = number_of(key, _ABOUT, text)
    if line is None:
        raise refused()
    return line


def refused() -> ForbiddenError:
    """Return the refusal, the same whatever is wrong: it tells nobody what there is."""
    return ForbiddenError(
        "disavowal-invalid",
        "This was said already, or is too long ago, or there is no such link.",
        "If somebody else uses your account, set a new password, or ask the registry's operator.",
    )
