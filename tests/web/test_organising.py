"""Organisations and a project's people at their pages: what works, and who may not (B11)."""

import pytest
from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from django.conf import settings as django
from django.test import Client
from pytest_django import Settings

from strongroom.core.actors import OPERATOR
from strongroom.packages.models import Project
from strongroom.people.access.grants import grant, holder_of, people_of
from strongroom.people.access.ranks import rank_of
from strongroom.people.access.roles import Rank, Role
from strongroom.people.models import (
    Grant,
    Invitation,
    Membership,
    Offer,
    Organisation,
    Team,
    TeamGrant,
    TeamMember,
    User,
)
from strongroom.people.organisations import members
from strongroom.people.organisations.invitations import VALID_FOR
from strongroom.proof.ledger.events import last_serial
from strongroom.web import organising, staffing
from strongroom.web.organisation import Means
from strongroom.web.press import Press
from tests.fakes.offices import Bureau
from tests.fakes.organisations import TERMS, acme, invited
from tests.site.demanded_of_people import HANDING, ORGANISATIONS, STAFFING
from tests.web.conftest import CLOCK, Shop
from tests.web.specimens import PARCEL, URL, Reader

ACME = "/organisation/acme/"
PEOPLE = "/manage/project/parcel/people/"
ROWS = (Organisation, Membership, Team, TeamMember, TeamGrant, Invitation, Offer, Grant)


@pytest.fixture
def bureau(shop: Shop, settings: Settings) -> Bureau:
    """Return the office of a shop whose door has the pages of organisations, too."""
    bureau = Bureau(clock=CLOCK)  # type: ignore[arg-type] # sessions end by the machine's clock
    means = Means(bureau.office, shop.desk, "pypi")
    press = Press(URL)
    pages = [*organising.urls(press, means, TERMS), *staffing.urls(press, means)]
    vars(settings.ROOT_URLCONF)["urlpatterns"][:0] = pages
    assert django.ROOT_URLCONF is settings.ROOT_URLCONF
    return bureau


@pytest.fixture
def olga(shop: Shop, bureau: Bureau, owner: Client) -> Client:
    """Return the browser of whoever owns acme; mia is in it and in its team, marta owns parcel."""
    browser = shop.visitor("olga")
    acme(User.objects.get(username="olga"), shop.user("mia"), CLOCK)
    return browser


def standing() -> list[object]:
    rows: list[object] = [list(model.objects.order_by("pk").values()) for model in ROWS]
    return [*rows, last_serial()]


def rank(name: str) -> Rank | None:
    return rank_of(User.objects.get(username=name).pk, Organisation.objects.get().pk)


def page(browser: Client, path: str) -> Reader:
    answer = browser.get(path)
    assert answer.status_code == 200, answer.content.decode()[:2000]
    return Reader(answer.content)


def fresh(browser: Client) -> Client:
    """Have somebody show their key once more."""
    session, at = browser.session, CLOCK.now().timestamp()
    shown = {"method": "mfa", "type": "webauthn", "at": at}
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [shown]
    session[f"{AUTHENTICATION_METHODS_SESSION_KEY}_user"] = session["_auth_user_id"]
    session.save()
    return browser


def sent(browser: Client, path: str, **form: str) -> int:
    assert "What will happen" in page(browser, path).text
    return browser.post(path, form).status_code


def test_an_organisation_is_made_filled_and_left(shop: Shop, bureau: Bureau) -> None:
    olga, eve = shop.visitor("olga"), shop.visitor("eve")
    assert "You are in none." in page(olga, "/organisations/").text
    assert sent(olga, "/organisations/new/", name="acme", title="Acme Limited") == 303
    assert sent(olga, f"{ACME}team/", team="core") == 303
    assert sent(olga, f"{ACME}invite/", whom="eve", rank="member", team="core") == 303
    assert "eve" in page(olga, ACME).text
    listed = page(eve, "/invitations/").values("href")
    (accept,) = (one for one in listed if one.endswith("/accept/"))
    assert sent(eve, accept) == 303
    assert TeamMember.objects.get().user.username == "eve"
    told = page(eve, ACME).text
    assert "olga" in told
    assert "Invite somebody" not in told
    assert sent(eve, f"{ACME}teams/core/part/", user="eve") == 303
    assert sent(eve, f"{ACME}leave/") == 303
    assert rank("eve") is None
    assert "acme" in page(olga, "/organisations/").text
    assert sent(olga, f"{ACME}delete/") == 303
    assert not Organisation.objects.exists()


def test_who_is_in_it_is_its_members_to_know(olga: Client, shop: Shop) -> None:
    for browser in (Client(), shop.visitor("eve")):
        told = page(browser, ACME).text
        assert "Acme" not in told
        assert "acme" in told
        assert "mia" not in told
        assert "core" not in told
    assert "mia" in page(olga, ACME).text
    assert "mia" in page(shop.visitor("root", admin=True), ACME).text


def test_what_cannot_be_done_is_said_on_the_form(olga: Client) -> None:
    answer = olga.post(f"{ACME}leave/")
    assert answer.status_code == 409
    assert "is the last owner of acme" in Reader(answer.content).text
    answer = olga.post(f"{ACME}invite/", {"whom": "nobody", "rank": "member"})
    assert answer.status_code == 404
    assert "That did not work" in Reader(answer.content).text


@pytest.mark.parametrize(
    "path",
    [
        f"{ACME}dance/",
        f"{ACME}members/mia/dance/",
        f"{ACME}teams/core/dance/",
        f"{PEOPLE}dance/",
        f"{PEOPLE}marta/dance/",
        "/invitations/1/dance/",
        "/offers/parcel/dance/",
        "/organisation/nothing/",
        "/organisation/nothing/leave/",
    ],
)
def test_what_is_not_there_is_not_found(olga: Client, path: str) -> None:
    assert olga.get(path).status_code == 404


def test_a_person_is_invited_to_a_project_changed_and_dismissed(
    shop: Shop, bureau: Bureau, owner: Client
) -> None:
    eve = shop.visitor("eve")
    assert sent(owner, f"{PEOPLE}invite/", whom="eve@example.org", role="publisher") == 303
    assert "eve@example.org" in page(owner, PEOPLE).text
    number = Invitation.objects.get().pk
    assert sent(eve, f"/invitations/{number}/accept/") == 303
    assert people_of(PARCEL) == (("eve", "publisher"), ("marta", "owner"))
    assert sent(owner, f"{PEOPLE}eve/role/", role="triager") == 303
    assert people_of(PARCEL)[0] == ("eve", "triager")
    assert "Leave" in page(eve, PEOPLE).text
    assert sent(eve, f"{PEOPLE}leave/") == 303
    assert people_of(PARCEL) == (("marta", "owner"),)
    grant(User.objects.get(username="eve").pk, PARCEL, Role.READER, CLOCK)
    assert sent(owner, f"{PEOPLE}eve/dismiss/") == 303
    assert people_of(PARCEL) == (("marta", "owner"),)


def test_an_invitation_is_declined_or_withdrawn(shop: Shop, bureau: Bureau, owner: Client) -> None:
    eve = shop.visitor("eve")
    owner.post(f"{PEOPLE}invite/", {"whom": "eve", "role": "publisher"})
    assert sent(eve, f"/invitations/{Invitation.objects.get().pk}/decline/") == 303
    owner.post(f"{PEOPLE}invite/", {"whom": "eve", "role": "publisher"})
    number = Invitation.objects.get().pk
    assert sent(owner, f"{PEOPLE}invitations/{number}/withdraw/") == 303
    assert not Invitation.objects.exists()
    assert owner.post(f"{PEOPLE}invitations/{number}/withdraw/").status_code == 404


def test_a_project_is_offered_and_taken_over(olga: Client, owner: Client) -> None:
    assert sent(fresh(owner), f"{PEOPLE}transfer/", organisation="acme") == 303
    assert "It is offered to" in page(owner, PEOPLE).text
    assert sent(owner, f"{PEOPLE}keep/") == 303
    assert sent(owner, f"{PEOPLE}transfer/", organisation="acme") == 303
    assert "parcel" in page(olga, "/invitations/").text
    assert sent(fresh(olga), "/offers/parcel/accept/") == 303
    holder = holder_of(PARCEL)
    assert holder is not None
    assert holder.name == "acme"
    assert owner.get(PEOPLE).status_code == 403
    assert "It is held by" in page(olga, PEOPLE).text
    assert "Parcel" in page(Client(), ACME).text


def test_an_offer_is_declined(olga: Client, owner: Client) -> None:
    fresh(owner).post(f"{PEOPLE}transfer/", {"organisation": "acme"})
    assert sent(olga, "/offers/parcel/decline/") == 303
    assert not Offer.objects.exists()


def names(bureau: Bureau, shop: Shop) -> dict[str, str]:
    """Return what stands for the words in braces; bob and carol are people of nothing."""
    for name in ("bob", "carol"):
        shop.user(name)
    members.set_rank(OPERATOR, "acme", "bob", Rank.MEMBER, CLOCK)
    numbers = {"into_acme": str(invited(bureau.office, "acme", "carol"))}
    made = Invitation.objects.create(
        address="x@example.org",
        ecosystem="pypi",
        project="parcel",
        role="reader",
        sent_at=CLOCK.now(),
        expires_at=CLOCK.now() + VALID_FOR,
    )
    return {**numbers, "into_parcel": str(made.pk), "to_alice": numbers["into_acme"]}


# What somebody without power in a place may still do there: leave, and answer what is theirs.
OWN = ("/leave/", "/part/", "/invitations/{to_alice}/", "/organisations/new/", "/offers/")
WHO = ("stranger", "member", "administrator", "reader", "triager", "publisher", "maintainer")


@pytest.mark.parametrize("who", WHO)
@pytest.mark.usefixtures("olga")
def test_nobody_changes_anything_by_a_role_that_only_reads(
    shop: Shop, bureau: Bureau, who: str
) -> None:
    """Any member could invite owners where a form stood behind a permission to read (B11)."""
    role = Role(who) if who in set(Role) else None
    browser, words = shop.visitor("eve", role, admin=who == "administrator"), names(bureau, shop)
    if who == "member":
        members.set_rank(OPERATOR, "acme", "eve", Rank.MEMBER, CLOCK)
    for table in (ORGANISATIONS, STAFFING, HANDING):
        for change in (one for changes in table.values() for one in changes):
            if any(one in change.path for one in OWN):
                continue
            before, path = standing(), change.path.format(**words)
            for answer in (browser.get(path), browser.post(path, change.form)):
                assert (path, answer.status_code) == (path, 403)
            assert standing() == before


def test_a_private_projects_name_is_told_to_its_people_alone(
    olga: Client, owner: Client, shop: Shop
) -> None:
    fresh(owner).post(f"{PEOPLE}transfer/", {"organisation": "acme"})
    fresh(olga).post("/offers/parcel/accept/")
    Project.objects.update(private=True)
    eve = shop.visitor("eve")
    for browser in (Client(), eve):
        assert "arcel" not in page(browser, ACME).text
    for path in ("", "invite/", "transfer/", "leave/", "keep/", "olga/role/"):
        there, nothing = (eve.get(f"{PEOPLE}{path}".replace("parcel", name)) for name in NAMES)
        assert (there.status_code, nothing.status_code) == (404, 404)
        assert there.content.replace(b"parcel", b"nobodys") == nothing.content
    assert "Parcel" in page(olga, ACME).text


NAMES = ("parcel", "nobodys")
MANAGER = {  # what a manager of acme may do there; the rest of the table is refused
    "invite/",
    "team/",
    "members/bob/rank/",
    "members/bob/dismiss/",
    "teams/core/rename/",
    "teams/core/delete/",
    "teams/core/join/",
    "teams/core/part/",
    "teams/core/give/",
    "teams/core/take/",
    "invitations/{into_acme}/withdraw/",
}


@pytest.mark.usefixtures("olga")
def test_a_manager_looks_after_people_and_nothing_else(shop: Shop, bureau: Bureau) -> None:
    max_ = shop.visitor("max")
    words = names(bureau, shop)
    members.set_rank(OPERATOR, "acme", "max", Rank.MANAGER, CLOCK)
    for changes in ORGANISATIONS.values():
        for change in changes:
            if not change.path.startswith(ACME) or change.path.endswith("/leave/"):
                continue
            may = change.path.removeprefix(ACME) in MANAGER
            answer = max_.get(change.path.format(**words))
            assert (change.path, answer.status_code) == (change.path, 200 if may else 403)
    before = standing()
    for path, form in (
        (f"{ACME}invite/", {"whom": "eve@example.org", "rank": "owner"}),
        (f"{ACME}members/olga/rank/", {"rank": "member"}),
        (f"{ACME}members/olga/dismiss/", {}),
        (f"{ACME}members/max/rank/", {"rank": "owner"}),
        (f"{ACME}teams/core/join/", {"user": "max"}),
    ):
        assert max_.post(path, form).status_code == 403
    assert standing() == before
