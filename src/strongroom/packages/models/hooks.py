"""The rows of webhooks: who is told of events, and what they were told."""

from django.db import models
from django.db.models import Q

from strongroom.people.models import User


class Hook(models.Model):
    """An address that is told of events: of one project, or where that is empty of all public ones.

    Address and secrets are sealed, bound to `handle`; `host` alone is shown and logged, because
    the path of an address may itself be a secret. The former secret signs too until `former_until`.
    `maker` has last been shown the secret, at `made_at`. It hears of what comes after `begins`, a
    serial. `state` is a `rules.State`, since `state_at`; `failures` counts those in a row, the
    first at `failing_since`. `took` is how many milliseconds the last answer took.
    """

    handle = models.CharField(max_length=32, unique=True)
    ecosystem = models.CharField(max_length=16, blank=True)
    project = models.CharField(max_length=255, blank=True)
    host = models.CharField(max_length=255)
    sealed_url = models.TextField()
    sealed_secret = models.TextField()
    sealed_former = models.TextField(blank=True)
    former_until = models.DateTimeField(null=True)
    kinds = models.JSONField(default=list)
    maker = models.ForeignKey(User, on_delete=models.PROTECT, related_name="hooks", null=True)
    made_at = models.DateTimeField()
    begins = models.BigIntegerField()
    state = models.CharField(max_length=12, default="on")
    state_at = models.DateTimeField()
    failures = models.PositiveIntegerField(default=0)
    failing_since = models.DateTimeField(null=True)
    next_try_at = models.DateTimeField()
    took = models.PositiveIntegerField(default=0)

    class Meta:
        """The hooks of a project are found together."""

        indexes = (models.Index(fields=["ecosystem", "project"], name="hook_of_project"),)

    def __str__(self) -> str:
        """Return the host and what it hears of."""
        return f"{self.host} of {self.project or 'all'}"


class Delivery(models.Model):
    """An event on its way to a hook, or what became of it; without a serial it is a test.

    `message` stays the same however often it is sent. `status` is that of the last answer, `fault`
    says why there was none; nothing else of an answer is kept.
    """

    hook = models.ForeignKey(Hook, on_delete=models.CASCADE, related_name="deliveries")
    message = models.CharField(max_length=40, unique=True)
    serial = models.BigIntegerField(null=True)
    made_at = models.DateTimeField()
    state = models.CharField(max_length=12, default="waiting")
    tries = models.PositiveIntegerField(default=0)
    wanted_at = models.DateTimeField()
    next_try_at = models.DateTimeField()
    tried_at = models.DateTimeField(null=True)
    status = models.PositiveSmallIntegerField(null=True)
    fault = models.CharField(max_length=20, blank=True)

    class Meta:
        """An event goes to a hook once; what is due is found by an index of its own."""

        constraints = (
            models.UniqueConstraint(fields=["hook", "serial"], name="one_delivery_an_event"),
        )
        indexes = (
            models.Index(fields=["next_try_at"], name="delivery_due", condition=Q(state="waiting")),
        )

    def __str__(self) -> str:
        """Return the message and its state."""
        return f"{self.message} {self.state}"


class Heard(models.Model):
    """Up to which serial events have been handed to hooks; one row."""

    serial = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        """Return the serial."""
        return str(self.serial)
