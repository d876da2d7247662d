"""How a token reads: a prefix that scanners know, and a checksum that spares them false alarms.

    strongroom_ KIND _ BODY CHECKSUM

1. KIND is one to eight lower-case letters; BODY is base62, so that a double click selects it all.
2. CHECKSUM is the CRC-32 of everything before it, as six digits of base62, the form that code
   hosts use for theirs. It finds slips of the pen and chance matches; forgery is found elsewhere.
3. One payload has exactly one text: no padding, no leading zero, one case.
"""

import re
import string
import zlib
from collections.abc import Iterable, Iterator

from strongroom.core.errors import InvalidError

PREFIX = "strongroom_"
DIGITS = string.digits + string.ascii_uppercase + string.ascii_lowercase
CHECKSUM_DIGITS = 6
SMALLEST_PAYLOAD = 49  # bytes; a version, a seed and a signature
LARGEST_PAYLOAD = 2048  # bytes; its text still fits the header line of every HTTP server

# Nothing is asked of the character before: a leaked token glued to a word is still a leak.
PATTERN = re.compile(r"strongroom_[a-z]{1,8}_[1-9A-Za-z][0-9A-Za-z]{70,2757}")

# Looks ahead, so that what follows a token and looks like more of it hides no second one.
_TOKEN = re.compile(b"(?=(" + PATTERN.pattern.encode() + b"))")
_LONGEST = 4096  # bytes kept from one block to the next; longer than any token
_VALUES = {digit: value for value, digit in enumerate(DIGITS)}
_REMEDY = "Copy the whole token again, or create a new one."


def wrap(kind: str, payload: bytes) -> str:
    """Return the text of a payload, which must begin with a byte other than zero."""
    unchecked = f"{PREFIX}{kind}_{_to_base62(int.from_bytes(payload, 'big'))}"
    return unchecked + _checksum(unchecked)


def unwrap(text: str) -> tuple[str, bytes]:
    """Return the kind and the payload of a token's text; raises InvalidError if it is none."""
    if not PATTERN.fullmatch(text):
        raise InvalidError("token-malformed", "This is not a Strongroom token.", _REMEDY)
    unchecked, checksum = text[:-CHECKSUM_DIGITS], text[-CHECKSUM_DIGITS:]
    if checksum != _checksum(unchecked):
        raise InvalidError("token-damaged", "The checksum of the token is wrong.", _REMEDY)
    kind, _, body = unchecked.removeprefix(PREFIX).partition("_")
    value = _from_base62(body)
    return kind, value.to_bytes((value.bit_length() + 7) // 8, "big")


def well_formed(text: str) -> bool:
    """Tell whether a text has a token's form and checksum; needs no key, asks no server."""
    try:
        unwrap(text)
    except InvalidError:
        return False
    return True


def tokens_in(blocks: Iterable[bytes]) -> Iterator[str]:
    """Yield the tokens in bytes that come in blocks; one that crosses blocks may come twice."""
    tail = b""
    for block in blocks:
        window = tail + block
        if PREFIX.encode() in window:
            yield from filter(well_formed, (found.decode() for found in _TOKEN.findall(window)))
        tail = window[-_LONGEST:]


def _checksum(text: str) -> str:
    return _to_base62(zlib.crc32(text.encode())).rjust(CHECKSUM_DIGITS, "0")


def _to_base62(value: int) -> str:
    digits = []
    while value:
        value, digit = divmod(value, len(DIGITS))
        digits.append(DIGITS[digit])
    return "".join(reversed(digits))


def _from_base62(text: str) -> int:
    value = 0
    for digit in text:
        value = value * len(DIGITS) + _VALUES[digit]
    return value
