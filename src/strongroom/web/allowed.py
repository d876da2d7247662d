"""The HTML that a description may consist of: what the sanitiser leaves, and what is held to it."""

import re

# nh3 writes HTML in one spelling, so that an expression can find each tag and attribute.
TAG = re.compile(r'<(/?)([a-z][a-z0-9]*)((?:\s+[a-z-]+="[^"]*")*)\s*/?>')
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
TAGS = _TEXT_TAGS | _BLOCK_TAGS | _TABLE_TAGS
ATTRIBUTES: dict[str, set[str]] = {
    "*": {"id", "class"},
    "a": {"href", "title"},
    "abbr": {"title"},
    "ol": {"start"},
    "td": {"colspan", "rowspan", "align"},
    "th": {"colspan", "rowspan", "align"},
    "p": {"align"},
    "div": {"align"},
}

_SPELT = re.compile(r' ([a-z-]+)="([^"<>]*)"')
_ADDED = {"a": {"rel"}, "pre": {"tabindex"}, "table": {"tabindex"}}
_HREF = re.compile(r"#|(https?://|mailto:)", re.IGNORECASE)


def is_allowed(html: str) -> bool:
    """Say whether a text is nothing but allowed tags and escaped words.

    It asks no parser: each `<` must begin a tag in the sanitiser's own spelling.
    """
    position = 0
    while (opened := html.find("<", position)) >= 0:
        tag = TAG.match(html, opened)
        if tag is None or not _is_allowed_tag(*tag.groups()):
            return False
        position = tag.end()
    return True


def _is_allowed_tag(closing: str, name: str, attributes: str) -> bool:
    if name not in TAGS or (closing and attributes):
        return False
    may = ATTRIBUTES["*"] | ATTRIBUTES.get(name, set()) | _ADDED.get(name, set())
    spelt = _SPELT.findall(attributes)
    return "".join(f' {key}="{value}"' for key, value in spelt) == attributes and all(
        key in may and (key != "href" or _HREF.match(value)) for key, value in spelt
    )
