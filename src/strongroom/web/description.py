"""Turning a project's own description into HTML that cannot harm its reader.

It is rendered and sanitised in a process with limits of its own (`web.sandbox`, `web.markup`), and
what comes out of that is believed only if it consists of allowed tags. What cannot be rendered, or
takes too much to render, is shown as it was written, never as an error.
"""

import re
from html import escape

from django.utils.safestring import SafeString, mark_safe

from strongroom.web.allowed import is_allowed
from strongroom.web.sandbox import Sandbox
from strongroom.web.words import marker

LONGEST_RENDERED = 250_000  # characters; longer ones are shown as plain text
LONGEST_HTML = 4_000_000  # characters; what is longer no browser shows with ease

# Characters that turn the order of text around or carry hidden text (CVE-2021-42574). Joiners and
# marks of direction stay, because whole scripts need them.
_TRICKS = re.compile(
    "[\u202a-\u202e\u2066-\u2069\U000e0000-\U000e007f\U000e0100-\U000e01ef\ud800-\udfff]"
    "|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]"
)
_KINDS = frozenset({"", "text/markdown", "text/x-rst"})
_SANDBOX = Sandbox(("-m", "strongroom.web.markup"), LONGEST_HTML)


def render(raw: str, media_type: str) -> SafeString:
    """Return a description as sanitised HTML; `media_type` as metadata gives it, or empty.

    Without a media type it is reStructuredText where that renders, as core metadata has it.
    """
    if not raw.strip():
        return SafeString("")
    text = _TRICKS.sub(lambda found: marker(found.group()), raw)
    rendered = _rendered(text, media_type)
    if rendered is None:
        rendered = f'<pre class="literal" tabindex="0">{escape(text, quote=False)}</pre>'
    return mark_safe(rendered)  # noqa: S308 - escaped here, or found to be allowed


def _rendered(text: str, media_type: str) -> str | None:
    kind, _, parameters = media_type.partition(";")
    kind = kind.strip().lower()
    if kind not in _KINDS or len(text) > LONGEST_RENDERED:
        return None
    rendered = _SANDBOX.ask([text, kind, parameters])
    return rendered if rendered is not None and is_allowed(rendered) else None
