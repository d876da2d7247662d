"""The form of nginx's language: blocks, quoting, headers."""

from collections.abc import Iterable, Iterator


def block(head: str, *lines: str | Iterable[str]) -> Iterator[str]:
    """Yield a block: its head, its lines indented, its end."""
    yield f"{head} {{"
    for line in lines:
        for one in (line,) if isinstance(line, str) else line:
            yield f"    {one}" if one else ""
    yield "}"


def quoted(value: str) -> str:
    """Return a value as one word, whatever of `;`, `{` and spaces is in it; it holds no `$`."""
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def header(name: str, value: str, *, always: bool = False) -> str:
    """Return the directive that adds a header: to successes and redirects, or to every answer."""
    return f"add_header {name} {quoted(value)}{' always' if always else ''};"


def comment(text: str) -> Iterator[str]:
    """Yield the lines of a comment."""
    for line in text.strip().splitlines():
        yield f"# {line.strip()}".rstrip()
