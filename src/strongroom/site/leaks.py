"""Who may report leaked tokens, as the configuration says; where it says nothing, nobody."""

from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from strongroom.core.errors import ConfigurationError, InvalidError
from strongroom.people.leaks.acts import Tell
from strongroom.people.leaks.intake import GITHUB, GITLAB, Intake
from strongroom.people.leaks.partners import Partner
from strongroom.people.leaks.signatures import SHORTEST_SECRET, Key, read_key
from strongroom.site.configuration import Configuration
from strongroom.stores.breaches import ANYWHERE
from strongroom.stores.keylists import fetch
from strongroom.stores.outside import Outside


def intake(configuration: Configuration, tell: Tell) -> Intake:
    """Return what takes reports; raises ConfigurationError."""
    return Intake(
        tell,
        _partner(configuration.leaks_github_keys),
        _gitlab(configuration.leaks_gitlab_secret_file),
        _reporters(configuration.leaks_reporters),
    )


def _partner(address: str) -> Partner | None:
    outside = Outside(f"strongroom/{version('strongroom')}", ANYWHERE)
    return Partner(address, lambda: fetch(outside, address)) if address else None


def _gitlab(name: str) -> bytes | None:
    if not name:
        return None
    secret = _material(name)
    if len(secret) < SHORTEST_SECRET:
        raise ConfigurationError(
            "leak-secret-too-short",
            f"The secret in {name} has fewer than {SHORTEST_SECRET} characters.",
            "Make one by `openssl rand -hex 32`.",
        )
    return secret


def _reporters(words: Sequence[str]) -> dict[str, Key]:
    return dict(map(_reporter, words))


def _reporter(word: str) -> tuple[str, Key]:
    name, _, file = word.partition("=")
    if name in {GITHUB, GITLAB}:
        raise ConfigurationError(
            "leak-reporter-reserved",
            f"A reporter of leaked tokens cannot be called {name}.",
            "Give it another name.",
        )
    try:
        return name, read_key(_material(file))
    except InvalidError as error:
        raise ConfigurationError(error.code, f"{file}: {error.sentence}", error.remedy) from error


def _material(name: str) -> bytes:
    try:
        return Path(name).read_bytes().strip()
    except OSError as error:
        raise ConfigurationError(
            "leak-secret-missing",
            f"{name} cannot be read: {error.strerror}.",
            "Write the key or the secret of the reporter into a file that this account can read.",
        ) from error
