"""Turning a description into HTML, in a process of its own that `web.sandbox` starts and limits.

1. The description is rendered by readme_renderer, which sanitises it; what it leaves is changed
   here, and sanitised once more, so that the sanitiser has the last word.
2. Nothing is fetched: an image becomes a link to it, or plain words where it stood inside a link.
   Readers of a page are not told to the hosts of badges.
3. Headings go below those of the page; identifiers and classes cannot meet the page's own, which
   would let a description dress up as the registry (ids clobber, classes restyle).

Parsers and lexers of many languages run here over what strangers wrote, some of them in C and Rust.
This process holds no secret and no connection. It is spoken to on standard input and output: a line
of JSON for each description, a line for each answer.
"""

import json
import re
import resource
import select
import sys
from collections.abc import Callable, Mapping
from html import escape, unescape
from urllib.parse import urlsplit

import nh3
from readme_renderer import markdown, rst

from strongroom.web.allowed import ATTRIBUTES, TAG, TAGS

IDLE = 60.0  # seconds after which nobody seems to need this process
MEMORY = 768 * 1024 * 1024  # bytes of address space; a plain page takes a tenth
CPU = 4  # seconds for one description

_DEEPER = 2  # the page itself uses h1 and h2
_DEEPEST = 6
_ATTRIBUTE = re.compile(r'([a-z-]+)="([^"]*)"')
_EMPTY_LINK = re.compile(r"<a(?:\s[^>]*)?></a>")
_LOADABLE = ("http://", "https://")
_REACHABLE = ("#", *_LOADABLE, "mailto:")
_OWN = "user-content-"
_CLASSES = re.compile(
    r"[a-z][a-z0-9]{0,2}"  # Pygments
    r"|admonition(-title)?|note|tip|important|warning|caution|danger|attention|hint|error"
    r"|footnote(-list)?|brackets|label|fn-bracket|line|line-block|literal|literal-block|code"
    r"|image"
)
_RENAMED = {"section": "div", "aside": "div", "nav": "div", "figure": "div", "picture": "span"}
# Wide code and tables scroll sideways, which the arrow keys can do once they have the focus.
_REACHED_BY_KEY = {"pre": {"tabindex": "0"}, "table": {"tabindex": "0"}}


def main() -> None:
    """Answer until nobody asks any more."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    while select.select([sys.stdin], [], [], IDLE)[0] and (asked := sys.stdin.readline()):
        text, kind, parameters = json.loads(asked)
        _allow(CPU)
        sys.stdout.write(json.dumps(to_html(text, kind, parameters)) + "\n")
        sys.stdout.flush()


def _allow(seconds: int) -> None:
    """Let the system end this process when it has used so much more of a processor."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    limit = int(used.ru_utime + used.ru_stime) + seconds
    resource.setrlimit(resource.RLIMIT_CPU, (limit, resource.RLIM_INFINITY))


def to_html(text: str, kind: str, parameters: str) -> str | None:
    """Return sanitised HTML, or None where the text cannot be rendered as that kind."""
    try:
        rendered = _RENDERERS[kind](text, parameters)
    except Exception:  # noqa: BLE001 - docutils and Pygments raise anything; plain text remains
        return None
    return None if rendered is None else _clean(rendered)


def _markdown(text: str, parameters: str) -> str | None:
    plain = "commonmark" in parameters.lower()
    return markdown.render(text, variant="CommonMark" if plain else "GFM")


def _restructured(text: str, _: str) -> str | None:
    return rst.render(text)


_RENDERERS: Mapping[str, Callable[[str, str], str | None]] = {
    "": _restructured,
    "text/markdown": _markdown,
    "text/x-rst": _restructured,
}


def _clean(rendered: str) -> str:
    changed = _EMPTY_LINK.sub("", "".join(_changed(rendered)))
    return nh3.clean(
        changed,
        tags=TAGS,
        attributes=ATTRIBUTES,
        link_rel="nofollow noopener",
        url_schemes={"http", "https", "mailto"},
        set_tag_attribute_values=_REACHED_BY_KEY,
    )


def _changed(rendered: str) -> list[str]:
    """Rewrite each tag; remembers whether it stands inside a link, where no second may open."""
    parts: list[str] = []
    position, linked = 0, False
    for tag in TAG.finditer(rendered):
        parts.append(rendered[position : tag.start()])
        position = tag.end()
        closing, name, attributes = tag.groups()
        if name == "a":
            linked = not closing
        parts.append(_tag(closing, name, dict(_ATTRIBUTE.findall(attributes)), linked=linked))
    parts.append(rendered[position:])
    return parts


def _tag(closing: str, name: str, attributes: dict[str, str], *, linked: bool) -> str:
    if name == "img":
        return _image(attributes, linked=linked)
    if name == "input":
        return "☑" if "checked" in attributes else "☐"
    name = _RENAMED.get(name, name)
    if name[0] == "h" and name[1:].isdigit():
        name = f"h{min(int(name[1:]) + _DEEPER, _DEEPEST)}"
    if closing:
        return f"</{name}>"
    kept = "".join(f' {key}="{value}"' for key, value in _own(attributes).items())
    return f"<{name}{kept}>"


def _own(attributes: dict[str, str]) -> dict[str, str]:
    """Keep a description's names apart from the page's, and its links off this site."""
    kept = dict(attributes)
    if "id" in kept:
        kept["id"] = _OWN + kept["id"].removeprefix(_OWN)
    if "class" in kept:
        kept["class"] = " ".join(word for word in kept["class"].split() if _CLASSES.fullmatch(word))
    href = kept.get("href", "")
    if href.startswith("#"):
        kept["href"] = f"#{_OWN}{href[1:].removeprefix(_OWN)}"
    elif not href.lower().startswith(_REACHABLE):
        # A relative address was written for another site; here it could reach our own forms.
        kept.pop("href", None)
    return {key: value for key, value in kept.items() if value or key == "id"}


def _image(attributes: dict[str, str], *, linked: bool) -> str:
    source = attributes.get("src", "")
    words = attributes.get("alt", "").strip() or _file_of(source) or "image"
    shown = f'<span class="image">{words}</span>'
    if linked or not source.lower().startswith(_LOADABLE):
        return shown
    return f'<a class="image" href="{source}">{words}</a>'


def _file_of(source: str) -> str:
    try:
        path = urlsplit(unescape(source)).path
    except ValueError:
        return ""
    return escape(path.rsplit("/", 1)[-1])


if __name__ == "__main__":
    main()
