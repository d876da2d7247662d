"""Acts that are explained on a page of their own before a form makes them: page and answer."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.middleware.csrf import get_token

from strongroom.core.errors import ConflictError, InvalidError, NotFoundError, TooOftenError
from strongroom.core.statuses import status_of
from strongroom.web.headers import PAGE
from strongroom.web.press import Press
from strongroom.web.visitors import see_other, tell

Said = Callable[[str], str]
"""Returns what was typed or chosen in a field."""

REFUSALS = (ConflictError, InvalidError, NotFoundError, TooOftenError)
LONGEST = 254  # an e-mail address


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a form: a line of text, or one of `choices` (value and words)."""

    name: str
    label: str
    value: str = ""
    hint: str = ""
    choices: Sequence[tuple[str, str]] = ()
    required: bool = True


@dataclass(frozen=True, slots=True)
class Deed:
    """An act to explain: its words, what comes of it, what it asks for, and what does it.

    `above` and `back` are the words and the address of the page that leads here; `to` is where it
    leads once it is done, if elsewhere. What is grave is shown as such.
    """

    words: str
    above: str
    back: str
    effects: Sequence[str]
    make: Callable[[Said], object]
    fields: Sequence[Field] = ()
    grave: bool = False
    to: str = ""


def answer(press: Press, request: HttpRequest, deed: Deed) -> HttpResponseBase:
    """Explain an act, or do it; what its form can be blamed for is said on the form."""
    problem = None
    if request.method == "POST":
        try:
            deed.make(lambda field: request.POST.get(field, "").strip())
        except REFUSALS as refusal:
            problem = refusal
        else:
            tell(request, f"{deed.words}: done.")
            return see_other(deed.to or deed.back)
    page = press.print(
        "deed.html",
        csrf_token=get_token(request),
        deed=deed,
        fields=[(one, request.POST.get(one.name, one.value)) for one in deed.fields],
        problem=problem,
    )
    return HttpResponse(page, content_type=PAGE, status=status_of(problem) if problem else 200)
