"""The rows of organisations: who is in one, its teams, and what it holds."""

from django.db import models

from strongroom.people.models.users import User


class Organisation(models.Model):
    """People who hold projects together. `folded` is its name as compared: lower case.

    `similar` is the form that it shares with names which an eye takes for it.
    `members_read` says whether every member reads its private projects; `private_by_default`
    whether a new project of it is private.
    """

    name = models.CharField(max_length=64)
    folded = models.CharField(max_length=64, unique=True)
    similar = models.CharField(max_length=64, db_default="", db_index=True)
    title = models.CharField(max_length=100, blank=True)
    created_at = models.DateTimeField()
    members_read = models.BooleanField(default=True)
    private_by_default = models.BooleanField(default=True)

    def __str__(self) -> str:
        """Return the name as its owners write it."""
        return self.name


class Membership(models.Model):
    """What somebody is in an organisation: an `organisations.Rank`."""

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="memberships"
    )
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    rank = models.CharField(max_length=16)
    since = models.DateTimeField()

    class Meta:
        """One rank a user and organisation."""

        constraints = (
            models.UniqueConstraint(
                fields=["organisation", "user"], name="one_rank_in_an_organisation"
            ),
        )

    def __str__(self) -> str:
        """Return who is what in which organisation."""
        return f"{self.user_id} {self.rank} of {self.organisation_id}"


class Team(models.Model):
    """Members of an organisation who hold the same roles in its projects."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="teams")
    name = models.CharField(max_length=64)
    folded = models.CharField(max_length=64)
    created_at = models.DateTimeField()

    class Meta:
        """A name is one team's in an organisation."""

        constraints = (
            models.UniqueConstraint(fields=["organisation", "folded"], name="one_team_a_name"),
        )

    def __str__(self) -> str:
        """Return the name as its owners write it."""
        return self.name


class TeamMember(models.Model):
    """Somebody in a team; who leaves the organisation leaves its teams."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="members")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="teams")
    since = models.DateTimeField()

    class Meta:
        """Once in a team."""

        constraints = (models.UniqueConstraint(fields=["team", "user"], name="once_in_a_team"),)

    def __str__(self) -> str:
        """Return who is in which team."""
        return f"{self.user_id} in {self.team_id}"


class TeamGrant(models.Model):
    """A role that a team holds in a project of its organisation, and in no other's.

    Without a name of a project it is held in all that the organisation holds.
    """

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="grants")
    ecosystem = models.CharField(max_length=16, blank=True)
    project = models.CharField(max_length=255, blank=True)
    role = models.CharField(max_length=16)
    granted_at = models.DateTimeField()

    class Meta:
        """One role a team and project."""

        constraints = (
            models.UniqueConstraint(
                fields=["team", "ecosystem", "project"], name="one_role_of_a_team"
            ),
        )

    def __str__(self) -> str:
        """Return which team holds which role in what."""
        return f"{self.team_id} {self.role} of {self.ecosystem}:{self.project}"


class Holding(models.Model):
    """A project that an organisation holds; the project is named, not pointed at."""

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="holdings"
    )
    ecosystem = models.CharField(max_length=16)
    project = models.CharField(max_length=255)
    since = models.DateTimeField()

    class Meta:
        """A project is held by one organisation at most."""

        constraints = (
            models.UniqueConstraint(fields=["ecosystem", "project"], name="one_holder_a_project"),
        )

    def __str__(self) -> str:
        """Return who holds what."""
        return f"{self.organisation_id} holds {self.ecosystem}:{self.project}"
