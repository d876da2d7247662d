"""The rows of what takes two people or time: recoveries, proposals, switches, names."""

from django.db import models

from strongroom.people.models.users import User


class Recovery(models.Model):
    """A request for an account to be rid of factors that its owner has lost.

    `approvals` are the accounts of the administrators who agreed; `told_at` is when letters last
    said that it goes on. Of an account at most one is open.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="recoveries")
    asked_at = models.DateTimeField()
    ripe_at = models.DateTimeField()
    state = models.CharField(max_length=16)
    by_operator = models.BooleanField(default=False)
    approvals = models.JSONField(default=list)
    told_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        """At most one open recovery of an account."""

        constraints = (
            models.UniqueConstraint(
                fields=["user"], condition=models.Q(state="open"), name="one_open_recovery"
            ),
        )

    def __str__(self) -> str:
        """Return how the recovery is called: by its row."""
        return f"recovery {self.pk}"


class Proposal(models.Model):
    """A dangerous act of one administrator that waits for another one, and then for a while.

    `subject` is what it is about, as people write it; `ripe_at` is set by who confirms it.
    """

    kind = models.CharField(max_length=32)
    subject = models.CharField(max_length=255)
    facts = models.JSONField(default=dict)
    reason = models.CharField(max_length=500)
    proposer = models.ForeignKey(User, on_delete=models.CASCADE, related_name="proposals")
    proposed_at = models.DateTimeField()
    confirmed_by = models.CharField(max_length=64, blank=True)
    ripe_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=16, db_index=True)
    ended_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        """Return how the proposal is called: by its row."""
        return f"proposal {self.pk}"


class Switch(models.Model):
    """Something that administrators have turned off; no row: it is on."""

    name = models.CharField(max_length=32, unique=True)
    reason = models.CharField(max_length=200)
    by = models.CharField(max_length=64)
    at = models.DateTimeField()

    def __str__(self) -> str:
        """Return its name."""
        return self.name


class Prohibition(models.Model):
    """A name that nobody may take: `what` is an ecosystem, or `user`; `key` is as compared."""

    what = models.CharField(max_length=16)
    key = models.CharField(max_length=255)
    display = models.CharField(max_length=255)
    reason = models.CharField(max_length=500)
    by = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        """A name is prohibited once."""

        constraints = (models.UniqueConstraint(fields=["what", "key"], name="prohibited_once"),)

    def __str__(self) -> str:
        """Return the name as it was written."""
        return f"{self.what} {self.display}"
