"""What can be asked of the configuration of nginx, and what cannot."""

from dataclasses import replace
from pathlib import Path

import pytest

from strongroom.core.errors import ConfigurationError
from strongroom.site.configuration import Configuration
from strongroom.site.nginx.asked import Asked, plan

HOME = Configuration(data=Path("/srv/strongroom"), public_url="https://packages.example.org")
TLS = Asked(certificate="/etc/ssl/a.pem", certificate_key="/etc/ssl/a.key")


def test_without_options_it_follows_from_the_settings() -> None:
    settled = plan(HOME, Asked())
    assert settled.listen == ("80", "[::]:80")
    assert settled.redirect == ()
    assert settled.names == ("packages.example.org",)
    assert settled.upstreams == ("127.0.0.1:8000",)
    assert settled.public == "/srv/strongroom/public"


def test_with_a_certificate_it_listens_for_tls_and_sends_others_there() -> None:
    settled = plan(HOME, TLS)
    assert (settled.listen, settled.redirect) == (("443", "[::]:443"), ("80", "[::]:80"))


@pytest.mark.parametrize(
    ("host", "upstream"),
    [
        ("0.0.0.0", "127.0.0.1:8000"),  # noqa: S104 - what somebody may have set
        ("::", "[::1]:8000"),
        ("::1", "[::1]:8000"),
        ("10.0.0.7", "10.0.0.7:8000"),
    ],
)
def test_the_application_is_where_it_listens(host: str, upstream: str) -> None:
    here = Configuration(data=Path("/d"), host=host, public_url="http://p.test")
    assert plan(here, Asked()).upstreams == (upstream,)


def test_every_allowed_host_is_a_name() -> None:
    many = Configuration(
        data=Path("/d"), public_url="http://[::1]:80", allowed_hosts=(".example.org", "*")
    )
    assert plan(many, Asked()).names == ("[::1]", ".example.org", "*")


@pytest.mark.parametrize(
    "asked",
    [
        Asked(certificate="/a.pem"),
        Asked(certificate_key="/a.key"),
        Asked(certificate="a.pem", certificate_key="/a.key"),
        Asked(http2=True),
        Asked(cache="/var/cache/nginx"),
        Asked(proxy_only=True, cache="cache"),
        Asked(whole="run"),
        Asked(whole="/run;include /etc/passwd\n"),
        Asked(whole='/run"'),
        Asked(whole="/run/$host"),
        Asked(listen=("80; include /etc/passwd",)),
        Asked(listen=("host:80",)),
        Asked(listen=("",)),
        Asked(upstreams=("127.0.0.1",)),
        Asked(upstreams=("a.test:80 backup",)),
        Asked(upstreams=("unix:/run/x",)),
        Asked(behind=("10.0.0.1/8",)),
        Asked(behind=("anything",)),
    ],
)
def test_what_nginx_would_read_otherwise_is_refused(asked: Asked) -> None:
    with pytest.raises(ConfigurationError) as caught:
        plan(HOME, asked)
    assert caught.value.code == "nginx-option-invalid"


@pytest.mark.parametrize("name", ["a b", "a;", "$host", "~^x", "a{", "", "-a"])
def test_a_host_that_means_something_to_nginx_is_refused(name: str) -> None:
    with pytest.raises(ConfigurationError):
        plan(Configuration(data=Path("/d"), allowed_hosts=(name,)), Asked())


@pytest.mark.parametrize("folder", ["/srv/$x", '/srv/"', "/srv/a\nb", "/srv/a\\b", "/srv/a'b"])
def test_a_data_folder_that_means_something_to_nginx_is_refused(folder: str) -> None:
    with pytest.raises(ConfigurationError):
        plan(Configuration(data=Path(folder)), Asked())


def test_a_certificate_for_an_address_without_tls_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="without TLS"):
        plan(Configuration(data=Path("/d"), public_url="http://p.test"), TLS)


def test_over_a_bucket_nginx_reads_no_folder_and_may_keep_a_cache() -> None:
    bucket = replace(HOME, objects="s3://s3.example.org/packages")
    settled = plan(bucket, Asked(cache="/var/cache/nginx"))
    assert (settled.public, settled.cache) == ("", "/var/cache/nginx")
