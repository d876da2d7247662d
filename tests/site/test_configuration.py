"""The configuration: one object from the environment and one file."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from strongroom.core.errors import ConfigurationError
from strongroom.site.configuration import (
    FILE,
    PREFIX,
    SETTINGS,
    Configuration,
    shown,
)
from strongroom.site.loading import load, sources


def read(folder: Path, file: str = "", **environment: str) -> Configuration:
    """Read the configuration of a data folder with a file in it."""
    (folder / FILE).write_text(file, encoding="utf-8")
    return load(_environ(folder, environment))


def refused(folder: Path, file: str = "", **environment: str) -> ConfigurationError:
    """Return the refusal of a configuration."""
    with pytest.raises(ConfigurationError) as caught:
        read(folder, file, **environment)
    return caught.value


def _environ(folder: Path, environment: Mapping[str, str]) -> dict[str, str]:
    named = {PREFIX + name.upper(): value for name, value in environment.items()}
    return {"PATH": "/bin", **named, f"{PREFIX}DATA": str(folder)}


def test_without_any_setting_the_defaults_hold() -> None:
    default = load({})
    assert (default.host, default.port, default.url) == (
        "127.0.0.1",
        8000,
        "http://localhost:8000",
    )
    assert default.data == Path("data").absolute()


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.name)
def test_every_default_is_one_that_can_be_set(tmp_path: Path, setting: object) -> None:
    name = setting.name  # type: ignore[attr-defined] # a dataclass field
    default = getattr(Configuration(), name)
    text = ",".join(default) if isinstance(default, tuple) else str(default)
    if name != "data":
        assert getattr(read(tmp_path, **{name: text}), name) == default


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.name)
def test_every_setting_says_what_it_is(setting: object) -> None:
    told = setting.metadata["told"]  # type: ignore[attr-defined] # a dataclass field
    assert len(told.split()) >= 2


def test_the_file_is_read(tmp_path: Path) -> None:
    told = 'site_name = "Ours"\nport = 9000\ntrusted_proxies = ["10.0.0.0/8"]\n'
    found = read(tmp_path, told)
    assert (found.site_name, found.port, found.trusted_proxies) == ("Ours", 9000, ("10.0.0.0/8",))


def test_the_environment_wins(tmp_path: Path) -> None:
    assert read(tmp_path, "port = 9000", port="9001").port == 9001


def test_it_is_known_where_a_value_comes_from(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("port = 9000\nthreads = 8", encoding="utf-8")
    told = sources(_environ(tmp_path, {"port": "9001"}))
    assert (told["port"], told["threads"], told["workers"]) == ("environment", "file", "default")


def test_an_unknown_name_in_the_environment_is_refused(tmp_path: Path) -> None:
    refusal = refused(tmp_path, prot="9001")
    assert refusal.code == "configuration-unknown"
    assert refusal.sentence == "STRONGROOM_PROT is not a setting."


def test_an_unknown_name_in_the_file_is_refused(tmp_path: Path) -> None:
    refusal = refused(tmp_path, "prot = 9001")
    assert refusal.code == "configuration-unknown"
    assert refusal.sentence == "prot in strongroom.toml is not a setting."


@pytest.mark.parametrize("name", ["data", "key_passphrase"])
def test_what_the_environment_alone_may_say_is_refused_in_the_file(
    tmp_path: Path, name: str
) -> None:
    assert refused(tmp_path, f'{name} = "x"').code == "configuration-environment-only"


def test_a_file_that_is_no_toml_is_refused(tmp_path: Path) -> None:
    assert refused(tmp_path, "port = ").code == "configuration-unreadable"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("port", "0"),
        ("port", "65536"),
        ("port", "http"),
        ("workers", "0"),
        ("threads", "-1"),
        ("max_file_bytes", "0"),
        ("release_open_days", "0"),
        ("log_format", "xml"),
        ("log_level", "loud"),
        ("public_url", "registry.example.org"),
        ("public_url", "ftp://registry.example.org"),
        ("public_url", "https://registry.example.org/"),
        ("public_url", "https://registry.example.org/python"),
        ("public_url", "https://registry.example.org?x=1"),
        ("public_url", "https://me@registry.example.org"),
        ("trusted_proxies", "10.0.0.1/8"),
        ("metrics_networks", "office"),
    ],
)
def test_a_value_that_cannot_be_is_refused_with_what_it_should_be(
    tmp_path: Path, name: str, value: str
) -> None:
    refusal = refused(tmp_path, **{name: value})
    assert refusal.code == "configuration-invalid"
    assert refusal.sentence.startswith(f"{name} cannot be ")
    assert "the default is" in refusal.remedy


@pytest.mark.parametrize("told", ["port = true", "port = 1.5", "trusted_proxies = [1]"])
def test_a_value_of_another_type_is_refused(tmp_path: Path, told: str) -> None:
    assert refused(tmp_path, told).code == "configuration-invalid"


def test_lists_are_separated_by_commas(tmp_path: Path) -> None:
    found = read(tmp_path, allowed_hosts="a.example.org, b.example.org,")
    assert found.allowed_hosts == ("a.example.org", "b.example.org")


def test_requests_are_answered_under_every_name_of_the_registry(tmp_path: Path) -> None:
    found = read(tmp_path, public_url="https://registry.example.org", allowed_hosts="old.example")
    assert {"registry.example.org", "old.example", "localhost"} <= set(found.hosts)


def test_an_address_of_version_6_is_written_in_brackets(tmp_path: Path) -> None:
    assert read(tmp_path, host="::1").url == "http://[::1]:8000"


BUCKET = "s3://key:verysecret@s3.example.org/packages?region=eu-central-1"


def test_the_way_to_the_bucket_is_shown_without_its_secret(tmp_path: Path) -> None:
    (setting,) = (one for one in SETTINGS if one.name == "objects")
    read_back = read(tmp_path, objects=BUCKET)
    assert shown(setting, read_back.objects) == "s3://key:(hidden)@s3.example.org/packages"
    assert "verysecret" not in repr(read_back)


def test_a_bucket_that_is_none_is_refused_without_repeating_it(tmp_path: Path) -> None:
    error = refused(tmp_path, objects="s3://key:verysecret@s3.example.org/packages?tls=perhaps")
    assert error.code == "configuration-invalid"
    assert "verysecret" not in str(error)


@pytest.mark.parametrize(
    "address", ["s3.example.org", "ftp://s3.example.org", "https://s3.example.org/packages"]
)
def test_readers_are_sent_to_an_origin_only(tmp_path: Path, address: str) -> None:
    error = refused(tmp_path, objects=BUCKET, objects_redirect=address)
    assert error.code == "configuration-invalid"


def test_readers_are_sent_to_a_bucket_only_if_there_is_one(tmp_path: Path) -> None:
    assert refused(tmp_path, objects_redirect="https://s3.example.org").code
    read_back = read(tmp_path, objects=BUCKET, objects_redirect="https://s3.example.org")
    assert read_back.objects_redirect == "https://s3.example.org"
