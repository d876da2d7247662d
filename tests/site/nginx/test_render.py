"""The text of the configuration: which paths it names, and what it holds to the application."""

import re
from pathlib import Path

import pytest

from strongroom.packages.shelf.serve import FILE_CACHING, ISOLATED, PAGE_CACHING
from strongroom.site.configuration import Configuration
from strongroom.site.lane.pace import Patience
from strongroom.site.logs import SECRET_ADDRESSES
from strongroom.site.nginx.asked import Asked
from strongroom.site.nginx.forward import KEPT_OPEN
from strongroom.site.nginx.render import render
from strongroom.web.headers import SECURITY

DATA = "/srv/a registry"
HOME = Configuration(data=Path(DATA), public_url="https://packages.example.org")
TLS = Asked(certificate="/etc/ssl/a.pem", certificate_key="/etc/ssl/a.key")
EVERY = [
    Asked(),
    TLS,
    Asked(whole="/run/nginx"),
    Asked(behind=("10.0.0.0/8",)),
    Asked(proxy_only=True),
    Asked(proxy_only=True, cache="/var/cache/nginx"),
]


@pytest.mark.parametrize("asked", EVERY)
def test_no_folder_of_the_registry_is_named_but_the_public_shelf(asked: Asked) -> None:
    # A private project will never stand on this shelf, so nginx can never serve one.
    named = re.findall(re.escape(DATA) + r"[^\";]*", render(HOME, asked))
    assert named == ([] if asked.proxy_only else [f"{DATA}/public"])


@pytest.mark.parametrize("asked", EVERY)
def test_every_path_that_nginx_opens_comes_from_the_shelf_or_an_option(asked: Asked) -> None:
    text = render(HOME, asked)
    assert re.findall(r"^ *(?:alias|autoindex|index|disable_symlinks)\b", text, re.MULTILINE) == []
    tried = re.findall(r"try_files (\S+) (\S+);", text)
    assert {last for _, last in tried} <= {"@application"}
    assert all(re.fullmatch(r"(?:\$strongroom_[a-z]+)+", first) for first, _ in tried)


@pytest.mark.parametrize("asked", EVERY)
def test_nothing_is_remembered_of_files_and_nothing_stale_is_sent(asked: Asked) -> None:
    text = render(HOME, asked)
    assert not re.search(r"open_file_cache (?!off)|use_stale (?!off)|background_update on", text)


def test_pages_and_files_carry_the_headers_of_the_application() -> None:
    text = render(HOME, Asked())
    for name, value in (PAGE_CACHING, FILE_CACHING, *ISOLATED, *SECURITY):
        assert f'add_header {name} "{value}";' in text


def test_tls_is_demanded_of_whoever_came_by_it_once() -> None:
    assert text_of_locations(render(HOME, TLS)).count("Strict-Transport-Security") == 5
    here = Configuration(data=Path("/d"), public_url="http://p.test")
    assert "Strict-Transport-Security" not in render(here, Asked())


def test_clients_without_tls_are_sent_to_the_registrys_own_name() -> None:
    assert "return 301 https://packages.example.org$request_uri;" in render(HOME, TLS)
    assert "return 301" not in render(HOME, Asked())


def test_any_name_is_spelt_as_nginx_spells_it() -> None:
    here = Configuration(data=Path("/d"), public_url="http://p.test", allowed_hosts=("*",))
    assert "server_name p.test _;" in render(here, Asked())


def test_nginx_lets_go_of_a_connection_before_the_server_does() -> None:
    # Else a request that may not be repeated meets a connection that is being closed.
    assert Patience().idle > KEPT_OPEN


@pytest.mark.parametrize("name", SECRET_ADDRESSES)
def test_an_address_that_holds_a_secret_is_written_into_no_log(name: str) -> None:
    text = render(HOME, Asked())
    block = text.partition(f"location ^~ /{name}/ {{")[2].partition("\n    }")[0]
    assert "error_log /dev/null emerg;" in block
    assert name in text.partition("map $request $strongroom_logged {")[2].partition("}")[0]
    assert "$request_uri'" not in text
    assert "$http_referer" not in text


def text_of_locations(text: str) -> str:
    """Return the part of a configuration that answers from the shelf."""
    return text[text.index("location ^~ /simple/") :]
