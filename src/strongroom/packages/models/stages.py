"""The rows of stages: files that wait to be published, and the approvals of people."""

from django.db import models

from strongroom.people.models import Publisher, User


class Stage(models.Model):
    """Files that are to appear together, as a release or as more of one.

    It is live until `ended_at`. `handle` is its public name, which nobody can guess; `asked_at` is
    set while its publication was asked for and is not settled, and other uploads are then refused
    the names of its files. `fault` says why the last publication failed. Opened by a program it has
    no opener: `program` is how that is called, `publisher` by which it acts.
    """

    handle = models.CharField(max_length=32, unique=True)
    ecosystem = models.CharField(max_length=16)
    project = models.CharField(max_length=255)
    display = models.CharField(max_length=255)
    similar = models.CharField(max_length=255)
    version = models.CharField(max_length=255)
    version_display = models.CharField(max_length=255)
    state = models.CharField(max_length=12, default="open")
    fault = models.TextField(blank=True)
    opener = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="stages")
    publisher = models.ForeignKey(
        Publisher, on_delete=models.SET_NULL, null=True, related_name="stages"
    )
    program = models.CharField(max_length=64, db_default="")
    credential = models.CharField(max_length=64)
    opened_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    asked_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        """A version has one live stage; live stages are found by look-alike names and by expiry."""

        constraints = (
            models.UniqueConstraint(
                fields=["ecosystem", "project", "version"],
                condition=models.Q(ended_at=None),
                name="one_live_stage_a_version",
            ),
        )
        indexes = (
            models.Index(
                fields=["ecosystem", "similar"],
                condition=models.Q(ended_at=None),
                name="live_stage_similar",
            ),
            models.Index(fields=["expires_at"], name="stage_expiry"),
        )

    def __str__(self) -> str:
        """Return what is to be published, and the state."""
        return f"{self.ecosystem}:{self.project} {self.version_display} {self.state}"


class StagedFile(models.Model):
    """A file in a stage, or one that was taken out of it again.

    `size` and `hashes` are what its uploader promised. The digests are empty until its bytes are
    kept, and again once it is taken out; `manifest` and `findings` until it was judged.
    `judged_by` is the version of the program that judged it; `weight` is how many bytes of JSON the
    manifest and the findings are, which everybody who looks at the stage has to read. `by_stager`
    says that its bytes came by a credential that may only stage. Of a program it has no uploader,
    as a stage has no opener.
    """

    stage = models.ForeignKey(Stage, on_delete=models.CASCADE, related_name="files")
    handle = models.CharField(max_length=32, unique=True)
    filename = models.CharField(max_length=300)
    state = models.CharField(max_length=12, default="pending")
    fault = models.TextField(blank=True)
    uploader = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="staged")
    publisher = models.ForeignKey(
        Publisher, on_delete=models.SET_NULL, null=True, related_name="staged"
    )
    program = models.CharField(max_length=64, db_default="")
    credential = models.CharField(max_length=64)
    staged_at = models.DateTimeField()
    size = models.BigIntegerField()
    hashes = models.JSONField(default=dict)
    sha256 = models.CharField(max_length=64, blank=True)
    blake2b_256 = models.CharField(max_length=64, blank=True)
    md5 = models.CharField(max_length=32, blank=True)
    manifest = models.JSONField(default=dict)
    sidecars = models.JSONField(default=dict)  # suffix -> sha256 of a blob
    findings = models.JSONField(default=list)
    judged_by = models.CharField(max_length=64, blank=True)
    weight = models.BigIntegerField(db_default=0)
    by_stager = models.BooleanField(db_default=False)

    class Meta:
        """A file name stands once in a stage, besides those that were taken out."""

        constraints = (
            models.UniqueConstraint(
                fields=["stage", "filename"],
                condition=~models.Q(state="cancelled"),
                name="one_staged_file_a_name",
            ),
        )
        indexes = (models.Index(fields=["filename"], name="staged_name"),)

    def __str__(self) -> str:
        """Return the file's name and its state."""
        return f"{self.filename} {self.state}"


class Approval(models.Model):
    """A person's word that a stage may be published, for exactly the content of that digest."""

    stage = models.ForeignKey(Stage, on_delete=models.CASCADE, related_name="approvals")
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="approvals")
    content = models.CharField(max_length=64)
    approved_at = models.DateTimeField()

    class Meta:
        """A person approves a stage once, by however many sessions."""

        constraints = (
            models.UniqueConstraint(fields=["stage", "person"], name="one_approval_a_person"),
        )

    def __str__(self) -> str:
        """Return who approved what."""
        return f"{self.person_id} approves {self.stage_id}"
