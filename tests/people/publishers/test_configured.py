"""The words by which operators name providers."""

import pytest

from strongroom.core.errors import ConfigurationError
from strongroom.people.publishers.claims import hold
from strongroom.people.publishers.configured import is_valid, providers
from strongroom.people.publishers.presets import PRESETS

FORGE = "forge=https://ci.test/oidc|repository|ref?|repository_id!|kind:build"


def test_presets_are_named() -> None:
    assert providers(list(PRESETS)) == tuple(PRESETS.values())
    assert providers(()) == ()


def test_another_one_of_a_kind_has_an_issuer_of_its_own() -> None:
    both = providers(["gitlab", "gitlab=https://gitlab.test/"])
    assert [one.name for one in both] == ["gitlab", "gitlab@gitlab.test"]
    assert both[1].issuer == "https://gitlab.test"
    assert both[1].rules == both[0].rules


def test_any_other_is_told_by_its_claims() -> None:
    (forge,) = providers([FORGE])
    typed = {"claim_0": "octo/parcel"}
    said = {"iss": forge.issuer, "repository": "octo/parcel", "kind": "build", "ref": "main"}
    assert forge.read(typed) == typed
    assert hold(forge.rules, said, typed)
    assert hold(forge.rules, said, {**typed, "claim_1": "main"})
    assert not hold(forge.rules, said, {**typed, "claim_1": "other"})
    assert not hold(forge.rules, {**said, "kind": "test"}, typed)
    assert not hold(forge.rules, {**said, "repository": "octo/other"}, typed)
    assert forge.pinned({}, said) is None
    assert forge.pinned({}, {**said, "repository_id": "7"}) == {"repository_id": "7"}
    assert forge.warnings(typed) == ("ref is not pinned.",)
    assert forge.shown(typed) == "forge:octo/parcel"


@pytest.mark.parametrize(
    "word",
    [
        "unheard",
        "github=http://elsewhere.test",
        "github=https://a:b@elsewhere.test",
        "github=https://elsewhere.test?x=1",
        "circleci=https://elsewhere.test",
        "forge=https://ci.test",
        "forge|repository",
        "forge=https://ci.test|kind:build",
        "forge=https://ci.test|repository?",
        "forge=https://ci.test|repository_id!",
        "forge=https://ci.test|repository|kind!:build",
        "github=https://ci.test|repository",
        "Forge=https://ci.test|repository",
        "forge=https://ci.test|%(typed.x)s",
        "",
    ],
)
def test_what_names_no_provider_is_told(word: str) -> None:
    assert not is_valid([word])
    with pytest.raises(ConfigurationError):
        providers([word])


def test_a_provider_is_named_once() -> None:
    assert not is_valid(["github", "github"])
