"""Reading addresses of requests to others."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strongroom.core.errors import InvalidError
from strongroom.stores.targets import target

REFUSED = [
    "gopher://example.org/",
    "file:///etc/passwd",
    "ftp://example.org/",
    "//example.org/",
    "http:///path",
    "http://user:secret@example.org/",
    "http://example.org@127.0.0.1/",
    "http://example.org\\@127.0.0.1/",
    "http://example.org:70000/",
    "http://example.org:x/",
    "http://[::1/",
    "http://[fe80::1%25eth0]/",
    "http://exa mple.org/",
    "http://example.org/\r\nX: y",
    "http://ex\N{LATIN SMALL LETTER E WITH ACUTE}.org/",
    "http://\N{FULLWIDTH DIGIT ONE}27.0.0.1/",
    "http://2130706433/",
    "http://0x7f000001/",
    "http://0x7f.0.0.1/",
    "http://0177.0.0.1/",
    "http://127.1/",
    "http://127.0.0.0x1/",
    "http://example..org/",
    "http://-example.org/",
    "http://example.org/" + "a" * 5000,
]


@pytest.mark.parametrize("url", REFUSED)
def test_what_readers_could_take_differently_is_refused(url: str) -> None:
    with pytest.raises(InvalidError) as refusal:
        target(url)
    assert refusal.value.code == "outside-url-invalid"


def test_an_address_is_taken_apart() -> None:
    aim = target("HTTPS://Example.ORG:8443/a/b?c=d#e")
    assert (aim.secure, aim.host, aim.port, aim.path) == (True, "example.org", 8443, "/a/b?c=d")
    assert aim.authority == "example.org:8443"


@pytest.mark.parametrize(
    ("url", "authority", "port"),
    [
        ("http://example.org", "example.org", 80),
        ("https://example.org./", "example.org", 443),
        ("http://[2001:DB8::1]:80/", "[2001:db8::1]", 80),
        ("http://192.0.2.1:8000/", "192.0.2.1:8000", 8000),
    ],
)
def test_the_host_header_leaves_the_usual_port_out(url: str, authority: str, port: int) -> None:
    assert (target(url).authority, target(url).port) == (authority, port)


@given(st.text(alphabet=string.printable + "é１", max_size=40))
def test_any_text_is_an_address_or_refused(text: str) -> None:
    try:
        aim = target(f"http://{text}")
    except InvalidError:
        return
    assert aim.host
    assert not set(aim.host) & set("@/\\ #?")
