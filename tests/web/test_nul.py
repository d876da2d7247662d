"""A NUL in whatever a stranger may write: PostgreSQL refuses one, SQLite ends a text at it."""

import pytest
from django.test import Client

from tests.web.conftest import Shop

PATHS = (
    "/search/?q=%00",
    "/search/?q=parcel%00&page=%00",
    "/search/?%00=1",
    "/user/a%00b/",
    "/claim/%00",
    "/sign-in/%00",
    "/manage/project/par%00cel/",
    "/manage/project/parcel/yank/1%00/",
    "/manage/project/parcel/status/%00/",
)


@pytest.mark.parametrize("path", PATHS)
def test_a_nul_in_an_address_is_refused(owner: Client, path: str) -> None:
    assert owner.get(path).status_code in {400, 404}


@pytest.mark.parametrize("path", ["parcel/yank/1.0/", "parcel/status/archived/"])
def test_a_nul_in_a_reason_is_refused(owner: Client, path: str) -> None:
    assert owner.post(f"/manage/project/{path}", {"reason": "a\0b"}).status_code == 400


def test_a_nul_in_a_claim_is_refused(shop: Shop) -> None:
    link = f"/claim/{shop.link(None)}"
    for form in ({"name": "a\0b", "email": "a@example.org"}, {"name": "a", "email": "a\0@b.org"}):
        assert Client().post(link, form).status_code == 400


@pytest.mark.parametrize("path", ["/account/", "/search/?q=parcel", "/sign-in/"])
def test_a_nul_in_a_cookie_is_refused(shop: Shop, path: str) -> None:
    # Quoted as cookies may be (RFC 6265, section 4.1.1; Python reads octal escapes in them).
    cookie = 'strongroom_session="aaaaaaaaaaaa\\000aaaa"'
    assert Client().get(path, headers={"Cookie": cookie}).status_code == 400
