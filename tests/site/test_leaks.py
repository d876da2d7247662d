"""Who may report leaked tokens, as the configuration says."""

from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from strongroom.core.errors import ConfigurationError
from strongroom.people.leaks.acts import Tell
from strongroom.people.leaks.intake import Intake
from strongroom.people.leaks.signatures import Shared
from strongroom.site.configuration import Configuration
from strongroom.site.leaks import intake
from strongroom.site.loading import load
from tests.fakes.clocks import StoppedClock
from tests.fakes.reporters import pem_of

TELL = Tell(b"m" * 32, StoppedClock())


def taken(**configured: object) -> Intake:
    return intake(replace(Configuration(), **configured), TELL)  # type: ignore[arg-type] # by name


@pytest.fixture
def files(tmp_path: Path) -> Path:
    (tmp_path / "secret").write_text("s" * 32 + "\n")
    (tmp_path / "short").write_text("s" * 31 + "\n")
    (tmp_path / "key.pem").write_text(pem_of(Ed25519PrivateKey.generate()))
    return tmp_path


def test_nobody_s_reports_are_taken_unless_somebody_is_named() -> None:
    nobody = taken()
    assert (nobody.partner, nobody.gitlab, nobody.reporters) == (None, None, {})


def test_whoever_is_named_is_taken(files: Path) -> None:
    some = taken(
        leaks_github_keys="https://keys.example.org/",
        leaks_gitlab_secret_file=str(files / "secret"),
        leaks_reporters=(f"a={files / 'key.pem'}", f"b={files / 'secret'}"),
    )
    assert some.partner is not None
    assert some.gitlab == b"s" * 32
    assert isinstance(some.reporters["a"], Ed25519PublicKey)
    assert some.reporters["b"] == Shared(b"s" * 32)


@pytest.mark.parametrize(
    ("setting", "value", "code"),
    [
        ("leaks_gitlab_secret_file", "{files}/short", "leak-secret-too-short"),
        ("leaks_gitlab_secret_file", "{files}/none", "leak-secret-missing"),
        ("leaks_reporters", ("a={files}/short",), "leak-key-invalid"),
        ("leaks_reporters", ("a={files}/none",), "leak-secret-missing"),
        ("leaks_reporters", ("github={files}/secret",), "leak-reporter-reserved"),
    ],
)
def test_a_key_that_cannot_be_used_stops_the_start(
    files: Path, setting: str, value: str | tuple[str, ...], code: str
) -> None:
    place = str(files)
    named = (
        value.format(files=place)
        if isinstance(value, str)
        else tuple(one.format(files=place) for one in value)
    )
    with pytest.raises(ConfigurationError) as caught:
        taken(**{setting: named})
    assert caught.value.code == code
    assert "sssss" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LEAKS_GITHUB_KEYS", "none"),
        ("LEAKS_GITLAB_SECRET_FILE", "relative"),
        ("LEAKS_REPORTERS", "name"),
        ("LEAKS_REPORTERS", "name=relative"),
        ("LEAKS_REPORTERS", "Two words=/key"),
        ("TOKEN_DAYS", "0"),
        ("TOKEN_DAYS", "366"),
        ("TOKEN_DAYS_AT_MOST", "-1"),
        ("TOKEN_UNUSED_DAYS", "13"),
    ],
)
def test_settings_that_mean_nothing_are_refused(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(ConfigurationError):
        load({"STRONGROOM_DATA": str(tmp_path), f"STRONGROOM_{name}": value})


def test_an_operator_may_let_tokens_last_for_ever(tmp_path: Path) -> None:
    named = {"TOKEN_DAYS": "1000", "TOKEN_DAYS_AT_MOST": "0", "TOKEN_UNUSED_DAYS": "0"}
    environ = {f"STRONGROOM_{name}": value for name, value in named.items()}
    read = load({"STRONGROOM_DATA": str(tmp_path), **environ})
    assert (read.token_days, read.token_days_at_most, read.token_unused_days) == (1000, 0, 0)
