"""Rows of trusted publishers: who publishes from elsewhere, their tokens, what was used once."""

from django.db import models

from strongroom.people.models.tokens import Token
from strongroom.people.models.users import User


class Publisher(models.Model):
    """A program elsewhere that may publish for a project, which is named and not pointed at.

    `typed` is what people wrote of it, `lookup` what it is found by (lower case), `pinned` what was
    first stated of it and nobody can take over. `stages_only`: what it uploads waits for people.
    `pending`: the project does not exist yet; its first upload makes it, for the maker.
    """

    ecosystem = models.CharField(max_length=16)
    project = models.CharField(max_length=255)
    display = models.CharField(max_length=255)
    provider = models.CharField(max_length=255)
    issuer = models.CharField(max_length=255)
    lookup = models.CharField(max_length=500)
    typed = models.JSONField(default=dict)
    pinned = models.JSONField(default=dict)
    stages_only = models.BooleanField(default=False)
    pending = models.BooleanField(default=False)
    maker = models.ForeignKey(User, on_delete=models.CASCADE, null=True, related_name="publishers")
    made_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)

    class Meta:
        """Found by what is stated, and by project."""

        indexes = (
            models.Index(fields=["issuer", "lookup"], name="publisher_stated"),
            models.Index(fields=["ecosystem", "project"], name="publisher_of_project"),
        )

    def __str__(self) -> str:
        """Return how the publisher is called: by its row."""
        return f"publisher {self.pk}"


class PublisherToken(models.Model):
    """What the registry remembers of a token that a program got: nothing that could make one.

    `name` is how the program is called; `moved` says that it was used from another address than
    that to which it was given.
    """

    identifier = models.CharField(max_length=32, unique=True)
    name = models.CharField(max_length=64)
    minted_at = models.DateTimeField()
    minted_from = models.CharField(max_length=45, blank=True)
    expires_at = models.DateTimeField(db_index=True)
    revoked_at = models.DateTimeField(null=True)
    moved = models.BooleanField(default=False)

    def __str__(self) -> str:
        """Return how the token is called: by its row, never by its text."""
        return f"publisher token {self.pk}"


class TokenPublisher(models.Model):
    """A publisher by which a token was given out; without any of them it is nobody's."""

    token = models.ForeignKey(PublisherToken, on_delete=models.CASCADE, related_name="publishers")
    publisher = models.ForeignKey(Publisher, on_delete=models.CASCADE, related_name="tokens")

    class Meta:
        """A token is of a publisher once."""

        constraints = (
            models.UniqueConstraint(fields=["token", "publisher"], name="one_token_of_a_publisher"),
        )

    def __str__(self) -> str:
        """Return which token is of which publisher."""
        return f"{self.token_id} of {self.publisher_id}"


class UsedStatement(models.Model):
    """The digest of what an identity provider stated, for as long as it could be used again."""

    digest = models.CharField(max_length=64, unique=True)
    used_at = models.DateTimeField()
    ends_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        """Return the digest."""
        return self.digest


class TokenBeside(models.Model):
    """A person's token that was used for a project which has a publisher; told once."""

    token = models.ForeignKey(Token, on_delete=models.CASCADE, related_name="beside")
    ecosystem = models.CharField(max_length=16)
    project = models.CharField(max_length=255)
    at = models.DateTimeField()

    class Meta:
        """Told once for a token and project."""

        constraints = (
            models.UniqueConstraint(
                fields=["token", "ecosystem", "project"], name="told_once_of_a_token"
            ),
        )

    def __str__(self) -> str:
        """Return which token was used for what."""
        return f"{self.token_id} for {self.ecosystem}:{self.project}"
