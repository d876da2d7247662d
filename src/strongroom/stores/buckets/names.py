"""Paths as names of objects and back: what a server or its client may treat specially is escaped.

`=` and two hexadecimal digits stand for a byte that is not a letter, a digit or one of `_.-`. So no
name holds a character that a proxy would decode, fold or cut off.
"""

from urllib.parse import quote, unquote

LONGEST = 1024  # bytes, by the rules of S3


def escaped(path: str) -> str:
    """Return the name of a path."""
    return quote(path, safe="/").replace("~", "%7E").replace("%", "=")


def unescaped(name: str) -> str:
    """Return the path of a name."""
    return unquote(name.replace("=", "%"))
