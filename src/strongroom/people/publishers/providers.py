"""What a provider of statements is: what people type, and what claims must then say. Pure.

Some claims are numbers that nobody can take over. They are pinned at the first use, so that an
account or a repository which was given up and made again by somebody else is another one.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from strongroom.core.errors import InvalidError
from strongroom.people.publishers.claims import Claims, Rule

LONGEST = 200  # characters of what is typed into one field


@dataclass(frozen=True, slots=True)
class Field:
    """What people type: its form is a regular expression; `warning` is told where it is empty."""

    name: str
    label: str
    form: str
    needed: bool = True
    warning: str = ""


@dataclass(frozen=True, slots=True)
class Provider:
    """A provider of statements.

    `issuer` and `typed` may have places for what is typed. `typed` and `claimed` are the same text,
    once out of what people type and once out of claims: by it publishers are found. `pins` are
    claims that are pinned; those of `may_pin` are where the first statement has them.
    """

    name: str
    title: str
    issuer: str
    fields: tuple[Field, ...]
    typed: str
    claimed: str
    rules: tuple[Rule, ...]
    pins: tuple[str, ...] = ()
    may_pin: tuple[str, ...] = ()

    def issues(self, issuer: str) -> bool:
        """Say whether statements of an issuer are this provider's."""
        forms = {one.name: one.form for one in self.fields}
        wanted = re.sub(
            r"%\\\(typed\\\.(\w+)\\\)s", lambda place: forms[place[1]], re.escape(self.issuer)
        )
        return re.fullmatch(wanted, issuer) is not None

    def read(self, typed: Mapping[str, str]) -> dict[str, str]:
        """Return what was typed, without blanks around it and empty fields; raises InvalidError."""
        if unknown := sorted(set(typed) - {one.name for one in self.fields}):
            raise InvalidError(
                "publisher-field-unknown",
                f"{unknown[0][:40]!a} is nothing that {self.title} is asked for.",
                f"Give: {', '.join(one.name for one in self.fields)}.",
            )
        return {
            one.name: text
            for one in self.fields
            if (text := _read(one, typed.get(one.name, "").strip()))
        }

    def pinned(self, before: Mapping[str, str], claims: Claims) -> dict[str, str] | None:
        """Return what is pinned after a statement; None where it is of somebody else."""
        said = {name: claims.get(name) for name in (*self.pins, *self.may_pin, *before)}
        told = {name: one for name, one in said.items() if isinstance(one, str) and one}
        needed = {*self.pins, *before}
        if not needed <= told.keys() or any(told[name] != one for name, one in before.items()):
            return None
        return told

    def warnings(self, typed: Mapping[str, str]) -> tuple[str, ...]:
        """Say what is left open that could be pinned."""
        return tuple(one.warning for one in self.fields if one.warning and not typed.get(one.name))

    def shown(self, typed: Mapping[str, str]) -> str:
        """Return how a publisher is called: the provider's name and what it is found by."""
        return f"{self.name}:{self.typed % {f'typed.{name}': text for name, text in typed.items()}}"


def _read(field: Field, text: str) -> str:
    if not text and not field.needed:
        return ""
    if len(text) > LONGEST or not re.fullmatch(field.form, text):
        raise InvalidError(
            "publisher-field-invalid",
            f"{field.label} cannot be {text[:80]!a}.",
            "Write it as the provider does.",
        )
    return text


def of_issuer(known: Iterable[Provider], issuer: object) -> Provider | None:
    """Return the provider of an issuer; nobody else's statements are even looked at."""
    fit = (one for one in known if isinstance(issuer, str) and one.issues(issuer))
    return next(fit, None)


def of_name(known: Iterable[Provider], name: str) -> Provider:
    """Return a provider by its name; raises InvalidError."""
    listed = tuple(known)
    found = next((one for one in listed if one.name == name), None)
    if found is None:
        raise InvalidError(
            "publisher-provider-unknown",
            f"There is no provider {name[:40]!a} here.",
            f"Use one of: {', '.join(one.name for one in listed) or 'none, as configured'}.",
        )
    return found
