"""The providers that are known by name. Pure.

Whatever starts a run that strangers can cause, or in which their code runs with our secrets, is
refused for every publisher: a list of the harmless triggers, and not of the others.
"""

from strongroom.people.publishers.claims import Among, Flag, Like, OneOf, Says
from strongroom.people.publishers.providers import Field, Provider

_NAME = r"[A-Za-z0-9_][A-Za-z0-9_.-]*"
_FILE = r"[A-Za-z0-9_.][A-Za-z0-9_. -]*\.ya?ml"
_UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
ANY = r"[^\x00-\x1f\x7f%]+"
_REF = r"[^\x00-\x20\x7f%~^:?\[\\]+"
_NUMBER = r"[0-9]{1,20}"

_ENVIRONMENT = Field(
    "environment",
    "Environment",
    ANY,
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
