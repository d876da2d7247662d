"""Fields of the forms of accounts: label, control, hint and errors, tied together for all readers.

Built into the templates that requests print.
"""

from django import template
from django.forms import BoundField

register = template.Library()

# What is typed as it is: no capital letters added, no red line below.
_EXACT = frozenset({"username", "one-time-code", "email"})


@register.inclusion_tag("parts/field.html")
def field(bound: BoundField, fill: str = "", hint: str = "", label: str = "") -> dict[str, object]:
    """Print a field; `fill` is what browsers may fill in (HTML, 4.10.18.7)."""
    told = hint or bound.help_text
    described = [f"{bound.auto_id}_error"] if bound.errors else []
    described += [f"{bound.auto_id}_hint"] if told else []
    # The label says what belongs here; a placeholder vanishes when it is needed.
    attrs: dict[str, str | bool] = {"placeholder": False}
    if described:
        attrs["aria-describedby"] = " ".join(described)
    if fill:
        attrs["autocomplete"] = fill
    if fill in _EXACT:
        attrs |= {"autocapitalize": "none", "spellcheck": "false"}
    errors = bound.form.errors
    if next(iter(errors), None) == bound.name:
        attrs["autofocus"] = True
    control = bound.as_widget(attrs=attrs)
    return {"field": bound, "label": label or bound.label, "control": control, "hint": told}
