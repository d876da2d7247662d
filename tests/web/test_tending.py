import pytest
from django.test import Client

from strongroom.core.events import Kind
from strongroom.packages.models import Project, Release
from strongroom.people.access.roles import Role
from strongroom.proof.models import EventRow
from strongroom.web.visitors import SIGN_IN
from tests.web.conftest import Shop
from tests.web.specimens import Reader

pytestmark = pytest.mark.usefixtures("parcel")

HERE = "/manage/project/parcel/"
ADDRESSES = [
    "",
    "yank/1.0/",
    "unyank/1.0/",
    "remove/1.0/",
    "retention/",
    "status/archived/",
    "status/quarantined/",
]


def _page(browser: Client, address: str = "") -> Reader:
    return Reader(browser.get(HERE + address).content)


@pytest.mark.parametrize("address", ADDRESSES)
def test_who_is_not_signed_in_is_sent_to_sign_in(client: Client, address: str) -> None:
    assert client.get(HERE + address)["Location"].startswith(SIGN_IN)


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_stranger_cannot_see_the_forms(shop: Shop, address: str) -> None:
    assert shop.visitor("jo").get(HERE + address).status_code == 403


@pytest.mark.parametrize("address", ADDRESSES[1:])
def test_a_stranger_cannot_send_them_either(shop: Shop, address: str) -> None:
    assert shop.visitor("jo").post(HERE + address, {"reason": "x"}).status_code == 403
    assert not Release.objects.filter(yanked=True).exists()
    assert Project.objects.get().status == "active"


def test_an_owner_sees_what_the_rule_permits(owner: Client) -> None:
    links = _page(owner).values("href")
    assert HERE + "yank/1.0/" in links
    assert HERE + "status/archived/" in links
    assert HERE + "status/quarantined/" not in links


def test_a_maintainer_may_yank_and_not_configure(shop: Shop) -> None:
    links = _page(shop.visitor("jo", Role.MAINTAINER)).values("href")
    assert HERE + "yank/1.0/" in links
    assert not any("/status/" in link for link in links)


def test_an_administrator_may_quarantine_and_not_publish(shop: Shop) -> None:
    page = _page(shop.visitor("jo", admin=True))
    assert HERE + "status/quarantined/" in page.values("href")
    assert "twine upload" not in page.text


def test_a_yank_is_explained_before_it_is_made(owner: Client) -> None:
    page = _page(owner, "yank/1.0/")
    assert "What will happen" in page.text
    assert "parcel==1.0" in page.text
    assert not Release.objects.get().yanked


def test_a_yank_by_the_form_works_and_says_so(shop: Shop, owner: Client) -> None:
    answer = owner.post(HERE + "yank/1.0/", {"reason": "Ate the tape"})
    assert (answer.status_code, answer["Location"]) == (303, HERE)
    assert Release.objects.get().yanked_reason == "Ate the tape"
    assert "1.0 is yanked." in _page(owner).text
    event = shop.events[-1].event
    assert (event.kind, event.actor, event.credential) == (Kind.RELEASE_YANKED, "marta", "session")


def test_a_yank_can_be_taken_back(owner: Client) -> None:
    owner.post(HERE + "yank/1.0/", {"reason": "Oops"})
    assert HERE + "unyank/1.0/" in _page(owner).values("href")
    assert "What will happen" in _page(owner, "unyank/1.0/").text
    owner.post(HERE + "unyank/1.0/")
    assert not Release.objects.get().yanked
    assert "no longer yanked" in _page(owner).text


def test_what_is_so_already_changes_nothing(owner: Client) -> None:
    before = EventRow.objects.count()
    owner.post(HERE + "unyank/1.0/")
    assert "Nothing changed" in _page(owner).text
    assert EventRow.objects.count() == before


def test_a_reason_that_cannot_be_taken_comes_back(owner: Client) -> None:
    answer = owner.post(HERE + "yank/1.0/", {"reason": "x" * 501})
    assert answer.status_code == 400
    assert "x" * 501 in Reader(answer.content).values("value")


def test_a_status_is_changed_with_its_reason(owner: Client) -> None:
    owner.post(HERE + "status/archived/", {"reason": "Finished"})
    project = Project.objects.get()
    assert (project.status, project.status_reason) == ("archived", "Finished")
    page = _page(owner)
    assert "Parcel is archived." in page.text
    assert HERE + "status/active/" in page.values("href")


def test_the_reason_of_a_status_can_be_changed(owner: Client) -> None:
    owner.post(HERE + "status/deprecated/", {"reason": "Old"})
    assert "Change the reason" in _page(owner).text
    assert "Old" in _page(owner, "status/deprecated/").values("value")


def test_nothing_can_be_yanked_in_quarantine(shop: Shop) -> None:
    admin = shop.visitor("jo", admin=True)
    admin.post(HERE + "status/quarantined/", {"reason": "Bees"})
    assert not any("/yank/" in link for link in _page(admin).values("href"))
    assert admin.post(HERE + "yank/1.0/").status_code == 409


def test_an_owner_cannot_lift_a_quarantine(shop: Shop, owner: Client) -> None:
    shop.visitor("jo", admin=True).post(HERE + "status/quarantined/")
    assert owner.post(HERE + "status/active/").status_code == 403
    assert Project.objects.get().status == "quarantined"


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/manage/project/other/", 404),
        (HERE + "yank/9.9/", 404),
        (HERE + "yank/nonsense!/", 400),
        (HERE + "status/happy/", 400),
        ("/manage/project/-/", 400),
    ],
)
def test_what_is_not_there_is_told(owner: Client, address: str, status: int) -> None:
    assert owner.get(address).status_code == status


def test_another_spelling_of_the_name_is_the_same_project(owner: Client) -> None:
    assert owner.get("/manage/project/PARCEL/").status_code == 200


def test_a_change_without_the_csrf_token_is_refused(owner: Client) -> None:
    owner.handler.enforce_csrf_checks = True
    assert owner.post(HERE + "yank/1.0/", {"reason": "x"}).status_code == 403
    assert not Release.objects.get().yanked


def test_an_owner_asks_for_approvals_after_they_were_explained(shop: Shop, owner: Client) -> None:
    alone = _page(owner)
    assert HERE + "approvals/1/" not in alone.values("href")
    assert "when the project has a second person" in alone.text
    shop.visitor("jo", Role.MAINTAINER)
    assert HERE + "approvals/1/" in _page(owner).values("href")
    text = _page(owner, "approvals/1/").text
    assert "waits in a stage until 1 person approves it" in text
    assert "Only an administrator can ask for fewer again." in text
    owner.post(HERE + "approvals/1/")
    assert "Approvals that Parcel asks for: 1." in _page(owner).text
    assert Project.objects.get().approvals == 1
    assert shop.events[-1].event.kind == Kind.APPROVALS_CHANGED


def test_an_owner_is_offered_no_fewer_approvals(shop: Shop, owner: Client) -> None:
    shop.visitor("jo", Role.MAINTAINER)
    owner.post(HERE + "approvals/1/")
    assert HERE + "approvals/0/" not in _page(owner).values("href")
    assert owner.get(HERE + "approvals/0/").status_code == 403
    assert owner.post(HERE + "approvals/0/").status_code == 403
    assert Project.objects.get().approvals == 1


def test_an_administrator_asks_for_fewer(shop: Shop, owner: Client) -> None:
    shop.visitor("jo", Role.MAINTAINER)
    owner.post(HERE + "approvals/1/")
    root = shop.visitor("root", admin=True)
    assert HERE + "approvals/0/" in _page(root).values("href")
    assert "published at once" in _page(root, "approvals/0/").text
    root.post(HERE + "approvals/0/")
    assert Project.objects.get().approvals == 0


def test_more_approvals_than_people_are_refused_on_the_form(owner: Client) -> None:
    answer = owner.post(HERE + "approvals/3/")
    assert answer.status_code == 409
    assert b"approvals cannot be had" in answer.content
