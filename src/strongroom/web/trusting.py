"""Trusted publishers: of a project, and those that wait for a free name.

Each provider has a form of its own, made of what it asks for; what is not pinned is warned of.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.middleware.csrf import get_token

from strongroom.core.actors import Action
from strongroom.core.errors import ConflictError, InvalidError, NotFoundError
from strongroom.core.statuses import status_of
from strongroom.packages.catalog import sight, trust
from strongroom.packages.catalog.acts import may
from strongroom.packages.publishing import waiting
from strongroom.people.models import User
from strongroom.people.publishers.providers import Field, Provider, of_name
from strongroom.people.publishers.register import Entry, Order
from strongroom.web.consequences import distrusting, trusting_only
from strongroom.web.headers import PAGE
from strongroom.web.tending import Change, Problem, Tending
from strongroom.web.visitors import acting, heard, see_other, tell

MINE = "/account/publishers/"
SWITCH = {"on": True, "off": False}


@dataclass(frozen=True, slots=True)
class Trusting:
    """The views of it; projects and confirmations are those of `Tending`."""

    tending: Tending

    def overview(self, request: HttpRequest, user: User, name: str) -> HttpResponseBase:
        """Show the trusted publishers of a project."""
        actor, desk = acting(request, user), self.tending.desk
        shown = self.tending.listing(actor, name)
        entries = trust.publishers(desk, actor, shown.project)
        page = self.tending.press.print(
            "publishers.html",
            csrf_token=get_token(request),
            heading=f"Trusted publishers of {shown.name.display}",
            above=f"Manage {shown.name.display}",
            back=f"/manage/project/{shown.project.key}/",
            here=self._here(shown.project.key),
            entries=entries,
            providers=desk.providers,
            trusted_only=sight.find(actor, shown.project).trusted_only,
            of_project=True,
            message=heard(request),
        )
        return HttpResponse(page, content_type=PAGE)

    def add(self, request: HttpRequest, user: User, name: str, provider: str) -> HttpResponseBase:
        """Show the form of a provider, or give the project a publisher."""
        actor, desk = acting(request, user), self.tending.desk
        shown = self.tending.listing(actor, name)
        may(actor, Action.TRUST, sight.find(actor, shown.project))
        found = _provider(desk.providers, provider)
        here = self._here(shown.project.key)

        def make(order: Order) -> Entry:
            return trust.add(desk, actor, shown.project, order)

        return self._form(request, found, shown.name.display, here, make)

    def remove(self, request: HttpRequest, user: User, name: str, number: int) -> HttpResponseBase:
        """Explain what it is to remove a publisher, or do it."""
        actor, desk = acting(request, user), self.tending.desk
        shown = self.tending.listing(actor, name)
        may(actor, Action.TRUST, sight.find(actor, shown.project))
        entries = trust.publishers(desk, actor, shown.project)
        entry = _entry(entries, number)
        words = f"Remove {entry.name}"
        if request.method == "POST":
            trust.remove(desk, actor, shown.project, number)
            tell(request, f"{entry.name} is removed.")
            return see_other(self._here(shown.project.key))
        return self._confirm(request, words, self._here(shown.project.key), distrusting(entry.name))

    def only(self, request: HttpRequest, user: User, name: str, wanted: str) -> HttpResponseBase:
        """Explain what it is that trusted publishers alone publish, or say so."""
        actor, desk = acting(request, user), self.tending.desk
        shown = self.tending.listing(actor, name)
        may(actor, Action.TRUST, sight.find(actor, shown.project))
        if wanted not in SWITCH:
            raise NotFoundError(
                "no-such-page", "There is no page at this address.", "Go back to the project."
            )
        words, effects = trusting_only(shown.name.display, wanted=SWITCH[wanted])
        change = Change(
            heading=words,
            act=words,
            effects=effects,
            done=f"{words}: done.",
            make=lambda _: trust.set_trusted_only(
                desk, actor, shown.project, wanted=SWITCH[wanted]
            ),
            asks_reason=False,
            grave=not SWITCH[wanted],
        )
        return self.tending.answer(request, shown, change)

    def mine(self, request: HttpRequest, user: User) -> HttpResponseBase:
        """Show by which publishers somebody waits for names."""
        actor, desk = acting(request, user), self.tending.desk
        page = self.tending.press.print(
            "publishers.html",
            csrf_token=get_token(request),
            heading="Publishers that wait for a name",
            above="Account",
            back="/account/",
            here=MINE,
            entries=waiting.awaited(desk, actor),
            providers=desk.providers,
            of_project=False,
            message=heard(request),
        )
        return HttpResponse(page, content_type=PAGE)

    def wait(self, request: HttpRequest, user: User, provider: str) -> HttpResponseBase:
        """Show the form of a provider, or wait for a name."""
        actor, desk = acting(request, user), self.tending.desk
        found = _provider(desk.providers, provider)

        def make(order: Order) -> Entry:
            name = request.POST.get("project_name", "").strip()
            return waiting.wait(desk, actor, self.tending.ecosystem, name, order)

        return self._form(request, found, "", MINE, make)

    def give_up(self, request: HttpRequest, user: User, number: int) -> HttpResponseBase:
        """Explain what it is to wait no longer, or do it."""
        actor, desk = acting(request, user), self.tending.desk
        entry = _entry(waiting.awaited(desk, actor), number)
        if request.method == "POST":
            waiting.give_up(desk, actor, number)
            tell(request, f"{entry.name} waits no longer.")
            return see_other(MINE)
        words = f"Wait no longer for {entry.display}"
        return self._confirm(request, words, MINE, distrusting(entry.name))

    def _form(
        self,
        request: HttpRequest,
        provider: Provider,
        project: str,
        here: str,
        make: Callable[[Order], Entry],
    ) -> HttpResponseBase:
        problem: Problem | None = None
        if request.method == "POST":
            typed = {
                one.name: text
                for one in provider.fields
                if (text := request.POST.get(one.name, "").strip())
            }
            order = Order(provider.name, typed, stages_only="stages_only" in request.POST)
            try:
                entry = make(order)
            except (InvalidError, ConflictError) as error:
                problem = error
            else:
                tell(request, " ".join([f"{entry.name} is trusted now.", *entry.warnings]))
                return see_other(here)
        page = self.tending.press.print(
            "publisher-add.html",
            csrf_token=get_token(request),
            provider=provider,
            project=project,
            project_name=request.POST.get("project_name", ""),
            fields=[_shown(one, request.POST) for one in provider.fields],
            stages_only="stages_only" in request.POST,
            back=here,
            problem=problem,
        )
        status = status_of(problem) if problem else 200
        return HttpResponse(page, content_type=PAGE, status=status)

    def _confirm(
        self, request: HttpRequest, words: str, back: str, effects: Sequence[str]
    ) -> HttpResponseBase:
        page = self.tending.press.print(
            "confirm.html",
            csrf_token=get_token(request),
            above="Trusted publishers",
            back=back,
            heading=words,
            act=words,
            effects=effects,
            grave=True,
        )
        return HttpResponse(page, content_type=PAGE)

    def _here(self, key: str) -> str:
        return f"/manage/project/{key}/publishers/"


def _provider(known: Sequence[Provider], name: str) -> Provider:
    try:
        return of_name(known, name)
    except InvalidError as error:
        raise NotFoundError(error.code, error.sentence, error.remedy) from None


def _entry(entries: Sequence[Entry], number: int) -> Entry:
    found = next((one for one in entries if one.id == number), None)
    if found is None:
        raise NotFoundError(
            "no-such-publisher",
            f"There is no trusted publisher {number} here.",
            "Go back to the list.",
        )
    return found


def _shown(field: Field, typed: Mapping[str, str]) -> tuple[Field, str]:
    return field, typed.get(field.name, "")
