"""The rows of what happened to accounts: the lines of their logs, letters, cases."""

from django.db import models

from strongroom.people.models.users import User


class Notice(models.Model):
    """Something that happened to an account: a line of its owner's log, and what letters tell.

    `browser` is from where, as far as that is known; facts are private.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=64)
    at = models.DateTimeField(db_index=True)
    actor = models.CharField(max_length=64)
    source = models.CharField(max_length=45, blank=True)
    agent = models.CharField(max_length=200, blank=True)
    facts = models.JSONField(default=dict)

    class Meta:
        """Found by account, in the order in which things happened."""

        indexes = (models.Index(fields=["user", "id"], name="notice_of_account"),)

    def __str__(self) -> str:
        """Return how the notice is called: by its row."""
        return f"notice {self.pk}"


class Case(models.Model):
    """Something about an account that a person must look at; open until it was closed."""

    kind = models.CharField(max_length=32)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="cases")
    opened_at = models.DateTimeField()
    facts = models.JSONField(default=dict)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.CharField(max_length=64, blank=True)
    reason = models.CharField(max_length=500, blank=True)

    def __str__(self) -> str:
        """Return how the case is called: by its row."""
        return f"case {self.pk}"


class Letter(models.Model):
    """A mail on its way to one address.

    It tells a notice, or has a text of its own. That is sealed: it may hold a code that signs in.
    """

    to = models.EmailField()
    sealed = models.TextField()
    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, null=True)
    given_up_at = models.DateTimeField(null=True)
    written_at = models.DateTimeField()
    next_try_at = models.DateTimeField(db_index=True)
    tries = models.PositiveSmallIntegerField(default=0)

    def __str__(self) -> str:
        """Return how the letter is called: by its row."""
        return f"letter {self.pk}"
