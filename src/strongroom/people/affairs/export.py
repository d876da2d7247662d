"""Everything that the registry knows of a person, as JSON values, for that person."""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.db import transaction

from strongroom.core.actors import Actor
from strongroom.core.clock import Clock
from strongroom.core.events import Event, Kind
from strongroom.people.access.grants import projects_of
from strongroom.people.access.ranks import seats_of
from strongroom.people.accounts.notices import Happening, note
from strongroom.people.models import BrowserSession, Device, Notice, Token, User
from strongroom.proof.ledger.events import record


def export(user: User, by: Actor, clock: Clock) -> dict[str, object]:
    """Return it, and tell that it was taken: who has it knows where its owner signs in from.

    Left out is what proves who somebody is: passwords, secrets of factors, tokens themselves.
    """
    with transaction.atomic():
        data = _told(user)
        note(Happening(Kind.ACCOUNT_EXPORTED, user.pk), by, clock)
        facts = {"user": user.username}
        record(Event(Kind.ACCOUNT_EXPORTED, by.name, by.credential, facts=facts), clock)
    return data


def _told(user: User) -> dict[str, object]:
    own = {"user": user}
    return {
        "account": {
            "name": user.username,
            "administrator": user.admin,
            "made_at": user.created_at.isoformat(),
            "has_password": user.has_usable_password(),
        },
        "addresses": [
            {"address": one.email, "verified": one.verified, "primary": one.primary}
            for one in EmailAddress.objects.filter(**own).order_by("pk")
        ],
        "factors": [
            {
                "kind": one.type,
                "name": str(one.data.get("name", "")),
                "added_at": one.created_at.isoformat(),
                "used_at": one.last_used_at and one.last_used_at.isoformat(),
            }
            for one in Authenticator.objects.filter(**own).order_by("pk")
        ],
        "sessions": [
            {
                "source": one.source,
                "agent": one.agent,
                "began_at": one.created_at.isoformat(),
                "seen_at": one.seen_at.isoformat(),
            }
            for one in BrowserSession.objects.filter(**own).order_by("created_at")
        ],
        "devices": [
            {
                "agent": one.agent,
                "known_since": one.first_seen_at.isoformat(),
                "used_at": one.last_seen_at.isoformat(),
            }
            for one in Device.objects.filter(**own).order_by("pk")
        ],
        "tokens": [
            {
                "number": one.pk,
                "label": one.label,
                "limits": one.caveats,
                "made_at": one.created_at.isoformat(),
                "used_at": one.last_used_at and one.last_used_at.isoformat(),
                "used_from": one.last_used_from,
                "revoked_at": one.revoked_at and one.revoked_at.isoformat(),
            }
            for one in Token.objects.filter(**own).order_by("pk")
        ],
        "projects": [
            {"ecosystem": project.ecosystem, "project": project.key, "role": role}
            for project, role in projects_of(user.pk)
        ],
        "organisations": [
            {"organisation": one.name, "rank": one.rank} for one in seats_of(user.pk)
        ],
        "log": [
            {
                "kind": one.kind,
                "at": one.at.isoformat(),
                "by": one.actor,
                "source": one.source,
                "agent": one.agent,
                "facts": one.facts,
            }
            for one in Notice.objects.filter(**own).order_by("pk")
        ],
    }
