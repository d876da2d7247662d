"""The rows of what waits for somebody's word: invitations, and offers of projects.

A row is there while it is open. When it ends it goes, with the address that it may hold; what came
of it is an event.
"""

from django.db import models

from strongroom.people.models.organisations import Organisation
from strongroom.people.models.users import User


class Invitation(models.Model):
    """Somebody is asked to be of a rank, in teams, in an organisation, or of a role in a project.

    Whom: an account, or whoever has verified an address. `inviter` is null where the operator asks.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, null=True, related_name="invitations")
    address = models.EmailField(blank=True, db_index=True)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, null=True, related_name="invitations"
    )
    rank = models.CharField(max_length=16, blank=True)
    teams = models.JSONField(default=list)
    ecosystem = models.CharField(max_length=16, blank=True)
    project = models.CharField(max_length=255, blank=True)
    role = models.CharField(max_length=16, blank=True)
    inviter = models.ForeignKey(User, on_delete=models.CASCADE, null=True, related_name="+")
    sent_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        """Those of a project are found by its name."""

        indexes = (models.Index(fields=["ecosystem", "project"], name="invitation_to_project"),)

    def __str__(self) -> str:
        """Return how the invitation is called: by its row."""
        return f"invitation {self.pk}"


class Offer(models.Model):
    """A project that its owner offers to an organisation or to a person."""

    ecosystem = models.CharField(max_length=16)
    project = models.CharField(max_length=255)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, null=True, related_name="offers"
    )
    user = models.ForeignKey(User, on_delete=models.CASCADE, null=True, related_name="offers")
    giver = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        """A project is offered to one at a time."""

        constraints = (
            models.UniqueConstraint(fields=["ecosystem", "project"], name="one_offer_of_a_project"),
        )

    def __str__(self) -> str:
        """Return what is offered."""
        return f"offer of {self.ecosystem}:{self.project}"
