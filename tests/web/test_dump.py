"""What a copy of the database is worth: nothing in it signs in, publishes, or is a secret."""

import json
import re

import pytest
from django.apps import apps
from django.core import serializers
from django.test import Client

from strongroom.core.errors import ForbiddenError
from strongroom.people.access.roles import Role
from strongroom.people.models import User
from strongroom.people.tokens import caveats, macaroons, secrets
from strongroom.people.tokens.authenticate import authenticate
from strongroom.people.tokens.minting import Order, create
from tests.fakes.people import sure
from tests.web.conftest import CLOCK, MINT, Shop

pytestmark = pytest.mark.usefixtures("parcel")


def dumped() -> str:
    """Return every row of every table."""
    tables = [model._default_manager for model in apps.get_models()]
    return "[" + ",".join(serializers.serialize("json", one.all()) for one in tables) + "]"


def candidates(dump: str) -> set[str]:
    """Return whatever of a dump may be a secret: what is long and has no blank."""
    return set(re.findall(r"[0-9A-Za-z_=.-]{24,}", dump))


@pytest.fixture
def marta(shop: Shop) -> tuple[Client, str, str]:
    """Return marta's browser, a token of hers that was used, and a link that was not."""
    browser = shop.visitor("marta", Role.OWNER)
    user = User.objects.get(folded="marta")
    token = create(user, Order("laptop"), by=sure(user), mint=MINT).text
    once = macaroons.narrow(token, [caveats.encode(caveats.Once())])
    for text in (token, once):
        authenticate(text, master=MINT.master, clock=CLOCK, source="192.0.2.7")
    return browser, token, shop.link(shop.user("jo"))


def test_no_secret_that_somebody_holds_is_in_any_row(marta: tuple[Client, str, str]) -> None:
    browser, token, link = marta
    dump, macaroon = dumped(), macaroons.parse(token)
    cookies = [one.value for one in browser.cookies.values()]
    for held in (token, link, *cookies, MINT.master.decode()):
        assert held not in dump
    for secret in (macaroon.seed, macaroon.signature):
        assert secret.hex() not in dump
        assert secrets._to_base62(int.from_bytes(secret, "big")) not in dump
    assert secrets.PATTERN.search(dump) is None


def test_nothing_of_a_dump_opens_a_door(marta: tuple[Client, str, str]) -> None:
    found = candidates(dumped())
    assert len(found) > 5
    for text in found:
        thief = Client()
        thief.cookies["sessionid"] = text
        assert thief.get("/account/").status_code == 303
        assert Client().post(f"/sign-in/{text}").status_code in {400, 403, 404}
        with pytest.raises(ForbiddenError):
            authenticate(text, master=MINT.master, clock=CLOCK, source="192.0.2.7")


def test_not_even_with_the_key_is_a_token_made_of_rows(marta: tuple[Client, str, str]) -> None:
    (row,) = json.loads(
        serializers.serialize("json", apps.get_model("people", "Token").objects.all())
    )
    known = bytes.fromhex(row["fields"]["identifier"])
    limits = [json.dumps(one, separators=(",", ":")).encode() for one in row["fields"]["caveats"]]
    for seed in (known, bytes(16), known[:8] * 2):
        forged = macaroons.mint(MINT.master, seed, "u", limits)
        with pytest.raises(ForbiddenError):
            authenticate(forged, master=MINT.master, clock=CLOCK, source="192.0.2.7")
