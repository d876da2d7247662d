"""Which roles the groups of a company give. Pure; what no rule names is given to nobody."""

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from fnmatch import fnmatchcase

from strongroom.core.coordinates import ProjectId
from strongroom.core.errors import ConfigurationError
from strongroom.people.access.roles import Role, foremost

FORM = "such as GROUP=administrator or GROUP=maintainer:pypi:team-*"
ADMINISTRATOR = "administrator"


@dataclass(frozen=True, slots=True)
class Rule:
    """What a group gives: running the registry where `role` is None, else a role in projects.

    `pattern` is of canonical names, as a shell's: `*` stands for any letters.
    """

    group: str
    role: Role | None = None
    ecosystem: str = ""
    pattern: str = ""


def rules(words: Sequence[str]) -> tuple[Rule, ...]:
    """Read the setting `company_roles`; raises ConfigurationError."""
    return tuple(map(_rule, words))


def is_valid(words: Sequence[str]) -> bool:
    """Say whether the setting `company_roles` can be read."""
    try:
        rules(words)
    except ConfigurationError:
        return False
    return True


def administers(known: Iterable[Rule], groups: AbstractSet[str]) -> bool:
    """Say whether groups give the running of the registry."""
    return any(one.role is None and one.group in groups for one in known)


def roles(
    known: Iterable[Rule], groups: AbstractSet[str], projects: Iterable[ProjectId]
) -> dict[ProjectId, Role]:
    """Return the role that groups give in each project: of several the foremost."""
    held = [one for one in known if one.role is not None and one.group in groups]
    given: dict[ProjectId, Role] = {}
    for project in projects:
        found = {
            one.role
            for one in held
            if one.role is not None
            and one.ecosystem == project.ecosystem
            and fnmatchcase(project.key, one.pattern)
        }
        if found:
            given[project] = foremost(found)
    return given


def _rule(word: str) -> Rule:
    group, _, given = word.rpartition("=")
    if group and given == ADMINISTRATOR:
        return Rule(group)
    role, _, where = given.partition(":")
    ecosystem, _, pattern = where.partition(":")
    if not (group and role in set(Role) and ecosystem and pattern):
        raise ConfigurationError(
            "company-role-invalid", f"{word[:80]!a} gives no role.", f"Write it {FORM}."
        )
    return Rule(group, Role(role), ecosystem, pattern)
