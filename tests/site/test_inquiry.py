"""Mail domains are asked about as the configuration says."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from strongroom.people.accounts.lapses import Finding, Held, Mail
from strongroom.site.configuration import Configuration
from strongroom.site.inquiry import asking
from tests.fakes.clocks import NOON
from tests.fakes.names import MAIL, NULL_MX, naming
from tests.fakes.registries import domain
from tests.fakes.servers import answer, serving

NAMES = {"example.test": MAIL, "null.test": NULL_MX, "bare.test": {}}
BORN = datetime(2001, 2, 3, 4, 5, 6, tzinfo=UTC)
QUIET = Configuration(rdap_bootstrap="")


@pytest.mark.parametrize(
    ("name", "mail"),
    [
        ("example.test", Mail.TAKEN),
        ("null.test", Mail.REFUSED),
        ("bare.test", Mail.REFUSED),
        ("gone.test", Mail.NO_NAME),
        ("gone.elsewhere", Mail.UNKNOWN),
    ],
)
def test_dns_alone_is_asked_where_no_registry_is_named(name: str, mail: Mail) -> None:
    with naming(NAMES) as (host, port):
        ask = asking(replace(QUIET, dns_servers=(f"{host}:{port}",)))
        assert ask(name, NOON) == Finding(NOON, mail, Held.UNASKED)


@pytest.mark.parametrize(
    ("status", "held"),
    [
        ((), Held.REGISTERED),
        (("active", "client transfer prohibited"), Held.REGISTERED),
        (("redemption period",), Held.ENDING),
        (("pending delete", "client hold"), Held.ENDING),
        (("client hold",), Held.STOPPED),
        (("server hold",), Held.STOPPED),
    ],
)
def test_the_registry_is_asked_with_its_words_and_date(status: tuple[str, ...], held: Held) -> None:
    with (
        naming(NAMES) as (host, port),
        serving({"/domain/example.test": domain(*status)}) as registry,
    ):
        servers = (f"{host}:{port}",)
        ask = asking(replace(QUIET, dns_servers=servers, rdap_servers=(f"test={registry.url}",)))
        assert ask("example.test", NOON) == Finding(NOON, Mail.TAKEN, held, BORN)
        assert ask("gone.test", NOON) == Finding(NOON, Mail.NO_NAME, Held.ABSENT)


def test_a_registry_that_fails_says_nothing() -> None:
    failing = {"/domain/gone.test": answer(b"", status="500 Broken")}
    with naming(NAMES) as (host, port), serving(failing) as registry:
        servers = (f"{host}:{port}",)
        ask = asking(replace(QUIET, dns_servers=servers, rdap_servers=(f"test={registry.url}",)))
        assert ask("gone.test", NOON).held is Held.UNKNOWN
