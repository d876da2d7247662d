"""Every address for people that the shelf does not answer.

What the shelf does answer (`/`, `/project/...`) is in `strongroom.web.reads`.
"""

from collections.abc import Callable

from django.http import HttpResponseBase
from django.urls import URLPattern, path

from strongroom.core.clock import Clock
from strongroom.packages.catalog.desk import Desk
from strongroom.web.account import Account
from strongroom.web.browsing import Browsing
from strongroom.web.entrance import Entrance
from strongroom.web.faults import guarded
from strongroom.web.press import Press
from strongroom.web.tending import Tending
from strongroom.web.visitors import for_members

READ = frozenset({"GET", "HEAD"})
SEND = frozenset({"POST"})

# Whose projects stand at `/project/`; other ecosystems have addresses of their own.
ECOSYSTEM = "pypi"


def urls(desk: Desk, clock: Clock, public_url: str, site_name: str) -> list[URLPattern]:
    """Return the addresses, for the registry reached at `public_url` under `site_name`."""
    press = Press(public_url, site_name)
    browsing, account = Browsing(press), Account(press, desk.limits)
    entrance, tending = Entrance(press, clock), Tending(press, desk, ECOSYSTEM)

    def at(
        route: str, view: Callable[..., HttpResponseBase], methods: frozenset[str]
    ) -> URLPattern:
        return path(route, guarded(view, press, methods))

    project = "manage/project/<str:name>/"
    return [
        at("search/", browsing.search, READ),
        at("user/<str:name>/", browsing.person, READ),
        at("claim/<str:secret>", entrance.claim, READ | SEND),
        at("sign-in/", entrance.explain, READ),
        at("sign-in/<str:secret>", entrance.sign_in, READ | SEND),
        at("sign-out/", entrance.sign_out, SEND),
        at("account/", for_members(account.show), READ),
        at(project, for_members(tending.overview), READ),
        at(f"{project}yank/<str:version>/", for_members(tending.yank), READ | SEND),
        at(f"{project}unyank/<str:version>/", for_members(tending.unyank), READ | SEND),
        at(f"{project}remove/<str:version>/", for_members(tending.remove), READ | SEND),
        at(f"{project}retention/", for_members(tending.retention), READ | SEND),
        at(f"{project}status/<str:status>/", for_members(tending.status), READ | SEND),
    ]
