"""Each provider's claims: what fits, and that nothing which lacks a claim ever does."""

import re
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strongroom.core.errors import InvalidError
from strongroom.people.publishers.claims import Claims, Says, broken, filled, hold
from strongroom.people.publishers.presets import (
    ACTIVESTATE,
    BUILDKITE,
    CIRCLECI,
    GITHUB,
    GITLAB,
    GOOGLE,
    PRESETS,
)
from strongroom.people.publishers.providers import LONGEST, Provider, of_issuer, of_name
from tests.fakes import issuers

GITHUB_TYPED = {"owner": "octo", "repository": "parcel", "workflow": "release.yml"}
GITLAB_TYPED = {"namespace": "octo", "project": "parcel", "file": ".gitlab-ci.yml"}
CIRCLE_TYPED = {
    "organization": issuers.CIRCLE_ORGANIZATION,
    "project": issuers.CIRCLE_PROJECT,
    "pipeline": issuers.CIRCLE_PIPELINE,
}
ALL: Mapping[str, tuple[Provider, dict[str, str], dict[str, object]]] = {
    "github": (GITHUB, GITHUB_TYPED, issuers.github(jti="1")),
    "gitlab": (
        GITLAB,
        GITLAB_TYPED,
        issuers.gitlab("gitlab.com", jti="1", iss="https://gitlab.com"),
    ),
    "google": (GOOGLE, {"email": "robot@parcel.test"}, issuers.google()),
    "activestate": (
        ACTIVESTATE,
        {"organization": "octo", "project": "parcel", "actor": issuers.CIRCLE_PROJECT},
        issuers.activestate(),
    ),
    "circleci": (CIRCLECI, CIRCLE_TYPED, issuers.circleci()),
    "buildkite": (BUILDKITE, {"organization": "octo", "pipeline": "parcel"}, issuers.buildkite()),
}


def _told(one: object) -> str:
    """Return how a case is called: sets of a provider have another order in each process."""
    return one.name if isinstance(one, Provider) else str(one)


each = pytest.mark.parametrize(("provider", "typed", "claims"), list(ALL.values()), ids=list(ALL))


def fits(provider: Provider, typed: Mapping[str, str], claims: Claims) -> bool:
    found = filled(provider.claimed, claims, {})
    here = filled(provider.typed, {}, typed)
    return (
        found is not None
        and here is not None
        and found.lower() == here.lower()
        and broken(provider.rules, claims) is None
        and hold(provider.rules, claims, typed)
        and provider.pinned({}, claims) is not None
    )


@each
def test_what_a_provider_states_of_its_program_fits(
    provider: Provider, typed: dict[str, str], claims: dict[str, object]
) -> None:
    assert provider.read(typed) == typed
    assert fits(provider, typed, claims)


@each
def test_a_claim_that_is_compared_may_not_be_missing_or_of_another_type(
    provider: Provider, typed: dict[str, str], claims: dict[str, object]
) -> None:
    compared = {rule.claim for rule in provider.rules if all(map(typed.get, rule.fields))} | set(
        provider.pins
    )
    for claim in compared:
        for instead in (None, "", 7, claims[claim] is not True, [claims[claim]]):
            assert not fits(provider, typed, {**claims, claim: instead}), (claim, instead)
        assert not fits(provider, typed, {k: v for k, v in claims.items() if k != claim})


@each
def test_whatever_else_is_typed_fits_no_more(
    provider: Provider, typed: dict[str, str], claims: dict[str, object]
) -> None:
    for name, text in typed.items():
        other = text[:-1] + ("b" if text[-1] != "b" else "c")
        assert not fits(provider, {**typed, name: other}, claims)


@each
@given(text=st.text(max_size=20))
def test_no_other_text_in_a_claim_fits(
    provider: Provider, typed: dict[str, str], claims: dict[str, object], text: str
) -> None:
    for rule in provider.rules:
        if isinstance(rule, Says) and rule.fields and all(map(typed.get, rule.fields)):
            said = claims[rule.claim]
            if rule.folded and text.isascii() and text.lower() == str(said).lower():
                continue
            assert text == said or not fits(provider, typed, {**claims, rule.claim: text})


@each
def test_what_was_pinned_stays_so(
    provider: Provider, typed: dict[str, str], claims: dict[str, object]
) -> None:
    assert typed
    stated = {**claims, **dict.fromkeys(provider.may_pin, "7")}
    pinned = provider.pinned({}, stated)
    assert pinned is not None
    assert provider.pinned(pinned, stated) == pinned
    for claim in pinned:
        assert provider.pinned(pinned, {**stated, claim: "other"}) is None
        assert provider.pinned(pinned, {k: v for k, v in stated.items() if k != claim}) is None


@pytest.mark.parametrize(
    ("provider", "typed", "claims"),
    [
        (GITHUB, {"environment": "release"}, {"environment": "Release"}),
        (GITHUB, {"ref": "refs/tags/v*"}, {}),
        (GITHUB, {"event": "push"}, {}),
        (GITHUB, {"owner_id": "10"}, {}),
        (GITLAB, {"environment": "release"}, {"environment": "release"}),
        (GITLAB, {"ref": "v1.*"}, {}),
        (GOOGLE, {"subject": "1234567890"}, {}),
        (CIRCLECI, {"context": "c"}, {"oidc.circleci.com/context-ids": ["b", "c"]}),
        (CIRCLECI, {"ref": "refs/tags/*"}, {}),
        (BUILDKITE, {"branch": "ma*", "step": "publish"}, {}),
    ],
    ids=_told,
)
def test_what_is_pinned_by_hand_is_compared(
    provider: Provider, typed: dict[str, str], claims: dict[str, object]
) -> None:
    _, needed, stated = ALL[provider.name]
    assert fits(provider, {**needed, **typed}, {**stated, **claims})
    for name in typed:
        assert not fits(provider, {**needed, **typed, name: "other"}, {**stated, **claims})


@pytest.mark.parametrize(
    ("provider", "claims"),
    [
        (GITHUB, {"event_name": "pull_request_target"}),
        (GITHUB, {"event_name": "workflow_run"}),
        (GITLAB, {"pipeline_source": "merge_request_event"}),
        (GITLAB, {"pipeline_source": "external_pull_request_event"}),
        (GOOGLE, {"email_verified": False}),
        (GOOGLE, {"email_verified": "true"}),
        (CIRCLECI, {"oidc.circleci.com/ssh-rerun": True}),
        (ACTIVESTATE, {"builder": "other"}),
    ],
    ids=_told,
)
def test_what_strangers_can_cause_breaks_a_rule_of_all(
    provider: Provider, claims: dict[str, object]
) -> None:
    _, _, stated = ALL[provider.name]
    assert broken(provider.rules, stated) is None
    assert broken(provider.rules, {**stated, **claims}) in claims


def test_letters_of_other_alphabets_are_not_ours() -> None:
    # The sign of Kelvin is a small k to `str.lower`.
    assert not hold([Says("x", ("%(typed.y)s",), folded=True)], {"x": "o\u212ato"}, {"y": "okto"})


@pytest.mark.parametrize(
    ("pattern", "text", "fit"),
    [
        ("refs/tags/v*", "refs/tags/v1", True),
        ("refs/tags/v*", "refs/tags/v1/x", False),
        ("refs/tags/v*", "xrefs/tags/v1", False),
        ("refs/tags/v.*", "refs/tags/v1", False),
        ("***", "main", True),
        ("*a*a*a*a*a*a*a*b", "a" * 60, False),
    ],
)
def test_a_star_stands_for_any_signs_but_a_slash(pattern: str, text: str, *, fit: bool) -> None:
    _, needed, stated = ALL["github"]
    said = {**stated, "ref": text}
    said["job_workflow_ref"] = f"octo/parcel/.github/workflows/release.yml@{text}"
    assert fits(GITHUB, {**needed, "ref": pattern}, said) is fit


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("owner", ""),
        ("owner", "o/p"),
        ("repository", "a/../b"),
        ("workflow", "release.sh"),
        ("workflow", "../release.yml"),
        ("workflow", "a/release.yml"),
        ("workflow", "release.yml@main"),
        ("environment", "x" * (LONGEST + 1)),
        ("environment", "a\nb"),
        ("ref", "%(claim.ref)s"),
        ("event", "pull_request_target"),
        ("owner_id", "ten"),
    ],
)
def test_what_cannot_be_is_not_taken(field: str, text: str) -> None:
    with pytest.raises(InvalidError) as caught:
        GITHUB.read({**GITHUB_TYPED, field: text})
    assert caught.value.code == "publisher-field-invalid"


def test_what_is_not_asked_for_is_not_taken() -> None:
    with pytest.raises(InvalidError) as caught:
        GITHUB.read({**GITHUB_TYPED, "branch": "main"})
    assert caught.value.code == "publisher-field-unknown"


def test_blanks_around_a_text_are_nothing() -> None:
    assert GITHUB.read({**GITHUB_TYPED, "owner": " octo ", "environment": " "}) == GITHUB_TYPED


def test_what_is_left_open_is_warned_of() -> None:
    assert len(GITHUB.warnings(GITHUB_TYPED)) == 3
    pinned = {"environment": "release", "ref": "refs/tags/*", "event": "push"}
    assert GITHUB.warnings({**GITHUB_TYPED, **pinned}) == ()


def test_an_issuer_has_its_provider_and_no_other() -> None:
    known = tuple(PRESETS.values())
    assert of_issuer(known, "https://gitlab.com") is GITLAB
    assert of_issuer(known, CIRCLECI.issuer % {"typed.organization": CIRCLE_TYPED["project"]})
    for other in (
        "https://gitlab.com/",
        "https://gitlab.com.evil.test",
        "https://gitlabxcom",
        "https://oidc.circleci.com/org/evil",
        "https://oidc.circleci.com/org/%(typed.organization)s",
        None,
        7,
    ):
        assert of_issuer(known, other) is None


def test_a_provider_that_is_not_let_in_is_unknown() -> None:
    with pytest.raises(InvalidError, match=re.escape("Use one of: github.")):
        of_name([GITHUB], "gitlab")
