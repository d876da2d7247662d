"""Changing what a project demands of its people: how critical it is, and who confirms."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponseBase

from strongroom.core.actors import Action
from strongroom.core.errors import NotFoundError
from strongroom.packages.catalog import criticality, states, visibility
from strongroom.packages.catalog.acts import may
from strongroom.packages.catalog.listing import find_project
from strongroom.packages.staging.confirming import set_confirmed
from strongroom.people.access.rules import confirmed
from strongroom.people.models import User
from strongroom.web.consequences import confirming, pinning, revealing
from strongroom.web.tending import Change, Tending
from strongroom.web.visitors import acting

SWITCH = {"on": True, "off": False}


@dataclass(frozen=True, slots=True)
class Demanding:
    """The views of it; forms are those of `Tending`."""

    tending: Tending

    def critical(
        self, request: HttpRequest, user: User, name: str, wanted: str
    ) -> HttpResponseBase:
        """Explain what it is to call a project critical or not, or do it."""
        actor, desk = acting(request, user), self.tending.desk
        shown = self.tending.listing(actor, name)
        may(actor, Action.PIN, find_project(shown.project))
        words, effects = pinning(shown.name.display, states.pin(wanted))
        change = Change(
            heading=words,
            act=words,
            effects=effects,
            done=f"{words}: done.",
            make=lambda _: criticality.pin(desk, actor, shown.project, wanted),
            asks_reason=False,
            grave=wanted == "off",
        )
        return self.tending.answer(request, shown, change)

    def visibility(
        self, request: HttpRequest, user: User, name: str, wanted: str
    ) -> HttpResponseBase:
        """Explain what it is to be private or public, or make a project so."""
        actor, desk = acting(request, user), self.tending.desk
        private = visibility.visibility(wanted)
        shown = self.tending.listing(actor, name)
        may(actor, Action.CONFIGURE, find_project(shown.project))
        if not private:
            confirmed(actor, desk.clock.now())
        words, effects = revealing(shown.name.display, private=private)
        change = Change(
            heading=words,
            act=words,
            effects=effects,
            done=f"{words}: done.",
            make=lambda _: visibility.set_private(desk, actor, shown.project, private=private),
            asks_reason=False,
            grave=not private,
            typed="" if private else shown.name.display,
        )
        return self.tending.answer(request, shown, change)

    def confirm(self, request: HttpRequest, user: User, name: str, wanted: str) -> HttpResponseBase:
        """Explain what it is that a person confirms each publication, or ask for it."""
        actor, desk = acting(request, user), self.tending.desk
        shown = self.tending.listing(actor, name)
        may(actor, Action.CONFIGURE, find_project(shown.project))
        if wanted not in SWITCH:
            raise NotFoundError(
                "no-such-page", "There is no page at this address.", "Go back to the project."
            )
        if not SWITCH[wanted]:
            confirmed(actor, desk.clock.now())
        words, effects = confirming(shown.name.display, wanted=SWITCH[wanted])
        change = Change(
            heading=words,
            act=words,
            effects=effects,
            done=f"{words}: done.",
            make=lambda _: set_confirmed(desk, actor, shown.project, wanted=SWITCH[wanted]),
            asks_reason=False,
            grave=not SWITCH[wanted],
        )
        return self.tending.answer(request, shown, change)
