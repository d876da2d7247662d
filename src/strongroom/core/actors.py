"""Who acts: nobody, a person by session or token, the operator, the registry itself."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum

from strongroom.core.coordinates import ProjectId


class Action(StrEnum):
    """Everything that an actor can ask to do; tokens name these in their scopes."""

    READ = "read"  # read what is private
    UPLOAD = "upload"  # publish files, and create the project if the name is free
    STAGE = "stage"  # put files into a stage; where people approve, ask them to
    CANCEL = "cancel"  # look at stages and cancel them
    APPROVE = "approve"  # approve or reject what a stage holds, in person
    YANK = "yank"  # yank and un-yank releases
    CONFIGURE = "configure"  # change a project's status and its rules of retention
    QUARANTINE = "quarantine"  # put a project into quarantine, or take it out
    APPOINT = "appoint"  # give and take roles in a project
    TRUST = "trust"  # set up trusted publishers, and say that only they publish
    TRANSFER = "transfer"  # give a project to an organisation or a person, in person
    LOOSEN = "loosen"  # ask for fewer approvals than before
    PIN = "pin"  # say whether a project is critical, whatever is counted of it
    REMOVE = "remove"  # remove releases for good, within what `catalog.removal` allows


class Assurance(IntEnum):
    """How well somebody has proved who they are; each holds what those before it hold.

    The words are those of OpenID Connect's `acr` values (OpenID EAP ACR 1.0): an authenticator
    that is bound to the registry's own origin, such as WebAuthn, cannot be used through another.
    """

    SINGLE_FACTOR = 0
    MULTI_FACTOR = 1
    PHISHING_RESISTANT = 2


# The credential of a person who is signed in, at a browser of theirs.
SESSION = "session"

# The credential of a person for whom the operator, at the machine's own shell, brings in files
# from elsewhere. No door gives it; with it alone a file may count as uploaded in the past.
IMPORT = "import"


@dataclass(frozen=True, slots=True)
class Reach:
    """How far a credential goes; None in a field means that it is not limited there.

    `ecosystems` are ids such as `pypi`; `projects` are canonical; `actions` are `Action`s.
    """

    ecosystems: AbstractSet[str] | None = None
    projects: AbstractSet[ProjectId] | None = None
    actions: AbstractSet[Action] | None = None


EVERYWHERE = Reach()


@dataclass(frozen=True, slots=True)
class Browser:
    """From where somebody acts: an address, and how their program calls itself."""

    source: str = ""
    agent: str = ""


UNSEEN = Browser()


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks, by which credential, and how far that credential goes.

    `user_id` is None for nobody, the operator at the machine's own shell, the registry itself and a
    program, whose trusted publishers are the rows `publishers`.
    `credential` names what was presented ("session", "token 41", "shell"), for events and logs.
    `assurance` is what a session has shown, and for a token what its owner's account can show;
    `proved_at` is when a session has last shown it, and None where nobody is there to show it.
    `browser` is for the owner of the account alone; nothing is decided by it.
    """

    kind: str
    name: str
    credential: str
    user_id: int | None = None
    admin: bool = False
    reach: Reach = field(default=EVERYWHERE)
    assurance: Assurance = Assurance.SINGLE_FACTOR
    proved_at: datetime | None = None
    browser: Browser = field(default=UNSEEN, compare=False)
    publishers: frozenset[int] = frozenset()


NOBODY = Actor(kind="nobody", name="anonymous", credential="none")
OPERATOR = Actor(kind="operator", name="operator", credential="shell", admin=True)
REGISTRY = Actor(kind="registry", name="registry", credential="none", admin=True)
