"""Every address for people that the shelf does not answer.

What the shelf does answer (`/`, `/project/...`) is in `strongroom.web.reads`.
"""

from collections.abc import Callable

from django.http import HttpResponseBase
from django.urls import URLPattern, path

from strongroom.core.clock import Clock
from strongroom.packages.staging.yard import Yard
from strongroom.web.account import Account
from strongroom.web.accounts.urls import urls as account_urls
from strongroom.web.browsing import Browsing
from strongroom.web.cases import Cases
from strongroom.web.creating import Creating
from strongroom.web.demanding import Demanding
from strongroom.web.entrance import Entrance
from strongroom.web.faults import guarded
from strongroom.web.press import Press
from strongroom.web.staging import Staging
from strongroom.web.tending import Tending
from strongroom.web.trusting import Trusting
from strongroom.web.visitors import for_members
from strongroom.web.work import Board, Work

READ = frozenset({"GET", "HEAD"})
SEND = frozenset({"POST"})

# Whose projects stand at `/project/`; other ecosystems have addresses of their own.
ECOSYSTEM = "pypi"


def urls(
    yard: Yard, clock: Clock, board: Board, press: Press, disavowing: bytes
) -> list[URLPattern]:
    """Return the addresses, of pages that bear the registry's name and address.

    `disavowing` is the key of the links by which people say that something was not them.
    """
    browsing, account = Browsing(press), Account(press, yard.desk.limits)
    entrance, tending = Entrance(press, clock), Tending(press, yard, ECOSYSTEM)
    demanding, trusting = Demanding(tending), Trusting(tending)
    creating = Creating(press, yard.desk, ECOSYSTEM)
    staging, work, cases = Staging(press, yard), Work(press, board), Cases(press, clock)

    def at(
        route: str, view: Callable[..., HttpResponseBase], methods: frozenset[str]
    ) -> URLPattern:
        return path(route, guarded(view, press, methods))

    project = "manage/project/<str:name>/"
    trusted, waiting = f"{project}publishers/", "account/publishers/"
    return [
        *account_urls(press, clock, disavowing),
        at("search/", browsing.search, READ),
        at("user/<str:name>/", browsing.person, READ),
        at("claim/<str:secret>", entrance.claim, READ | SEND),
        at("sign-in/", entrance.explain, READ),
        at("sign-in/<str:secret>", entrance.sign_in, READ | SEND),
        at("sign-out/", entrance.sign_out, SEND),
        at("account/", for_members(account.show), READ),
        at("manage/jobs/", for_members(work.overview), READ),
        at("manage/jobs/<uuid:job>/retry/", for_members(work.retry), READ | SEND),
        at("manage/jobs/<uuid:job>/drop/", for_members(work.drop), READ | SEND),
        at("manage/cases/", for_members(cases.overview), READ),
        at("manage/cases/<int:number>/", for_members(cases.case), READ | SEND),
        at("manage/new/", for_members(creating.new), READ | SEND),
        at(project, for_members(tending.overview), READ),
        at(f"{project}yank/<str:version>/", for_members(tending.yank), READ | SEND),
        at(f"{project}unyank/<str:version>/", for_members(tending.unyank), READ | SEND),
        at(f"{project}remove/<str:version>/", for_members(tending.remove), READ | SEND),
        at(f"{project}retention/", for_members(tending.retention), READ | SEND),
        at(f"{project}status/<str:status>/", for_members(tending.status), READ | SEND),
        at(f"{project}approvals/<int:wanted>/", for_members(tending.approvals), READ | SEND),
        at(f"{project}critical/<str:wanted>/", for_members(demanding.critical), READ | SEND),
        at(f"{project}visibility/<str:wanted>/", for_members(demanding.visibility), READ | SEND),
        at(f"{project}confirmation/<str:wanted>/", for_members(demanding.confirm), READ | SEND),
        at(trusted, for_members(trusting.overview), READ),
        at(f"{trusted}add/<str:provider>/", for_members(trusting.add), READ | SEND),
        at(f"{trusted}remove/<int:number>/", for_members(trusting.remove), READ | SEND),
        at(f"{trusted}only/<str:wanted>/", for_members(trusting.only), READ | SEND),
        at(waiting, for_members(trusting.mine), READ),
        at(f"{waiting}add/<str:provider>/", for_members(trusting.wait), READ | SEND),
        at(f"{waiting}remove/<int:number>/", for_members(trusting.give_up), READ | SEND),
        at("stages/", for_members(staging.mine), READ),
        at("stages/<str:handle>/", for_members(staging.show), READ),
        at("stages/<str:handle>/changes/", for_members(staging.changes), READ),
        at("stages/<str:handle>/<str:act>/", for_members(staging.act), READ | SEND),
    ]
