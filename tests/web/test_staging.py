"""The pages of stages: who sees them, what they offer, and what their forms do."""

import re
from dataclasses import replace

import pytest
from django.test import Client

from strongroom.core.actors import OPERATOR, Action, Reach
from strongroom.core.coordinates import ProjectId
from strongroom.packages.catalog.changes import set_status
from strongroom.packages.models import Approval, File, Project, Stage
from strongroom.packages.publishing.steps import Upload
from strongroom.packages.staging import preview
from strongroom.packages.staging.approving import set_approvals
from strongroom.packages.staging.files import Promise
from strongroom.packages.staging.opening import cancel
from strongroom.packages.staging.promises import promise
from strongroom.packages.staging.putting import Staged, take
from strongroom.people.access.grants import grant
from strongroom.people.access.roles import Role
from strongroom.people.models import Grant, User
from strongroom.web.visitors import SIGN_IN
from tests.fakes.distributions import PURE, sdist, sdist_filename, wheel, wheel_filename
from tests.fakes.people import sure
from tests.web.conftest import CLOCK, Shop
from tests.web.specimens import PARCEL, URL, Reader


def staged(
    shop: Shop,
    name: str = "marta",
    project: str = "parcel",
    version: str = "2.0",
    tag: str = PURE,
) -> Stage:
    """Put a wheel into a stage, by a token that may only stage."""
    actor = sure(User.objects.get(username=name), "token 7")
    actor = replace(actor, reach=Reach(actions=frozenset({Action.STAGE})))
    with shop.desk.blobs.receive() as incoming:
        incoming.write(wheel(project, version, tag=tag))
        upload = Upload(actor, "pypi", wheel_filename(project, version, tag), {}, incoming)
        put = take(upload, shop.yard)
    assert isinstance(put, Staged)
    return put.stage


@pytest.fixture
def bob(shop: Shop, owner: Client) -> Client:
    """Return the browser of a maintainer."""
    return shop.visitor("bob", Role.MAINTAINER)


@pytest.fixture
def stage(shop: Shop, bob: Client) -> Stage:
    """Return a stage of marta's that asks for one approval."""
    set_approvals(shop.desk, OPERATOR, PARCEL, 1)
    return staged(shop)


def here(stage: Stage, act: str = "") -> str:
    return f"/stages/{stage.handle}/{act}"


def page(browser: Client, address: str) -> Reader:
    return Reader(browser.get(address).content)


def offered(browser: Client, stage: Stage) -> set[str]:
    """Return the acts that a stage's page offers."""
    links = page(browser, here(stage)).values("href")
    found = (re.fullmatch(rf"{here(stage)}(\w+)/(\?content=\w+)?", link) for link in links)
    return {match[1] for match in found if match} - {"changes"}


def form(browser: Client, stage: Stage, act: str) -> dict[str, str]:
    """Return what the form of an act would send."""
    answer = browser.get(here(stage, f"{act}/"))
    (content,) = re.findall(rb'name="content" value="(\w+)"', answer.content)
    return {"content": content.decode()}


@pytest.mark.parametrize("address", ["", "approve/", "cancel/"])
def test_who_is_not_signed_in_is_sent_to_sign_in(
    client: Client, stage: Stage, address: str
) -> None:
    assert client.get(here(stage, address))["Location"].startswith(SIGN_IN)


@pytest.mark.parametrize("address", ["", "approve/", "reject/", "publish/", "cancel/"])
def test_to_a_stranger_a_stage_is_not_there(shop: Shop, stage: Stage, address: str) -> None:
    stranger = shop.visitor("jo")
    for answer in (
        stranger.get(here(stage, address)),
        stranger.get(f"/stages/{'0' * 32}/{address}"),
    ):
        assert answer.status_code == 404
        assert b"no-such-stage" in answer.content
        assert b"2.0" not in answer.content


def test_an_act_that_there_is_not_is_no_page(owner: Client, stage: Stage) -> None:
    assert owner.get(here(stage, "dance/")).status_code == 404


def test_a_page_shows_what_an_approver_must_know(bob: Client, stage: Stage) -> None:
    shown = page(bob, here(stage))
    for word in ("parcel 2.0", "1 of 1", "May still approve: bob", "by marta (token 7)"):
        assert word.lower() in " ".join(shown.text.lower().split()), word
    file = stage.files.get()
    assert file.sha256 in shown.text


def test_a_page_tells_how_to_try_the_release(shop: Shop, bob: Client, stage: Stage) -> None:
    text = page(bob, here(stage)).text
    index = f"{URL}/staged/{preview.token(stage.handle, shop.yard)}/simple/"
    assert f"--extra-index-url {index}" in text
    assert "parcel==2.0" in text


def test_the_secret_of_the_preview_goes_to_no_cache_and_no_other_site(
    bob: Client, stage: Stage
) -> None:
    headers = bob.get(here(stage)).headers
    assert (headers["Cache-Control"], headers["Referrer-Policy"]) == ("no-store", "same-origin")


def test_each_person_is_offered_what_they_may_do(
    shop: Shop, owner: Client, bob: Client, stage: Stage
) -> None:
    assert offered(owner, stage) == {"publish", "reject", "cancel"}
    assert offered(bob, stage) == {"approve", "publish", "reject", "cancel"}
    assert offered(shop.visitor("root", admin=True), stage) == {"cancel"}


def test_the_uploader_is_told_why_they_cannot_approve(owner: Client, stage: Stage) -> None:
    assert "You put files into it yourself" in page(owner, here(stage)).text


def test_an_administrator_is_told_why_they_cannot_approve(shop: Shop, stage: Stage) -> None:
    text = page(shop.visitor("root", admin=True), here(stage)).text
    assert "You cannot approve it" in text


def test_the_last_approval_says_that_it_publishes_and_does(
    shop: Shop, bob: Client, stage: Stage
) -> None:
    shown = page(bob, here(stage, "approve/"))
    assert "Approve and publish" in shown.text
    assert "Yours is the last approval" in shown.text
    assert stage.files.get().sha256 in shown.text
    answer = bob.post(here(stage, "approve/"), form(bob, stage, "approve"))
    assert (answer.status_code, answer["Location"]) == (303, here(stage))
    text = page(bob, here(stage)).text
    assert "approved and published." in text
    assert "This stage was published." in text
    assert File.objects.filter(release__display="2.0").exists()
    assert offered(bob, stage) == set()
    assert [one.event.kind for one in shop.events[-2:]] == ["file-published", "stage-published"]


def test_an_approval_that_is_not_the_last_says_so(
    shop: Shop, owner: Client, bob: Client, stage: Stage
) -> None:
    shop.visitor("carol", Role.MAINTAINER)
    set_approvals(shop.desk, OPERATOR, PARCEL, 2)
    text = page(bob, here(stage, "approve/")).text
    assert "1 more is needed" in text
    assert "Approve and publish" not in text
    bob.post(here(stage, "approve/"), form(bob, stage, "approve"))
    text = page(bob, here(stage)).text
    assert "You approved Parcel 2.0." in text
    assert "You have approved it." in text
    assert Approval.objects.count() == 1


def test_an_approval_that_does_not_count_any_more_is_marked(
    shop: Shop, owner: Client, bob: Client, stage: Stage
) -> None:
    shop.visitor("carol", Role.MAINTAINER)
    set_approvals(shop.desk, OPERATOR, PARCEL, 2)
    bob.post(here(stage, "approve/"), form(bob, stage, "approve"))
    Approval.objects.update(content="0" * 64)
    assert "does not count any more" in page(owner, here(stage)).text


def slipped_in(shop: Shop) -> str:
    """Put another file into marta's stage, by her token; returns its name."""
    actor = replace(
        sure(User.objects.get(username="marta"), "token 7"),
        reach=Reach(actions=frozenset({Action.STAGE})),
    )
    name = sdist_filename("parcel", "2.0")
    with shop.desk.blobs.receive() as incoming:
        incoming.write(sdist("parcel", "2.0"))
        take(Upload(actor, "pypi", name, {}, incoming), shop.yard)
    return name


def test_a_content_that_changed_after_the_look_is_shown_again_and_not_approved(
    shop: Shop, bob: Client, stage: Stage
) -> None:
    seen = form(bob, stage, "approve")
    name = slipped_in(shop)
    answer = bob.post(here(stage, "approve/"), seen)
    assert answer.status_code == 409
    assert b"not those that you saw" in answer.content
    assert name.encode() in answer.content
    assert not Approval.objects.exists()


def test_what_a_token_slips_in_is_not_published_by_whoever_looked_before(
    shop: Shop, owner: Client, bob: Client, parcel: Project
) -> None:
    stage = staged(shop)
    seen = form(bob, stage, "publish")
    slipped_in(shop)
    for sent in (seen, {}):
        answer = bob.post(here(stage, "publish/"), sent)
        assert answer.status_code == 409
        assert b"not those that you saw" in answer.content
    assert not File.objects.filter(release__display="2.0").exists()


@pytest.mark.parametrize("way", ["", "changes/"])
def test_who_comes_from_a_page_that_showed_other_files_is_told(
    shop: Shop, bob: Client, stage: Stage, way: str
) -> None:
    # Else what was read are the differences of one content, and what is approved is another one.
    (approve,) = (
        link for link in page(bob, here(stage, way)).values("href") if "/approve/" in str(link)
    )
    assert b"not those that you saw" not in bob.get(str(approve)).content
    name = slipped_in(shop)
    answer = bob.get(str(approve))
    assert answer.status_code == 409
    assert b"not those that you saw" in answer.content
    assert name.encode() in answer.content


def test_a_stage_that_waits_can_be_rejected_though_nobody_is_asked_any_more(
    shop: Shop, owner: Client, bob: Client, stage: Stage
) -> None:
    owner.post(here(stage, "publish/"), form(owner, stage, "publish"))
    set_approvals(shop.desk, OPERATOR, PARCEL, 0)
    assert offered(bob, stage) == {"publish", "reject"}


def test_an_approval_without_a_content_is_none(bob: Client, stage: Stage) -> None:
    assert bob.post(here(stage, "approve/")).status_code == 409


def test_what_one_may_not_do_is_refused_though_the_form_is_sent(
    owner: Client, stage: Stage
) -> None:
    sent = form(owner, stage, "approve")
    assert owner.post(here(stage, "approve/"), sent).status_code == 403
    assert not Approval.objects.exists()


def test_a_rejection_asks_for_a_reason_and_shows_it(
    bob: Client, owner: Client, stage: Stage
) -> None:
    answer = bob.post(here(stage, "reject/"), {"reason": " "})
    assert answer.status_code == 400
    assert b"A rejection says why." in answer.content
    bob.post(here(stage, "reject/"), {"reason": "not in the source"})
    text = page(owner, here(stage)).text
    assert "bob rejected it: not in the source" in text
    assert "cancel" in offered(owner, stage)


def test_asking_for_approval_freezes_the_stage(owner: Client, stage: Stage) -> None:
    assert "1 more person approves it" in page(owner, here(stage, "publish/")).text
    owner.post(here(stage, "publish/"), form(owner, stage, "publish"))
    assert "waits for approval." in page(owner, here(stage)).text
    assert offered(owner, stage) == {"reject"}
    answer = owner.post(here(stage, "cancel/"))
    assert answer.status_code == 409


def test_without_approvals_a_stage_is_published_by_a_button(
    shop: Shop, owner: Client, bob: Client, parcel: Project
) -> None:
    stage = staged(shop)
    assert offered(bob, stage) == {"publish", "cancel"}
    assert (
        "All files of Parcel 2.0 are published at once" in page(bob, here(stage, "publish/")).text
    )
    bob.post(here(stage, "publish/"), form(bob, stage, "publish"))
    assert "Parcel 2.0 is published." in page(bob, here(stage)).text
    assert File.objects.get(release__display="2.0").uploader == "marta"


def test_a_stage_is_cancelled_by_a_button(owner: Client, stage: Stage) -> None:
    assert "are forgotten" in page(owner, here(stage, "cancel/")).text
    owner.post(here(stage, "cancel/"))
    assert "This stage was cancelled" in page(owner, here(stage)).text


def test_a_publication_that_fails_says_why(shop: Shop, owner: Client, parcel: Project) -> None:
    stage = staged(shop)
    set_status(shop.desk, OPERATOR, PARCEL, "archived", "")
    answer = owner.post(here(stage, "publish/"), form(owner, stage, "publish"))
    assert answer.status_code == 409
    assert b"takes no uploads" in answer.content


def test_a_file_on_its_way_is_shown_and_keeps_the_buttons_away(
    shop: Shop, owner: Client, stage: Stage
) -> None:
    actor = sure(User.objects.get(username="marta"), "token 7")
    promise(shop.yard, actor, stage.handle, Promise("parcel-2.0.tar.gz", 3, {"sha256": "0" * 64}))
    assert "on its way" in page(owner, here(stage)).text
    assert offered(owner, stage) == {"cancel"}


def test_a_new_project_is_shown_to_whoever_holds_its_name_alone(shop: Shop, owner: Client) -> None:
    stage = staged(shop, "marta", "quiet", "1.0")
    text = page(owner, here(stage)).text
    assert "There is no project quiet yet" in text
    assert "quiet 1.0" in page(owner, "/stages/").text
    stranger = shop.visitor("jo")
    assert "quiet" not in page(stranger, "/stages/").text
    assert stranger.get("/manage/project/quiet/").status_code == 404


def test_files_that_are_added_to_a_release_are_told_from_a_release(
    shop: Shop, bob: Client, stage: Stage
) -> None:
    # Whoever pins the version and no digest may get one of them.
    assert "is published already" not in page(bob, here(stage)).text
    bob.post(here(stage, "approve/"), form(bob, stage, "approve"))
    added = staged(shop, tag="py2-none-any")
    assert "2.0 is published already" in page(bob, here(added)).text


def test_the_list_holds_the_stages_of_ones_projects_while_one_has_a_role(
    shop: Shop, bob: Client, stage: Stage
) -> None:
    assert here(stage) in page(bob, "/stages/").values("href")
    assert here(stage) in page(bob, "/manage/project/parcel/").values("href")
    mine = staged(shop, "bob", "parcel", "3.0")
    assert here(mine) in page(bob, "/stages/").values("href")
    Grant.objects.filter(user__username="bob").delete()
    assert not {here(stage), here(mine)} & set(page(bob, "/stages/").values("href"))


def test_a_list_without_stages_says_so(owner: Client) -> None:
    assert "None." in page(owner, "/stages/").text


def test_an_ended_stage_is_on_no_list(shop: Shop, owner: Client, stage: Stage) -> None:
    cancel(shop.yard, OPERATOR, stage.handle)
    assert here(stage) not in page(owner, "/stages/").values("href")


def test_a_stage_of_two_states_is_marked_in_the_list(
    shop: Shop, owner: Client, bob: Client, stage: Stage
) -> None:
    bob.post(here(stage, "reject/"), {"reason": "no"})
    assert "not published" in page(owner, "/stages/").text
    owner.post(here(stage, "publish/"), form(owner, stage, "publish"))
    assert "waits for approval" in page(owner, "/stages/").text


def test_nobody_may_approve_is_said(shop: Shop, owner: Client, bob: Client, stage: Stage) -> None:
    grant(User.objects.get(username="bob").pk, ProjectId("pypi", "x"), Role.OWNER, CLOCK)
    User.objects.filter(username="bob").update(is_active=False)
    assert "Nobody may approve it now" in page(owner, here(stage)).text


def test_a_stage_shows_how_it_differs_from_the_release_before(bob: Client, stage: Stage) -> None:
    assert f"{here(stage)}changes/" in page(bob, here(stage)).values("href")
    told = page(bob, here(stage, "changes/")).text
    assert "Compared with 1.0" in told
    assert "parcel-2.0-py3-none-any.whl" in told


def test_what_changes_is_nobody_elses_to_see(shop: Shop, stage: Stage) -> None:
    stranger = shop.visitor("eve")
    assert stranger.get(here(stage, "changes/")).status_code == 404
