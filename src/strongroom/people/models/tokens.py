"""The rows of tokens: nothing that could make or use one."""

from django.db import models

from strongroom.people.models.users import User


class Token(models.Model):
    """What the registry remembers of a token: nothing that could make or use one.

    Its root key is derived from a seed that only the token holds and a key outside the database;
    `identifier` is a digest of that seed.
    """

    identifier = models.CharField(max_length=32, unique=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="tokens")
    kind = models.CharField(max_length=8)
    label = models.CharField(max_length=100, blank=True)
    caveats = models.JSONField(default=list)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)
    last_used_from = models.CharField(max_length=45, blank=True)
    revoked_at = models.DateTimeField(null=True)
    warned_at = models.DateTimeField(null=True)  # when its owner was told that it ends

    def __str__(self) -> str:
        """Return how the token is called: by its row, never by its text."""
        return f"token {self.pk}"


class SpentToken(models.Model):
    """The digest of a single-use token that was used, and when it would have ended; null: never.

    `seen_ended` counts the days on which it was seen to have ended.
    """

    digest = models.CharField(max_length=64, unique=True)
    spent_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)
    seen_ended = models.PositiveSmallIntegerField(default=0, db_default=0)

    def __str__(self) -> str:
        """Return the digest."""
        return self.digest
