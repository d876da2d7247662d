"""The short messages of allauth, which are templates of one line."""

import html

from django.template import TemplateDoesNotExist
from django.template.loader import render_to_string


def spoken(template: str | None, context: dict[str, object]) -> str:
    """Return what a message says as plain text; empty where it says nothing."""
    if template is None:
        return ""
    try:
        # Rendered for HTML; the page that shows it escapes it once more.
        return " ".join(html.unescape(render_to_string(template, context)).split())
    except TemplateDoesNotExist:
        return ""
