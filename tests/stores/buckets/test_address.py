"""The one line that names a bucket: read strictly, shown without its secret."""

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from strongroom.stores.buckets.address import Address, is_valid, masked, parse

WHOLE = (
    "s3://key:se%2Fcr%3Aet@s3.example.org:9000/packages/some/where"
    "?region=eu-central-1&tls=no&style=virtual&cacert=/etc/ssl/ca.pem"
)


def test_an_address_names_all_that_there_is_to_say() -> None:
    assert parse(WHOLE) == Address(
        host="s3.example.org:9000",
        bucket="packages",
        prefix="some/where",
        key="key",
        secret="se/cr:et",
        region="eu-central-1",
        tls=False,
        virtual=True,
        cacert=Path("/etc/ssl/ca.pem"),
    )


def test_the_least_is_a_host_and_a_bucket() -> None:
    for text in ("s3://s3.example.org/packages", "s3://s3.example.org/packages/"):
        read = parse(text)
        assert read == Address("s3.example.org", "packages")
        assert read.endpoint == "https://s3.example.org"


def test_nothing_is_no_bucket() -> None:
    assert (parse(""), masked("")) == (None, "")


@pytest.mark.parametrize(
    ("text", "endpoint"),
    [
        (WHOLE, "http://packages.s3.example.org:9000"),
        ("s3://a:b@[::1]:9000/packages?tls=no", "http://[::1]:9000"),
        ("s3://S3.Example.org/packages", "https://s3.example.org"),
    ],
)
def test_requests_go_to_the_host_as_it_is_written(text: str, endpoint: str) -> None:
    read = parse(text)
    assert read is not None
    assert read.endpoint == endpoint


@pytest.mark.parametrize(
    "text",
    [
        "packages",
        "https://s3.example.org/packages",
        "s3://packages",
        "s3:///packages",
        "s3://s3.example.org/",
        "s3://s3.example.org/pa",
        "s3://s3.example.org/Packages",
        "s3://s3.example.org/pack..ages",
        "s3://s3.example.org/packages//x",
        "s3://s3.example.org/packages/..",
        "s3://s3.example.org/packages/.hidden",
        "s3://s3.example.org/packages/a/b/c/d/e",
        "s3://s3.example.org/packages/a%2Fb",
        "s3://s3.example.org/packages#x",
        "s3://s3.example.org:0/packages",
        "s3://s3.example.org:99999/packages",
        "s3://s3_example!org/packages",
        "s3://key:verysecret/packages",
        "s3://[key:verysecret/packages",
        "s3://key@s3.example.org/packages",
        "s3://key:@s3.example.org/packages",
        "s3://:secret@s3.example.org/packages",
        "s3://s3.example.org/packages?tls=maybe",
        "s3://s3.example.org/packages?tls=",
        "s3://s3.example.org/packages?tls=no&tls=no",
        "s3://s3.example.org/packages?style=both",
        "s3://s3.example.org/packages?region=EU%20west",
        "s3://s3.example.org/packages?cacert=ca.pem",
        "s3://s3.example.org/packages?verify=no",
        "s3://s3.example.org/packages?tls",
        "s3://s3.exa mple.org/packages",
        "s3://s3.example.org/packages\n",
        "s3://s\u00b3.example.org/packages",
    ],
)
def test_what_is_not_such_a_line_is_refused(text: str) -> None:
    assert not is_valid(text)


@example("s3://key:verysecret/packages")
@given(st.text(max_size=60) | st.text(max_size=40).map("s3://key:verysecret@{}".format))
def test_no_line_is_more_than_refused_and_no_refusal_repeats_it(text: str) -> None:
    if not is_valid(text):
        with pytest.raises(ValueError, match="it") as caught:
            parse(text)
        assert "verysecret" not in str(caught.value)


def test_the_secret_is_not_shown() -> None:
    assert masked(WHOLE) == "s3://key:(hidden)@s3.example.org:9000/packages/some/where"
    assert masked("s3://s3.example.org/packages") == "s3://s3.example.org/packages"
    assert "se/cr" not in repr(parse(WHOLE))
