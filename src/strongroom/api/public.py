"""Which events anybody may read, and what of them: an allow-list, so that a new kind stays inside.

Events about a project are public; those about a person's account, tokens and sign-ins are not.
How an actor proved who they are (`credential`) is never told: it would link acts to tokens.
"""

from collections.abc import Mapping

from strongroom.core.events import Kind, Recorded

FACTS: Mapping[Kind, frozenset[str]] = {
    Kind.PROJECT_CREATED: frozenset({"name", "owner"}),
    Kind.ROLE_GRANTED: frozenset({"user", "role"}),
    Kind.ROLE_TAKEN: frozenset({"user", "role"}),
    Kind.FILE_PUBLISHED: frozenset({"file", "kind", "size", "sha256"}),
    Kind.RELEASE_YANKED: frozenset({"reason"}),
    Kind.RELEASE_UNYANKED: frozenset(),
    Kind.PROJECT_STATUS_CHANGED: frozenset({"from", "to", "reason"}),
    Kind.FILE_DAMAGED: frozenset({"file", "sha256", "fault"}),
    Kind.FILE_REPAIRED: frozenset({"file", "sha256"}),
    Kind.RELEASE_REMOVED: frozenset({"reason", "rule", "files"}),
    Kind.RETENTION_CHANGED: frozenset({"keep_prereleases", "prerelease_days"}),
}


def is_public(recorded: Recorded) -> bool:
    """Say whether anybody may read of an event."""
    return recorded.event.project is not None and recorded.event.kind in FACTS


def facts(recorded: Recorded) -> dict[str, object]:
    """Return the facts of a public event that anybody may read."""
    told = FACTS[recorded.event.kind]
    return {name: value for name, value in recorded.event.facts.items() if name in told}
