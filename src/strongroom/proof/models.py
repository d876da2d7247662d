"""The rows of proof: events in the order in which they were committed, and their positions."""

from django.db import models


class EventRow(models.Model):
    """One event. Rows are only ever added; the primary key is the serial."""

    serial = models.BigAutoField(primary_key=True)
    at = models.DateTimeField()
    kind = models.CharField(max_length=40)
    actor = models.CharField(max_length=64)
    credential = models.CharField(max_length=64)
    ecosystem = models.CharField(max_length=16, blank=True)
    project = models.CharField(max_length=255, blank=True)
    version = models.CharField(max_length=255, blank=True)
    facts = models.JSONField(default=dict)

    class Meta:
        """Events are read by project, newest first, and by serial."""

        indexes = (
            models.Index(fields=["ecosystem", "project", "-serial"], name="event_of_project"),
            models.Index(fields=["kind", "-serial"], name="event_of_kind"),
        )

    def __str__(self) -> str:
        """Return the serial and the kind."""
        return f"{self.serial} {self.kind}"


class Entry(models.Model):
    """The place of an event among all events: 0, 1, 2 and so on, without a gap."""

    position = models.BigIntegerField(primary_key=True)
    event = models.OneToOneField(EventRow, on_delete=models.PROTECT, related_name="entry")

    def __str__(self) -> str:
        """Return the position and the event's serial."""
        return f"{self.position} {self.event_id}"
