"""The pages of recovery: the policy, whose numbers are those of the code; asking, and stopping.

Who has lost their factors cannot be signed in: they have given a password and are asked for the
factor, or came by a link to their primary address.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from allauth.account.stages import LoginStageController
from allauth.mfa.stages import AuthenticateStage
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.middleware.csrf import get_token
from django.urls import URLPattern, path

from strongroom.core.actors import SESSION, Actor, Assurance
from strongroom.core.errors import ConflictError
from strongroom.people.accounts.users import person
from strongroom.people.models import Recovery, User
from strongroom.people.recovery import acts, asking, links, rules
from strongroom.people.recovery.office import ASK_FOR, ENROL_FOR, Office
from strongroom.web.faults import guarded
from strongroom.web.headers import PAGE
from strongroom.web.press import Press
from strongroom.web.visitors import assurance, visitor

READ = frozenset({"GET", "HEAD"})
BOTH = READ | {"POST"}
BY_MAIL, BY_LETTER = "link to the primary address", "link in a letter"


@dataclass(frozen=True, slots=True)
class Recovering:
    """The views of recovery."""

    press: Press
    office: Office

    def policy(self, _: HttpRequest) -> HttpResponseBase:
        """Say what is done, by whom and when."""
        return self._page("recovery-policy.html", **numbers(self.office))

    def ask(self, request: HttpRequest) -> HttpResponseBase:
        """Ask for a recovery by the password that was given, or for a link by mail."""
        user = half_signed_in(request)
        if request.method != "POST":
            return self._form(request, user)
        if user is not None:
            by = person(user, SESSION, Assurance.SINGLE_FACTOR)
            return self._begun(acts.ask(self.office, user, by))
        asking.mail_link(self.office, request.POST.get("account", ""))
        return self._page("recovery-mailed.html", hours=_hours(ASK_FOR))

    def asked(self, request: HttpRequest, secret: str) -> HttpResponseBase:
        """Ask for a recovery by the link that was mailed; to open it alone asks for nothing."""
        user = asking.account_of(self.office, secret)
        if request.method != "POST":
            return self._form(request, user)
        by = person(user, BY_MAIL, Assurance.SINGLE_FACTOR)
        return self._begun(acts.ask(self.office, user, by))

    def stop(self, request: HttpRequest, secret: str) -> HttpResponseBase:
        """Stop a recovery by the link of a letter."""
        number = links.to_be_stopped(self.office.key, secret)
        name = acts.find(number).user.username
        if request.method != "POST":
            token = get_token(request)
            return self._page("recovery-stop.html", csrf_token=token, name=name, done=False)
        acts.stop(self.office, number, Actor(kind="person", name=name, credential=BY_LETTER))
        return self._page("recovery-stop.html", name=name, done=True)

    def _form(self, request: HttpRequest, user: User | None) -> HttpResponse:
        return self._page(
            "recovery-ask.html",
            csrf_token=get_token(request),
            name=user.username if user else "",
            **numbers(self.office),
        )

    def _begun(self, row: Recovery) -> HttpResponse:
        return self._page("recovery-begun.html", recovery=row)

    def _page(self, template: str, **values: object) -> HttpResponse:
        return HttpResponse(self.press.print(template, **values), content_type=PAGE)


def numbers(office: Office) -> dict[str, int]:
    """Return the numbers of the policy, as the code goes by them."""
    ordinary = office.recovery_delay
    return {
        "hours": _hours(rules.waits(ordinary, critical=False)),
        "critical_hours": _hours(rules.waits(ordinary, critical=True)),
        "approvals": rules.APPROVALS,
        "letter_hours": _hours(rules.TOLD_EVERY),
        "ask_hours": _hours(ASK_FOR),
        "enrol_hours": _hours(ENROL_FOR),
    }


def half_signed_in(request: HttpRequest) -> User | None:
    """Return whose password this browser has given; raises where a factor was shown as well."""
    user = visitor(request)
    if user is not None:
        if assurance(request, user) >= Assurance.MULTI_FACTOR:
            raise ConflictError(
                "recovery-not-needed",
                f"{user.username} has shown a second factor in this session.",
                "Add and remove factors under Account, Security.",
            )
        return user
    stage = LoginStageController.enter(request, AuthenticateStage.key)
    found = stage.login.user if stage is not None else None
    return found if isinstance(found, User) else None


def urls(press: Press, office: Office) -> list[URLPattern]:
    """Return the addresses below `/account/recovery/`."""
    pages = Recovering(press, office)

    def at(
        route: str, view: Callable[..., HttpResponseBase], methods: frozenset[str]
    ) -> URLPattern:
        return path(f"account/recovery/{route}", guarded(view, press, methods))

    return [
        at("", pages.ask, BOTH),
        at("policy/", pages.policy, READ),
        at("ask/<str:secret>/", pages.asked, BOTH),
        at("stop/<str:secret>/", pages.stop, BOTH),
    ]


def _hours(time: timedelta) -> int:
    return int(time.total_seconds() // 3600)
