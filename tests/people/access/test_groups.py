"""Groups of a company give roles by rules, and nothing else."""

import pytest

from strongroom.core.coordinates import ProjectId
from strongroom.core.errors import ConfigurationError
from strongroom.people.access.groups import Rule, administers, is_valid, roles, rules
from strongroom.people.access.roles import Role

RULES = rules(
    [
        "ops=administrator",
        "web=maintainer:pypi:web-*",
        "web leads=owner:pypi:web-*",
        "CN=a,DC=corp=owner:pypi:core",
    ]
)
WEB, CORE = ProjectId("pypi", "web-ui"), ProjectId("pypi", "core")
OTHER = ProjectId("npm", "web-ui")


def test_rules_are_read() -> None:
    assert RULES[0] == Rule("ops")
    assert RULES[3] == Rule("CN=a,DC=corp", Role.OWNER, "pypi", "core")


@pytest.mark.parametrize(
    "word",
    ["", "ops", "=administrator", "ops=", "ops=admin", "ops=owner", "ops=owner:pypi", "a=owner::*"],
)
def test_what_gives_no_role_is_refused(word: str) -> None:
    assert not is_valid([word])
    with pytest.raises(ConfigurationError) as refusal:
        rules([word])
    assert refusal.value.code == "company-role-invalid"


def test_a_group_gives_its_role_in_the_projects_of_its_pattern_alone() -> None:
    assert roles(RULES, {"web"}, [WEB, CORE, OTHER]) == {WEB: Role.MAINTAINER}


def test_of_two_roles_that_of_an_owner_is_given() -> None:
    assert roles(RULES, {"web", "web leads"}, [WEB]) == {WEB: Role.OWNER}


def test_what_no_rule_names_gives_nothing() -> None:
    assert roles(RULES, {"WEB", "*", "ops"}, [WEB, CORE]) == {}
    assert not administers(RULES, {"web", "OPS"})
    assert administers(RULES, {"ops"})
    assert is_valid([])
