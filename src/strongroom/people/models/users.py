"""The rows of accounts: users, their browsers and links, and what all processes remember.

E-mail addresses and second factors are rows of django-allauth (`account`, `mfa`).
"""

from typing import ClassVar, Self

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models


class User(AbstractBaseUser):
    """A person's account. `folded` is the user name as compared: lower case.

    `email` is the primary one of its addresses; whether that is verified stands with the address.
    """

    username = models.CharField(max_length=64)
    folded = models.CharField(max_length=64, unique=True)
    email = models.EmailField()
    admin = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField()
    closes_at = models.DateTimeField(null=True, db_index=True)  # its owner has asked for that

    USERNAME_FIELD = "folded"
    objects: ClassVar[BaseUserManager[Self]] = BaseUserManager()

    def __str__(self) -> str:
        """Return the user name as its owner writes it."""
        return self.username


class SignInLink(models.Model):
    """A link that signs somebody in once. Only its digest is kept.

    Without a user it is the link by which the first administrator claims the registry.
    """

    digest = models.CharField(max_length=64, unique=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE, null=True, related_name="links")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        """Return how the link is called: by its row."""
        return f"link {self.pk}"


class BrowserSession(AbstractBaseSession):
    """A browser that is signed in, or on its way to it; its key and its data are not readable.

    `session_key` is a digest of what the browser holds, `session_data` is sealed.
    """

    session_key = models.CharField(max_length=64, primary_key=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE, null=True, related_name="sessions")
    created_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    source = models.CharField(max_length=45, blank=True)
    agent = models.CharField(max_length=200, blank=True)


class Device(models.Model):
    """A browser in which an account has signed in; only a digest of what it keeps is known."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="devices")
    digest = models.CharField(max_length=64, unique=True)
    agent = models.CharField(max_length=200, blank=True)
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        """Return how the device is called: by its row."""
        return f"device {self.pk}"


class Counter(models.Model):
    """A value that is remembered for a while, by all processes: how often somebody has guessed."""

    key = models.CharField(max_length=255, primary_key=True)
    value = models.JSONField()
    ends_at = models.FloatField(db_index=True)  # seconds since the epoch

    def __str__(self) -> str:
        """Return the key."""
        return self.key
