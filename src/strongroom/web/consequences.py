"""What a change will do, in words, told before it is made."""

from collections.abc import Mapping

from strongroom.packages.catalog.removal import Consequences
from strongroom.packages.catalog.states import Criticality, Status
from strongroom.web.words import size

_STAYS_TOLD = "The change and its reason stay in the project's public history."


def yanking(project: str, version: str) -> tuple[str, ...]:
    """Say what yanking a release does."""
    return (
        f"Installers pass over {project} {version} unless it is pinned exactly.",
        f"Whoever pins {project}=={version} still gets it, with a warning and your reason.",
        "Its files stay where they are and can still be downloaded.",
        "You can take it back at any time.",
        _STAYS_TOLD,
    )


def unyanking(project: str, version: str) -> tuple[str, ...]:
    """Say what taking a yank back does."""
    return (
        f"Installers choose {project} {version} again wherever it fits.",
        "The reason given for the yank is no longer shown beside the release.",
        "That it was yanked, and why, stays in the project's public history.",
    )


def removing(project: str, told: Consequences) -> tuple[str, ...]:
    """Say what removing a release does."""
    stands = (
        f"The newest release of {project} will be {told.latest}."
        if told.latest
        else f"{project} will have no release; its name stays taken."
    )
    return (
        f"Whoever depends on {project} {told.version} can no longer install it.",
        "It cannot be taken back. A yank can, and breaks nobody.",
        f"Can no longer be downloaded ({size(told.size)}): {', '.join(told.files)}.",
        f"Nobody can ever publish a version {told.version} again, or a file of these names.",
        *((stands,) if told.changes else ()),
        "Whoever asks for it is told that it was removed, and your reason.",
        _STAYS_TOLD,
    )


def deed(project: str, old: Status, new: Status) -> str:
    """Name the act that changes a project's status, as a heading and on a button."""
    if old == new:
        return f"Change the reason why {project} is {new}"
    return _DEEDS[new].format(project)


def becoming(project: str, status: Status) -> tuple[str, ...]:
    """Say what giving a project a status does."""
    return (*(told.format(project) for told in _BECOMING[status]), _STAYS_TOLD)


_DEEDS: Mapping[Status, str] = {
    Status.ACTIVE: "Make {} active again",
    Status.ARCHIVED: "Archive {}",
    Status.DEPRECATED: "Deprecate {}",
    Status.QUARANTINED: "Quarantine {}",
}
_BECOMING: Mapping[Status, tuple[str, ...]] = {
    Status.ACTIVE: (
        "{} is an ordinary project: it can be installed, and its people can publish releases.",
    ),
    Status.ARCHIVED: (
        "Nobody can publish to {}, its own people included, until it is active again.",
        "What is published can still be installed; its pages say that the project is finished.",
    ),
    Status.DEPRECATED: (
        "The pages of {} and the index tell everyone that its people advise against using it.",
        "Installing and publishing go on as before.",
    ),
    Status.QUARANTINED: (
        "At once nobody can download or install anything of {}, and nobody can publish to it.",
        "Builds that need it fail until the quarantine is lifted.",
        "It disappears from search and from the lists of projects; its page says why.",
        "Copies that others made before are out of this registry's reach.",
    ),
}


def approving(release: str, *, last: bool, missing: int) -> tuple[str, ...]:
    """Say what approving a stage does."""
    if last:
        told = f"Yours is the last approval: {release} is published at once, for everybody."
    else:
        after = missing - 1
        told = f"After yours {after} more {_verb(after)} needed before {release} is published."
    return (
        told,
        "You approve exactly the files below. If one of them changes first, your approval is void.",
        "A published file cannot be taken back or replaced.",
        "That you approved it is told in the project's public history, once it is published.",
    )


def approve(count: int, more: str = "more ") -> str:
    """Word how many people approve: `1 more person approves`."""
    return f"1 {more}person approves" if count == 1 else f"{count} {more}people approve"


def _verb(count: int) -> str:
    return "is" if count == 1 else "are"


def rejecting(release: str) -> tuple[str, ...]:
    """Say what rejecting a stage does."""
    return (
        f"{release} is not published, and all approvals of it so far are void.",
        "Its files stay in the stage, where they can be replaced, or approved after all.",
        "Your reason is shown to the people of the project, and to nobody else.",
    )


def publishing(release: str, missing: int) -> tuple[str, ...]:
    """Say what publishing a stage does."""
    if missing:
        return (
            f"{release} is published as soon as {approve(missing)} it.",
            "Until then nothing of the stage can change, and the names of its files are taken.",
            "Whoever may approve it can also reject it; then it can be changed again.",
        )
    return (
        f"All files of {release} are published at once, for everybody.",
        "A published file cannot be taken back or replaced.",
    )


def cancelling(release: str) -> tuple[str, ...]:
    """Say what cancelling a stage does."""
    return (
        f"Nothing of {release} is published, and the files in the stage are forgotten.",
        "If the project is new, its name is free again.",
    )


def asking(project: str, old: int, new: int) -> tuple[str, ...]:
    """Say what it does to ask for another number of approvals."""
    told = (
        f"Whatever is uploaded to {project} waits in a stage until {approve(new, more='')} it."
        if new
        else f"Whatever is uploaded to {project} is published at once."
    )
    who = (
        "Each must have a role in the project, and have uploaded nothing into that stage. No token"
        " can approve."
    )
    back = "Only an administrator can ask for fewer again."
    return (told, *((who,) if new else ()), *((back,) if new > old else ()), _STAYS_TOLD)


def pinning(project: str, wanted: Criticality) -> tuple[str, tuple[str, ...]]:
    """Name the act of saying how critical a project is, and say what it does."""
    if wanted is Criticality.ON:
        return f"Call {project} critical", (
            "From now on, whoever changes it needs a security key or a passkey.",
            "Tokens of people who have none are refused at once.",
            "What is counted of its downloads and dependents changes nothing any more.",
        )
    if wanted is Criticality.OFF:
        return f"Say that {project} is not critical", (
            "Any second factor is enough to change it, also one that can be phished.",
            "What is counted of its downloads and dependents changes nothing any more.",
        )
    return f"Let the registry count whether {project} is critical", (
        "It is critical again when it is among those downloaded most, or many depend on it.",
        "Until that is counted, any second factor is enough to change it.",
    )


def revealing(project: str, *, private: bool) -> tuple[str, tuple[str, ...]]:
    """Name the act of making a project private or public, and say what it does."""
    if private:
        return f"Make {project} private", (
            "Only its people, and tokens of theirs that may read it, find it and install it.",
            "Whoever depends on it and has no role in it can no longer install it.",
            "Its files were public: who has them keeps them, and caches may for a minute.",
            "Its addresses change: lock files that name them must be made anew.",
        )
    return f"Make {project} public", (
        "Everybody can see and install all its releases, and the names of its people.",
        "That cannot be unsaid: to make it private again takes nothing back that was copied.",
        "What happened to it while it was private is still told to nobody.",
    )


def confirming(project: str, *, wanted: bool) -> tuple[str, tuple[str, ...]]:
    """Name the act of asking for confirmations or for none, and say what it does."""
    if wanted:
        return f"Have a person confirm each publication of {project}", (
            "What tokens upload waits in a stage, unseen.",
            "One of the project's people publishes it, who has just shown a security key.",
            "To give this up takes such a key too.",
        )
    return f"Publish what is uploaded to {project} without a person", (
        "Whoever has a token of one of its people can publish.",
        "Approvals that it asks for stay as they are.",
    )


def distrusting(publisher: str) -> tuple[str, ...]:
    """Say what removing a trusted publisher does."""
    return (
        f"{publisher} publishes nothing more, and the tokens that it has now end at once.",
        "What it has published stays.",
        "It can be added again, and is pinned anew at its first use.",
    )


def trusting_only(project: str, *, wanted: bool) -> tuple[str, tuple[str, ...]]:
    """Name the act of letting trusted publishers alone publish, or people too; say what it does."""
    if wanted:
        return f"Let trusted publishers alone publish {project}", (
            "Uploads by the token of a person are refused, whoever's it is and however old.",
            "To let them publish again takes an owner who has just shown a second factor.",
            _STAYS_TOLD,
        )
    return f"Let people's tokens publish {project} again", (
        "Whoever holds a token of one of its people can publish, also one that leaked long ago.",
        _STAYS_TOLD,
    )
