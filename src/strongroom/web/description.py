"""Turning a project's own description into HTML that cannot harm its reader.

1. The description is rendered by readme_renderer, which sanitises it; what it leaves is changed
   here, and sanitised once more, so that the sanitiser has the last word.
2. Nothing is fetched: an image becomes a link to it, or plain words where it stood inside a link.
   Readers of a page are not told to the hosts of badges.
3. Headings go below those of the page; identifiers and classes cannot meet the page's own, which
   would let a description dress up as the registry (ids clobber, classes restyle).
4. What cannot be rendered is shown as it was written, never as an error.

A known weakness: the lexers of Pygments run over code in any language without a limit of time. The
bound on length below keeps the cost of one description small, not zero.
"""

import re
from collections.abc import Callable, Mapping
from html import escape, unescape
from urllib.parse import urlsplit

import nh3
from django.utils.safestring import SafeString, mark_safe
from readme_renderer import markdown, rst

from strongroom.web.words import marker

LONGEST_RENDERED = 250_000  # characters; longer ones are shown as plain text
# What makes the renderers' time or memory grow with the square of the text: rows padded to the
# width of a table's header, quotes in quotes, addresses, tags. A renderer in Rust that runs out of
# memory takes the process with it, so these are counted before, and no reader misses them.
_MOST_CELLS = 100_000
_DEEPEST_QUOTE = 50
_MOST_ADDRESSES = 3_000
_MOST_TAGS = 15_000
_QUOTES = re.compile(r"^[ \t]*((?:>[ \t]*)+)", re.MULTILINE)
# readme_renderer looks for the end of each raw <pre> through the whole text: so many steps cost
# about half a second.
_MOST_STEPS = 30_000_000
_DEEPER = 2  # the page itself uses h1 and h2
_DEEPEST = 6

# Characters that turn the order of text around or carry hidden text (CVE-2021-42574). Joiners and
# marks of direction stay, because whole scripts need them.
_TRICKS = re.compile(
    "[\u202a-\u202e\u2066-\u2069\U000e0000-\U000e007f\U000e0100-\U000e01ef\ud800-\udfff]"
    "|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]"
)
# nh3 writes HTML in one spelling, so that an expression can find each tag and attribute.
_TAG = re.compile(r'<(/?)([a-z][a-z0-9]*)((?:\s+[a-z-]+="[^"]*")*)\s*/?>')
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
_TEXT_TAGS = {
    "a",
    "abbr",
    "b",
    "br",
    "cite",
    "code",
    "del",
    "em",
    "i",
    "kbd",
    "pre",
    "span",
    "strong",
    "sub",
    "sup",
    "tt",
    "var",
}
_BLOCK_TAGS = {
    "blockquote",
    "dd",
    "details",
    "div",
    "dl",
    "dt",
    "figcaption",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "li",
    "ol",
    "p",
    "summary",
    "ul",
}
_TABLE_TAGS = {"caption", "table", "tbody", "td", "th", "thead", "tr"}
_TAGS = _TEXT_TAGS | _BLOCK_TAGS | _TABLE_TAGS
_ATTRIBUTES: dict[str, set[str]] = {
    "*": {"id", "class"},
    "a": {"href", "title"},
    "abbr": {"title"},
    "ol": {"start"},
    "td": {"colspan", "rowspan", "align"},
    "th": {"colspan", "rowspan", "align"},
    "p": {"align"},
    "div": {"align"},
}
# Wide code and tables scroll sideways, which the arrow keys can do once they have the focus.
_REACHED_BY_KEY = {"pre": {"tabindex": "0"}, "table": {"tabindex": "0"}}


def render(raw: str, media_type: str) -> SafeString:
    """Return a description as sanitised HTML; `media_type` as metadata gives it, or empty.

    Without a media type it is reStructuredText where that renders, as core metadata has it.
    """
    if not raw.strip():
        return SafeString("")
    text = _TRICKS.sub(lambda found: marker(found.group()), raw)
    rendered = _rendered(text, media_type)
    if rendered is None:
        rendered = f'<pre class="literal">{escape(text)}</pre>'
    return mark_safe(_clean(rendered))  # noqa: S308 - the sanitiser has just written it


def _rendered(text: str, media_type: str) -> str | None:
    kind, _, parameters = media_type.partition(";")
    renderer = _RENDERERS.get(kind.strip().lower())
    if renderer is None or len(text) > LONGEST_RENDERED or _costly(text):
        return None
    try:
        return renderer(text, parameters)
    except Exception:  # noqa: BLE001 - docutils and Pygments raise anything; plain text remains
        return None


def _costly(text: str) -> bool:
    rows = [line.count("|") + line.count("+") for line in text.splitlines()]
    return (
        text.lower().count("<pre") * len(text) > _MOST_STEPS
        or max(rows, default=0) * sum(map(bool, rows)) > _MOST_CELLS
        or any(run.count(">") > _DEEPEST_QUOTE for run in _QUOTES.findall(text))
        or text.count("@") > _MOST_ADDRESSES
        or text.count("<") > _MOST_TAGS
    )


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
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        link_rel="nofollow noopener",
        url_schemes={"http", "https", "mailto"},
        set_tag_attribute_values=_REACHED_BY_KEY,
    )


def _changed(rendered: str) -> list[str]:
    """Rewrite each tag; remembers whether it stands inside a link, where no second may open."""
    parts: list[str] = []
    position, linked = 0, False
    for tag in _TAG.finditer(rendered):
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
