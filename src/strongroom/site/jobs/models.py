"""The rows of work in the background, besides the library's own, which holds what is queued."""

from django.db import models
from django_tasks_db.models import DBTaskResult


class Lease(models.Model):
    """What we keep beside each queued job; both rows come and go in the same transactions.

    `epoch` grows whenever a worker takes the job: who holds an older one has lost it. `until` is
    set while a worker has it, and is when another may take it over. `work` is a digest of the job
    and its arguments, empty where the same may be queued twice; `holds_place` says whether this
    row stands for that work in the queue.
    """

    task = models.OneToOneField(
        DBTaskResult, on_delete=models.CASCADE, primary_key=True, related_name="lease"
    )
    epoch = models.BigIntegerField(default=0)
    attempts = models.IntegerField(default=0)
    at_most = models.IntegerField()
    until = models.DateTimeField(null=True)
    worker = models.CharField(max_length=100, blank=True)
    work = models.CharField(max_length=64, blank=True)
    holds_place = models.BooleanField(default=False)

    class Meta:
        """The same work is queued once; leases that have ended are found by an index."""

        constraints = (
            models.UniqueConstraint(
                fields=["work"],
                condition=models.Q(holds_place=True),
                name="one_place_in_the_queue",
            ),
        )
        indexes = (
            models.Index(
                fields=["until"], condition=models.Q(until__isnull=False), name="lease_ends"
            ),
            models.Index(fields=["work"], name="lease_of_work"),
        )

    def __str__(self) -> str:
        """Return the job's number and the epoch."""
        return f"{self.task_id} {self.epoch}"


class NextRun(models.Model):
    """When something of the schedule is due next; who moves it on runs it, and nobody else."""

    name = models.CharField(max_length=64, primary_key=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        """Return what is due."""
        return self.name
