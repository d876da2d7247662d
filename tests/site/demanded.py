"""The addresses by which something can be changed, and what each demands of whom."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from strongroom.core.coordinates import ProjectId
from tests.fakes.distributions import sdist

PARCEL = ProjectId("pypi", "parcel")
CHANGES = ("POST", "PUT", "PATCH", "DELETE")
JOB = "00000000-0000-0000-0000-000000000000"
TOTP, KEY = "totp", "webauthn"

# What a person has enrolled, and what the session has shown of it.
SESSIONS: dict[str, tuple[list[str], list[str]]] = {
    "nothing enrolled": ([], []),
    "codes not shown": ([TOTP], []),
    "codes": ([TOTP], [TOTP]),
    "key not shown": ([TOTP, KEY], [TOTP]),
    "key": ([KEY], [KEY]),
}
TOKENS: dict[str, list[str]] = {"nothing enrolled": [], "codes": [TOTP], "key": [KEY]}

# "enrol" and "prove" lead a browser to where a factor is added or shown, "sign-in" to where a
# session begins; the others are codes of refusals. "passed": asked no more of who it is.
OF_PEOPLE = {
    "ordinary": ["enrol", "prove", "passed", "passed", "passed"],
    "critical": ["enrol", "prove", "enrol", "prove", "passed"],
}
OF_ADMINISTRATORS = dict.fromkeys(("ordinary", "critical"), OF_PEOPLE["ordinary"])
OF_OVERSIGHT = dict.fromkeys(("ordinary", "critical"), OF_PEOPLE["critical"])
OF_TOKENS = {
    "ordinary": ["mfa-needed", "passed", "passed"],
    "critical": ["mfa-needed", "webauthn-needed", "passed"],
}


@dataclass(frozen=True, slots=True)
class Change:
    """A change by one address: what is sent, and how it is answered where nobody stands in its way.

    Words in braces stand for what `scene` has made.
    """

    path: str
    json: Mapping[str, object] | None = None
    form: Mapping[str, object] = field(default_factory=dict)
    body: bytes | None = None
    passed: int = 303
    trusting: bool = False  # only a token that was made for this does it


def released(path: str, passed: int = 303, **sent: object) -> Change:
    return Change(f"/manage/project/parcel/{path}/", form=sent, passed=passed)


TRUSTED = "manage/project/<str:name>/publishers/"
TYPED = {"owner": "octo", "repository": "parcel", "workflow": "release.yml"}
HOOK = {"url": "https://hooks.example.org/", "kinds": ["file-published"]}
PEOPLE: dict[tuple[str, str], list[Change]] = {
    ("POST", "manage/project/<str:name>/yank/<str:version>/"): [released("yank/1.0")],
    ("POST", "manage/project/<str:name>/unyank/<str:version>/"): [released("unyank/1.0")],
    ("POST", "manage/project/<str:name>/remove/<str:version>/"): [
        released("remove/1.0", typed="1.0")
    ],
    ("POST", "manage/project/<str:name>/retention/"): [released("retention")],
    ("POST", "manage/project/<str:name>/hooks/"): [
        released("hooks", url=HOOK["url"], kind="file-published", passed=200)
    ],
    ("POST", "manage/project/<str:name>/hooks/<str:handle>/<str:act>/"): [
        released("hooks/{hook}/renew", passed=200),
        released("hooks/{hook}/off"),
        released("hooks/{hook}/on"),
        released("hooks/{hook}/test"),
        released("hooks/{hook}/again", passed=404),
        released("hooks/{hook}/remove"),
    ],
    ("POST", "manage/project/<str:name>/status/<str:status>/"): [
        released("status/archived"),
        released("status/quarantined"),
    ],
    ("POST", "manage/project/<str:name>/approvals/<int:wanted>/"): [released("approvals/0")],
    ("POST", "manage/project/<str:name>/critical/<str:wanted>/"): [
        released("critical/on"),
        released("critical/off"),
        released("critical/auto"),
    ],
    ("POST", "manage/project/<str:name>/visibility/<str:wanted>/"): [
        released("visibility/private")
    ],
    ("POST", "manage/project/<str:name>/confirmation/<str:wanted>/"): [released("confirmation/on")],
    ("POST", f"{TRUSTED}add/<str:provider>/"): [
        Change("/manage/project/parcel/publishers/add/github/", form=TYPED)
    ],
    ("POST", f"{TRUSTED}remove/<int:number>/"): [
        Change("/manage/project/parcel/publishers/remove/7/", passed=404)
    ],
    ("POST", f"{TRUSTED}only/<str:wanted>/"): [released("publishers/only/off")],
    ("POST", "stages/<str:handle>/<str:act>/"): [
        Change("/stages/{stage}/publish/", form={"content": "{content}"}),
        Change("/stages/{stage}/reject/", form={"reason": "no"}),
        Change("/stages/{stage}/cancel/"),
        # Nothing asks for approvals here; that is told only to whoever could give one.
        Change("/stages/{stage}/approve/", form={"content": "{content}"}, passed=409),
    ],
}
ADMINISTRATORS: dict[tuple[str, str], list[Change]] = {
    ("POST", f"manage/jobs/<uuid:job>/{act}/"): [Change(f"/manage/jobs/{JOB}/{act}/", passed=404)]
    for act in ("retry", "drop")
} | {
    ("POST", "manage/cases/<int:number>/"): [Change("/manage/cases/7/", passed=404)],
    # Of no project that is there, as these are.
    ("POST", "manage/new/"): [Change("/manage/new/", form={"name": "box", "visibility": "public"})],
    ("POST", "manage/hooks/"): [
        Change("/manage/hooks/", form={"url": HOOK["url"], "kind": "file-published"}, passed=200)
    ],
    ("POST", "manage/hooks/<str:handle>/<str:act>/"): [
        Change(f"/manage/hooks/{'0' * 32}/{act}/", passed=404)
        for act in ("renew", "off", "on", "test", "again", "remove")
    ],
}
WHY = {"reason": "why not"}
# What an administrator does with a key shown just now, and with nothing less.
OVERSIGHT: dict[tuple[str, str], list[Change]] = {
    ("POST", "manage/users/<str:name>/<str:act>/"): [
        Change("/manage/users/alice/close/", form=WHY),
        Change("/manage/users/alice/reopen/", form=WHY),
        Change("/manage/users/alice/make-administrator/", form=WHY),
        Change("/manage/users/alice/unmake-administrator/", form=WHY, passed=400),
    ],
    ("POST", "manage/proposals/transfer/"): [
        Change(
            "/manage/proposals/transfer/",
            form={"project": "parcel", "to": "alice", **WHY},
            passed=400,
        )
    ],
    ("POST", "manage/proposals/<int:number>/<str:act>/"): [
        Change("/manage/proposals/7/confirm/", passed=404),
        Change("/manage/proposals/7/withdraw/", passed=404),
    ],
    ("POST", "manage/switches/<str:name>/<str:to>/"): [
        Change("/manage/switches/uploads/off/", form=WHY)
    ],
    ("POST", "manage/names/prohibit/<str:what>/"): [
        Change("/manage/names/prohibit/pypi/", form={"name": "evil", **WHY}),
        Change("/manage/names/prohibit/user/", form={"name": "evil", **WHY}),
    ],
    ("POST", "manage/names/<int:number>/allow/"): [
        Change("/manage/names/7/allow/", form=WHY, passed=404)
    ],
    ("POST", "manage/recoveries/<int:number>/approve/"): [
        Change("/manage/recoveries/7/approve/", passed=404)
    ],
}
SESSION = r"^upload/sessions/(?P<handle>[0-9a-f]{32})"
FILE = r"^upload/files/(?P<token>[0-9a-f]{32}\.[\w-]{43})/(?P<handle>[0-9a-f]{32})"
PROJECT = "api/v1/projects/<ecosystem>/<name>"
OF_PARCEL = "/api/v1/projects/pypi/parcel"
PROGRAMS: dict[tuple[str, str], list[Change]] = {
    ("POST", "^legacy/?$"): [Change("/legacy/", form={"content": "{wheel}"}, passed=200)],
    ("POST", "^upload/?$"): [
        Change("/upload/", json={"name": "parcel", "version": "9.0"}, passed=201)
    ],
    ("DELETE", f"{SESSION}$"): [Change("/upload/sessions/{stage}", passed=204)],
    ("POST", f"{SESSION}/publish$"): [
        Change("/upload/sessions/{stage}/publish", json={}, passed=201)
    ],
    ("POST", f"{SESSION}/extend$"): [
        Change("/upload/sessions/{stage}/extend", json={"extend-for": 60}, passed=200)
    ],
    ("POST", f"{SESSION}/files$"): [
        Change("/upload/sessions/{open}/files", json={"{promise}": 0}, passed=202)
    ],
    ("DELETE", f"{FILE}$"): [Change("{file}", passed=204)],
    ("POST", f"{FILE}/bytes$"): [Change("{file}/bytes", body=sdist("parcel", "3.0"), passed=200)],
    ("POST", f"{FILE}/complete$"): [Change("{there}/complete", json={}, passed=201)],
    ("POST", f"{PROJECT}/releases/<version>/yank"): [
        Change(f"{OF_PARCEL}/releases/1.0/yank", json={"reason": ""}, passed=200)
    ],
    ("DELETE", f"{PROJECT}/releases/<version>/yank"): [
        Change(f"{OF_PARCEL}/releases/1.0/yank", passed=200)
    ],
    ("DELETE", f"{PROJECT}/releases/<version>"): [Change(f"{OF_PARCEL}/releases/1.0", passed=200)],
    ("PUT", f"{PROJECT}/retention"): [
        Change(f"{OF_PARCEL}/retention", json={"keep_prereleases": 3}, passed=200)
    ],
    ("PUT", f"{PROJECT}/status"): [
        Change(f"{OF_PARCEL}/status", json={"status": "archived"}, passed=200)
    ],
    ("POST", f"{PROJECT}/publishers"): [
        Change(
            f"{OF_PARCEL}/publishers",
            json={"provider": "github", "typed": TYPED},
            passed=200,
            trusting=True,
        )
    ],
    ("DELETE", f"{PROJECT}/publishers/<number>"): [
        Change(f"{OF_PARCEL}/publishers/7", passed=404, trusting=True)
    ],
    ("PUT", f"{PROJECT}/trusted-only"): [
        Change(f"{OF_PARCEL}/trusted-only", json={"trusted_only": False}, passed=200, trusting=True)
    ],
    ("POST", "api/v1/projects/<ecosystem>"): [
        Change("/api/v1/projects/pypi", json={"name": "parcel"}, passed=409)
    ],
    ("PUT", f"{PROJECT}/visibility"): [
        Change(f"{OF_PARCEL}/visibility", json={"visibility": "private"}, passed=200)
    ],
    ("POST", f"{PROJECT}/hooks"): [Change(f"{OF_PARCEL}/hooks", json=HOOK, passed=201)],
    ("POST", f"{PROJECT}/hooks/<hook>/secret"): [
        Change(f"{OF_PARCEL}/hooks/{{hook}}/secret", passed=200)
    ],
    ("PUT", f"{PROJECT}/hooks/<hook>/state"): [
        Change(f"{OF_PARCEL}/hooks/{{hook}}/state", json={"on": False}, passed=200)
    ],
    ("POST", f"{PROJECT}/hooks/<hook>/test"): [
        Change(f"{OF_PARCEL}/hooks/{{hook}}/test", passed=200)
    ],
    ("POST", f"{PROJECT}/hooks/<hook>/deliveries/<message>/again"): [
        Change(f"{OF_PARCEL}/hooks/{{hook}}/deliveries/msg_{'0' * 32}/again", passed=404)
    ],
    ("DELETE", f"{PROJECT}/hooks/<hook>"): [Change(f"{OF_PARCEL}/hooks/{{hook}}", passed=204)],
    ("POST", "api/v1/stages/<handle>/publish"): [
        Change("/api/v1/stages/{stage}/publish", passed=200)
    ],
    ("DELETE", "api/v1/stages/<handle>"): [Change("/api/v1/stages/{stage}", passed=200)],
}
# What the company's directory does; no token and no session of a person opens its door.
DIRECTORY: dict[tuple[str, str], list[Change]] = {
    ("POST", "^scim/v2/Users/?$"): [Change("/scim/v2/Users", json={"userName": "a@b.test"})],
} | {
    (method, "^scim/v2/Users/(?P<number>[^/]+)/?$"): [Change("/scim/v2/Users/1", json={})]
    for method in ("PUT", "PATCH", "DELETE")
}
# What concerns no project: one's own account, and getting into it. What programs exchange is judged
# by what is stated of them.
OWN = (
    "_/oidc/",
    "account/",
    "^account/",
    "not-me/",
    "sign-in/",
    "sign-out/",
    "claim/",
    "api/v1/me/",
)
# Reports of leaked tokens: a signature over the body proves who sends one, and no person does.
SIGNED = ("leaks/",)
# Addresses that change nothing, whatever they are sent.
NOTHING = {
    "legacy/credential",
    ".well-known/pytp",
    "health/ready",
    "metrics",
    r"^api(?:/|$)",
    r"^scim(?:/|$)",
}
TABLES = (
    (PEOPLE, OF_PEOPLE),
    (ADMINISTRATORS, OF_ADMINISTRATORS),
    (OVERSIGHT, OF_OVERSIGHT),
)
