"""The rows of what somebody is to a project."""

from django.db import models

from strongroom.people.models.users import User


class Grant(models.Model):
    """A role that a user holds in a project; the project is named, not pointed at."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="grants")
    ecosystem = models.CharField(max_length=16)
    project = models.CharField(max_length=255)
    role = models.CharField(max_length=16)
    granted_at = models.DateTimeField()

    class Meta:
        """One role a user and project; found by project too."""

        constraints = (
            models.UniqueConstraint(
                fields=["user", "ecosystem", "project"], name="one_role_in_a_project"
            ),
        )
        indexes = (models.Index(fields=["ecosystem", "project"], name="grant_of_project"),)

    def __str__(self) -> str:
        """Return who holds which role in what."""
        return f"{self.user_id} {self.role} of {self.ecosystem}:{self.project}"
