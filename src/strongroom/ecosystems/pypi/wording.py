"""How a stranger's text is quoted in a refusal: short, ASCII, on one line.

A refusal travels as an HTTP reason phrase and into terminals and logs, so nothing that an archive
or a form says may break the line or move the cursor.
"""

LONGEST = 60


def quoted(text: str, longest: int = LONGEST) -> str:
    """Return text in single quotes with all but printable ASCII escaped, cut after `longest`."""
    plain = text[:longest].encode("unicode_escape").decode("ascii")
    shown = plain if len(plain) <= longest else plain[:longest]
    return f"'{shown}...'" if len(text) > longest or shown != plain else f"'{shown}'"


def ascii_line(text: str, longest: int = 160) -> str:
    """Return another library's message as one line of printable ASCII, cut after `longest`."""
    line = " ".join(text.split()).encode("unicode_escape").decode("ascii")
    return line if len(line) <= longest else f"{line[:longest]}..."
