"""What a statement must say to be one of a publisher's: rules about claims. Pure.

A rule compares one claim with what people typed, what other claims say, and who issued it. What is
missing, or is of another type, never holds; there is no rule that a missing claim satisfies.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import ClassVar, TypeAlias
from urllib.parse import urlsplit

Claims: TypeAlias = Mapping[str, object]
Typed: TypeAlias = Mapping[str, str]

_PLACE = re.compile(r"%\(typed\.(\w+)\)s")
_STARS = re.compile(r"\*+")


@dataclass(frozen=True, slots=True)
class Says:
    """The claim is one of some texts, in whose places stands what is known (`known`).

    `folded`: whatever the case of its letters; then all of it must be ASCII, because letters of
    other alphabets fold to those of ours.
    """

    claim: str
    texts: tuple[str, ...]
    folded: bool = False

    def holds(self, claims: Claims, typed: Typed) -> bool:
        """Say whether the claim says so."""
        said = claims.get(self.claim)
        if not isinstance(said, str) or (self.folded and not said.isascii()):
            return False
        wanted = (filled(one, claims, typed) for one in self.texts)
        if self.folded:
            return any(one is not None and one.lower() == said.lower() for one in wanted)
        return said in [one for one in wanted if one is not None]

    @property
    def fields(self) -> frozenset[str]:
        """Return what must have been typed for the rule to apply."""
        return frozenset(name for one in self.texts for name in _PLACE.findall(one))


@dataclass(frozen=True, slots=True)
class OneOf:
    """The claim is among values that are known to be harmless."""

    claim: str
    allowed: frozenset[str]

    fields: ClassVar[frozenset[str]] = frozenset()

    def holds(self, claims: Claims, typed: Typed) -> bool:
        """Say whether it is."""
        del typed
        said = claims.get(self.claim)
        return isinstance(said, str) and said in self.allowed


@dataclass(frozen=True, slots=True)
class Flag:
    """The claim is true, or false, and not merely a word for it."""

    claim: str
    value: bool

    fields: ClassVar[frozenset[str]] = frozenset()

    def holds(self, claims: Claims, typed: Typed) -> bool:
        """Say whether it is."""
        del typed
        return claims.get(self.claim) is self.value


@dataclass(frozen=True, slots=True)
class Like:
    """The claim fits a pattern that was typed: `*` stands for any signs but a slash."""

    claim: str
    field: str

    def holds(self, claims: Claims, typed: Typed) -> bool:
        """Say whether it fits."""
        said, pattern = claims.get(self.claim), typed.get(self.field, "")
        if not isinstance(said, str) or not pattern:
            return False
        return re.fullmatch("[^/]*".join(map(re.escape, _STARS.split(pattern))), said) is not None

    @property
    def fields(self) -> frozenset[str]:
        """Return what must have been typed for the rule to apply."""
        return frozenset({self.field})


@dataclass(frozen=True, slots=True)
class Among:
    """The claim is a list, and what was typed is in it."""

    claim: str
    field: str

    def holds(self, claims: Claims, typed: Typed) -> bool:
        """Say whether it is."""
        said = claims.get(self.claim)
        return isinstance(said, list) and bool(typed.get(self.field)) and typed[self.field] in said

    @property
    def fields(self) -> frozenset[str]:
        """Return what must have been typed for the rule to apply."""
        return frozenset({self.field})


Rule: TypeAlias = Says | OneOf | Flag | Like | Among


def hold(rules: Iterable[Rule], claims: Claims, typed: Typed) -> bool:
    """Say whether all rules hold for which everything was typed that they compare with."""
    return all(rule.holds(claims, typed) for rule in rules if all(map(typed.get, rule.fields)))


def broken(rules: Iterable[Rule], claims: Claims) -> str | None:
    """Return the claim of the first rule that no publisher could satisfy; None if there is none."""
    fixed = (one for one in rules if isinstance(one, OneOf | Flag))
    return next((one.claim for one in fixed if not one.holds(claims, {})), None)


def filled(text: str, claims: Claims, typed: Typed) -> str | None:
    """Fill `%(typed.x)s`, `%(claim.x)s` and `%(issuer.host)s` of a text; None if one lacks."""
    try:
        return text % _Known(claims, typed)
    except KeyError:
        return None


@dataclass(frozen=True, slots=True)
class _Known:
    """What may stand in the places of a text; whatever is empty or no text is not known."""

    claims: Claims
    typed: Typed

    def __getitem__(self, name: str) -> str:
        sort, _, key = name.partition(".")
        values: Mapping[str, Claims] = {
            "claim": self.claims,
            "typed": self.typed,
            "issuer": {"host": urlsplit(str(self.claims.get("iss", ""))).netloc},
        }
        found = values[sort].get(key)
        if not isinstance(found, str) or not found:
            raise KeyError(name)
        return found
