"""Registries are asked about domains, by servers that are named or listed."""

import socket
from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from strongroom.core.errors import ConfigurationError
from strongroom.stores.addresses import networks
from strongroom.stores.outside import Outside
from strongroom.stores.registrations import (
    Absent,
    Registration,
    Registries,
    is_address,
    is_valid,
    servers,
)
from tests.fakes.registries import domain, listed
from tests.fakes.servers import Route, Said, answer, moved, serving

LOOPBACK = networks(["127.0.0.0/8"])
HERE = Outside("test", LOOPBACK)
ACTIVE = Registration(frozenset({"active"}), datetime(2001, 2, 3, 4, 5, 6, tzinfo=UTC))


def asked(name: str, routes: Mapping[str, Route]) -> tuple[Registration | Absent | None, Said]:
    """Ask the named registry of the top-level domain `test`."""
    with serving(routes) as server:
        registries = Registries({"test": f"{server.url}/rdap/"}, "", HERE, HERE)
        return registries.reading()(name), server


def test_a_domain_is_told_with_its_status_and_its_date() -> None:
    found, server = asked("example.test", {"/rdap/domain/example.test": domain("Active")})
    assert found == ACTIVE
    assert "Accept: application/rdap+json" in server.requests[0]


def test_a_part_of_a_domain_is_asked_about_by_its_domain() -> None:
    found, server = asked("a.b.example.test", {"/rdap/domain/example.test": domain("active")})
    assert found == ACTIVE
    assert len(server.requests) == 3


def test_what_a_registry_does_not_know_is_absent_and_the_top_is_not_asked_about() -> None:
    found, server = asked("gone.test", {})
    assert found == Absent()
    assert len(server.requests) == 1


def test_a_domain_registered_again_counts_from_then() -> None:
    again = domain("active", registered="2020-01-01T00:00:00Z", event="reregistration")
    found, _ = asked("example.test", {"/rdap/domain/example.test": again})
    assert isinstance(found, Registration)
    assert found.registered_at == datetime(2020, 1, 1, tzinfo=UTC)


def test_a_date_without_a_zone_is_utc_and_what_is_no_date_is_none() -> None:
    dates = {"2001-02-03T04:05:06": ACTIVE.registered_at, "yesterday": None}
    for text, expected in dates.items():
        route = {"/rdap/domain/example.test": domain("active", registered=text)}
        found, _ = asked("example.test", route)
        assert found == Registration(frozenset({"active"}), expected)


def cut(connection: socket.socket) -> None:
    connection.close()


@pytest.mark.parametrize(
    "route",
    [
        answer(b"", status="429 Too Many Requests"),
        answer(b"", status="503 Unavailable"),
        answer(b"not json"),
        answer(b"[" * 100_000),
        answer(b"[]"),
        answer(b'{"objectClassName": "entity"}'),
        answer(b"x" * 600_000),
        answer(b"{}", Content_Encoding="gzip"),
        cut,
        moved("ftp://example.org/"),
    ],
)
def test_what_is_no_answer_says_nothing(route: Route) -> None:
    found, _ = asked("example.test", {"/rdap/domain/example.test": route})
    assert found is None


def test_a_domain_whose_lists_are_none_is_told_without_them() -> None:
    odd = answer(b'{"objectClassName": "domain", "status": "active", "events": [1, {}]}')
    found, _ = asked("example.test", {"/rdap/domain/example.test": odd})
    assert found == Registration(frozenset(), None)


def test_a_domain_of_a_registry_that_nobody_knows_is_not_asked_about() -> None:
    assert (
        Registries({"org": "https://rdap.example.org"}, "", HERE, HERE).reading()("a.test") is None
    )


def test_other_registries_are_found_in_the_list_which_is_read_once() -> None:
    with serving({"/domain/example.test": domain("active")}) as registry:
        known = {"test": ["http://127.0.0.1:1/", registry.url]}
        plain = {"test": [registry.url]}
        with serving({"/dns.json": listed(plain), "/odd.json": answer(b'{"services": [1]}')}) as at:
            ask = Registries({}, f"{at.url}/dns.json", HERE, HERE).reading()
            assert [ask("example.test"), ask("example.test"), ask("a.org")] == [
                ACTIVE,
                ACTIVE,
                None,
            ]
            assert len(at.requests) == 1
            assert Registries({}, f"{at.url}/odd.json", HERE, HERE).reading()("a.test") is None
    assert known  # of several addresses the first that is https would be asked


def test_a_list_that_cannot_be_read_is_not_asked_for_again() -> None:
    with serving({}) as at:
        ask = Registries({}, f"{at.url}/dns.json", HERE, HERE).reading()
        assert [ask("a.test"), ask("b.test")] == [None, None]
        assert len(at.requests) == 1


def test_a_list_cannot_send_us_to_the_machine_itself() -> None:
    with serving({"/domain/example.test": domain("active")}) as registry:
        where = listed({"test": [registry.url]})
        with serving({"/dns.json": where}) as at:
            ask = Registries({}, f"{at.url}/dns.json", HERE, Outside("test")).reading()
            assert ask("example.test") is None
    assert registry.requests == []


def test_a_named_registry_cannot_send_us_to_another_machine_inside() -> None:
    with serving({"/domain/example.test": domain("active")}) as inside:
        found, _ = asked(
            "example.test",
            {"/rdap/domain/example.test": moved(f"{inside.url}/domain/example.test")},
        )
    assert found is None
    assert inside.requests == []


def test_servers_are_read_from_words() -> None:
    assert servers([".ORG=https://rdap.example.org/"]) == {"org": "https://rdap.example.org/"}
    assert is_valid([])
    assert is_address("")


@pytest.mark.parametrize("word", ["org", "org=", "=https://a.example.org", "org=ftp://example.org"])
def test_what_names_no_registry_is_refused(word: str) -> None:
    assert not is_valid([word])
    with pytest.raises(ConfigurationError) as refusal:
        servers([word])
    assert refusal.value.code == "rdap-server-invalid"


def test_there_is_somebody_to_ask_where_one_is_named_or_listed() -> None:
    assert Registries({"org": "https://rdap.example.org"}, "", HERE, HERE).are_asked
    assert Registries({}, "https://rdap.example.org/dns.json", HERE, HERE).are_asked
    assert not Registries({}, "", HERE, HERE).are_asked
