"""Whose programs may publish here: the words by which operators name providers. Pure."""

import re
from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import urlsplit

from strongroom.core.errors import ConfigurationError
from strongroom.people.publishers.claims import OneOf, Says
from strongroom.people.publishers.presets import ANY, PRESETS
from strongroom.people.publishers.providers import Field, Provider

FORM = (
    "a provider's name, such as github; NAME=ISSUER for another one of its kind; or"
    " NAME=ISSUER|CLAIM|CLAIM? for any other, where CLAIM is typed by people, CLAIM? may be left"
    " empty, CLAIM! is pinned at the first use, and CLAIM:VALUE must be so"
)

TOLD = f"whose programs can be trusted publishers: {FORM}; empty: nobody's"
ALL = tuple(PRESETS)
_WORD = re.compile(r"([a-z][a-z0-9-]{0,15})(?:=(https?://[^|\s%]+))?((?:\|[^|]+)*)")
_CLAIM = re.compile(r"([A-Za-z0-9_./-]{1,100})([?!]?)(?::([^|%]+))?")


def providers(words: Sequence[str]) -> tuple[Provider, ...]:
    """Read the setting `publishers`; raises ConfigurationError."""
    found = tuple(map(_provider, words))
    names = [one.name for one in found]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise _invalid(twice)
    return found


def is_valid(words: Sequence[str]) -> bool:
    """Say whether the setting `publishers` can be read."""
    try:
        providers(words)
    except ConfigurationError:
        return False
    return True


def _provider(word: str) -> Provider:
    read = _WORD.fullmatch(word)
    if read is None:
        raise _invalid(word)
    name, issuer, claims = read[1], (read[2] or "").rstrip("/"), read[3].split("|")[1:]
    preset = PRESETS.get(name)
    if issuer and not _is_safe(issuer):
        raise _invalid(word)
    if claims:
        return _of_claims(name, issuer, claims, word)
    if preset is None or (issuer and "%" in preset.issuer):
        raise _invalid(word)
    if not issuer or issuer == preset.issuer:
        return preset
    host = urlsplit(issuer).netloc
    return replace(preset, name=f"{name}@{host}", title=f"{preset.title} at {host}", issuer=issuer)


def _of_claims(name: str, issuer: str, claims: Sequence[str], word: str) -> Provider:
    read = [_CLAIM.fullmatch(one) for one in claims]
    if name in PRESETS or not issuer or not all(read):
        raise _invalid(word)
    parts = [one.groups() for one in read if one]
    typed = [(claim, mark == "?") for claim, mark, value in parts if mark != "!" and not value]
    first = next((claim for claim, optional in typed if not optional), None)
    # Else all that the issuer states would be everybody's.
    if first is None or any(mark and value for _, mark, value in parts):
        raise _invalid(word)
    fields = {claim: f"claim_{place}" for place, (claim, _) in enumerate(typed)}
    return Provider(
        name=name,
        title=f"{name} at {urlsplit(issuer).netloc}",
        issuer=issuer,
        fields=tuple(
            Field(
                fields[claim],
                claim,
                ANY,
                needed=not optional,
                warning=f"{claim} is not pinned." if optional else "",
            )
            for claim, optional in typed
        ),
        typed=f"%(typed.{fields[first]})s",
        claimed=f"%(claim.{first})s",
        rules=(
            *(OneOf(claim, frozenset({value})) for claim, _, value in parts if value),
            *(Says(claim, (f"%(typed.{fields[claim]})s",)) for claim, _ in typed),
        ),
        pins=tuple(claim for claim, mark, _ in parts if mark == "!"),
    )


def _is_safe(issuer: str) -> bool:
    url = urlsplit(issuer)
    local = url.hostname in {"localhost", "127.0.0.1", "::1"}
    return (url.scheme == "https" or local) and not (url.query or url.fragment or url.username)


def _invalid(word: str) -> ConfigurationError:
    return ConfigurationError(
        "publishers-invalid", f"{word[:80]!a} names no provider.", f"Write {FORM}."
    )
