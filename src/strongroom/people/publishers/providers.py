"""Whose programs may publish: a table of providers, and the words by which operators name them.

Each provider says what people type, which claims must then say what, and which claims are numbers
that nobody can take over: those are pinned at the first use, so that an account or a repository
which was given up and made again by somebody else is another one.

Whatever starts a run that strangers can cause, or in which their code runs with our secrets, is
refused for every publisher: a list of the harmless triggers, and not of the others.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from strongroom.core.errors import ConfigurationError, InvalidError
from strongroom.people.publishers.claims import Among, Claims, Flag, Like, OneOf, Rule, Says

FORM = (
    "a provider's name, such as github; NAME=ISSUER for another one of its kind; or"
    " NAME=ISSUER|CLAIM|CLAIM? for any other, where CLAIM is typed by people, CLAIM? may be left"
    " empty, CLAIM! is pinned at the first use, and CLAIM:VALUE must be so"
)
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


_NAME = r"[A-Za-z0-9_][A-Za-z0-9_.-]*"
_FILE = r"[A-Za-z0-9_.][A-Za-z0-9_. -]*\.ya?ml"
_UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_ANY = r"[^\x00-\x1f\x7f%]+"
_REF = r"[^\x00-\x20\x7f%~^:?\[\\]+"
_NUMBER = r"[0-9]{1,20}"

_ENVIRONMENT = Field(
    "environment",
    "Environment",
    _ANY,
    needed=False,
    warning="No environment is pinned: any job of this workflow can publish, without a reviewer.",
)


def _ref(of: str) -> Field:
    return Field(
        "ref",
        f"Branch or tag ({of})",
        _REF,
        needed=False,
        warning="No branch or tag is pinned: whoever can push any branch can publish.",
    )


# Only whoever can write to the repository causes these.
_GITHUB_EVENTS = frozenset(
    {"create", "deployment", "push", "release", "repository_dispatch", "schedule"}
    | {"workflow_dispatch"}
)
GITHUB = Provider(
    name="github",
    title="GitHub Actions",
    issuer="https://token.actions.githubusercontent.com",
    fields=(
        Field("owner", "Owner", r"[A-Za-z0-9](?:[A-Za-z0-9_-]{0,98})"),
        Field("repository", "Repository", _NAME),
        Field("workflow", "Workflow file", _FILE),
        _ENVIRONMENT,
        _ref("refs/tags/v*"),
        Field(
            "event",
            "Event that starts it",
            "|".join(sorted(_GITHUB_EVENTS)),
            needed=False,
            warning="No event is pinned: pushes, schedules and dispatches can all publish.",
        ),
        Field("owner_id", "Number of the owner", _NUMBER, needed=False),
    ),
    typed="%(typed.owner)s/%(typed.repository)s",
    claimed="%(claim.repository)s",
    rules=(
        OneOf("event_name", _GITHUB_EVENTS),
        Says("repository", ("%(typed.owner)s/%(typed.repository)s",), folded=True),
        Says("repository_owner", ("%(typed.owner)s",), folded=True),
        # Of a workflow that another repository lends it is that one's: not the one that is meant.
        Says(
            "job_workflow_ref",
            tuple(
                f"%(claim.repository)s/.github/workflows/%(typed.workflow)s@%(claim.{point})s"
                for point in ("ref", "sha")
            ),
        ),
        Says("environment", ("%(typed.environment)s",), folded=True),
        Like("ref", "ref"),
        Says("event_name", ("%(typed.event)s",)),
        Says("repository_owner_id", ("%(typed.owner_id)s",)),
        Says("jti", ("%(claim.jti)s",)),
    ),
    pins=("repository_owner_id", "repository_id"),
)
GITLAB = Provider(
    name="gitlab",
    title="GitLab CI/CD",
    issuer="https://gitlab.com",
    fields=(
        Field("namespace", "Namespace", rf"{_NAME}(?:/{_NAME})*"),
        Field("project", "Project", _NAME),
        Field("file", "CI file", rf"(?:{_NAME}/|\.{_NAME}/)*\.?{_NAME}\.ya?ml"),
        _ENVIRONMENT,
        _ref("v*"),
    ),
    typed="%(typed.namespace)s/%(typed.project)s",
    claimed="%(claim.project_path)s",
    rules=(
        # A merge request of a fork can run in the project that it is meant for.
        OneOf(
            "pipeline_source",
            frozenset({"api", "parent_pipeline", "pipeline", "push", "schedule", "trigger", "web"}),
        ),
        Says("project_path", ("%(typed.namespace)s/%(typed.project)s",), folded=True),
        Says("namespace_path", ("%(typed.namespace)s",), folded=True),
        Says(
            "ci_config_ref_uri",
            tuple(
                f"%(issuer.host)s/%(claim.project_path)s//%(typed.file)s@%(claim.{point})s"
                for point in ("ref_path", "sha")
            ),
        ),
        Says("environment", ("%(typed.environment)s",)),
        Like("ref", "ref"),
        Says("jti", ("%(claim.jti)s",)),
    ),
    pins=("namespace_id", "project_id"),
)
GOOGLE = Provider(
    name="google",
    title="Google Cloud",
    issuer="https://accounts.google.com",
    fields=(
        Field("email", "E-mail address of the service account", r"[^@\s%]+@[A-Za-z0-9.-]+"),
        Field(
            "subject",
            "Subject",
            _NUMBER,
            needed=False,
            warning="No subject is typed: the one of the first statement is pinned.",
        ),
    ),
    typed="%(typed.email)s",
    claimed="%(claim.email)s",
    rules=(
        Flag("email_verified", value=True),
        Says("email", ("%(typed.email)s",)),
        Says("sub", ("%(typed.subject)s",)),
    ),
    pins=("sub",),
)
ACTIVESTATE = Provider(
    name="activestate",
    title="ActiveState",
    issuer="https://platform.activestate.com/api/v1/oauth/oidc",
    fields=(
        Field("organization", "Organization", _NAME),
        Field("project", "Project", _NAME),
        Field("actor", "Number of the account that builds", _UUID),
    ),
    typed="%(typed.organization)s/%(typed.project)s",
    claimed="%(claim.organization)s/%(claim.project)s",
    rules=(
        OneOf("builder", frozenset({"pypi-publisher"})),
        Says("sub", ("org:%(typed.organization)s:project:%(typed.project)s",)),
        Says("organization", ("%(typed.organization)s",)),
        Says("project", ("%(typed.project)s",)),
        Says("actor_id", ("%(typed.actor)s",)),
    ),
    pins=("organization_id", "project_id"),
)
_CIRCLE = "oidc.circleci.com/"
CIRCLECI = Provider(
    name="circleci",
    title="CircleCI",
    issuer="https://oidc.circleci.com/org/%(typed.organization)s",
    fields=(
        Field("organization", "Organization ID", _UUID),
        Field("project", "Project ID", _UUID),
        Field("pipeline", "Pipeline definition ID", _UUID),
        Field(
            "context",
            "Context ID",
            _UUID,
            needed=False,
            warning="No context is pinned: any job of the project can publish.",
        ),
        _ref("refs/tags/v*"),
    ),
    typed="%(typed.project)s",
    claimed=f"%(claim.{_CIRCLE}project-id)s",
    rules=(
        # Whoever reruns a job with SSH is at its shell.
        Flag(f"{_CIRCLE}ssh-rerun", value=False),
        Says(f"{_CIRCLE}org-id", ("%(typed.organization)s",)),
        Says(f"{_CIRCLE}project-id", ("%(typed.project)s",)),
        Says(f"{_CIRCLE}pipeline-definition-id", ("%(typed.pipeline)s",)),
        Among(f"{_CIRCLE}context-ids", "context"),
        Like(f"{_CIRCLE}vcs-ref", "ref"),
    ),
)
BUILDKITE = Provider(
    name="buildkite",
    title="Buildkite",
    issuer="https://agent.buildkite.com",
    fields=(
        Field("organization", "Organization", _NAME),
        Field("pipeline", "Pipeline", _NAME),
        Field(
            "branch",
            "Branch",
            _REF,
            needed=False,
            warning="No branch is pinned: a build of any branch can publish.",
        ),
        Field(
            "step",
            "Step",
            _NAME,
            needed=False,
            warning="No step is pinned: any step of the pipeline can publish.",
        ),
    ),
    typed="%(typed.organization)s/%(typed.pipeline)s",
    claimed="%(claim.organization_slug)s/%(claim.pipeline_slug)s",
    rules=(
        Says("organization_slug", ("%(typed.organization)s",)),
        Says("pipeline_slug", ("%(typed.pipeline)s",)),
        Like("build_branch", "branch"),
        Says("step_key", ("%(typed.step)s",)),
    ),
    may_pin=("organization_id", "pipeline_id"),
)
PRESETS = {one.name: one for one in (GITHUB, GITLAB, GOOGLE, ACTIVESTATE, CIRCLECI, BUILDKITE)}

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
                _ANY,
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
