"""The rows of what there is: projects, releases, files, used names, words, quotas, downloads."""

from django.db import models


class Project(models.Model):
    """A project of an ecosystem.

    `serial` is that of its newest event; `shelved_serial` that of the event which its rendered
    pages reflect. They differ only while a reaction is under way or was cut short. `approvals` says
    how many people must approve what is published; 0 publishes at once. `confirmed` says that a
    person publishes it, having just shown a security key. `critical` is a `states.Criticality`, and
    `critical_at` when it becomes so where its people were told that it will. `private` says that
    only who has a role in it may know of it, and `told_from` is the serial of the event that last
    made it private or public, 0 if none has: of a public project nothing earlier is told.
    `trusted_only` says that no person's token publishes.
    """

    ecosystem = models.CharField(max_length=16)
    key = models.CharField(max_length=255)
    display = models.CharField(max_length=255)
    similar = models.CharField(max_length=255)
    status = models.CharField(max_length=16, default="active")
    status_reason = models.CharField(max_length=500, blank=True)
    summary = models.TextField(blank=True)
    latest = models.CharField(max_length=255, blank=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    serial = models.BigIntegerField(default=0)
    shelved_serial = models.BigIntegerField(default=0)
    approvals = models.PositiveSmallIntegerField(default=0, db_default=0)
    confirmed = models.BooleanField(default=False, db_default=False)
    critical = models.CharField(max_length=8, default="none", db_default="none")
    critical_at = models.DateTimeField(null=True)
    private = models.BooleanField(default=False, db_default=False)
    trusted_only = models.BooleanField(default=False, db_default=False)
    told_from = models.BigIntegerField(default=0, db_default=0)
    # Rules of retention of its own; null: the registry's; 0: none.
    keep_prereleases = models.PositiveIntegerField(null=True)
    prerelease_days = models.PositiveIntegerField(null=True)

    class Meta:
        """A name is taken once; look-alikes and the unshelved are found by an index each."""

        constraints = (
            models.UniqueConstraint(fields=["ecosystem", "key"], name="one_project_a_name"),
        )
        indexes = (
            models.Index(fields=["ecosystem", "similar"], name="project_similar"),
            models.Index(fields=["-created_at"], name="project_newest"),
            models.Index(
                fields=["serial"],
                name="project_unshelved",
                condition=models.Q(shelved_serial__lt=models.F("serial")),
            ),
        )

    def __str__(self) -> str:
        """Return `ecosystem:key`."""
        return f"{self.ecosystem}:{self.key}"


class Release(models.Model):
    """A version of a project. `manifest` is what its first file said, without the description."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="releases")
    key = models.CharField(max_length=255)
    display = models.CharField(max_length=255)
    prerelease = models.BooleanField(default=False)
    published_at = models.DateTimeField()
    summary = models.TextField(blank=True)
    description = models.TextField(blank=True)
    description_type = models.CharField(max_length=100, blank=True)
    manifest = models.JSONField(default=dict)
    yanked = models.BooleanField(default=False)
    yanked_reason = models.CharField(max_length=500, blank=True)

    class Meta:
        """A version stands once in a project; the newest releases of all are found by time."""

        constraints = (
            models.UniqueConstraint(fields=["project", "key"], name="one_release_a_version"),
        )
        indexes = (models.Index(fields=["-published_at"], name="release_newest"),)

    def __str__(self) -> str:
        """Return the project's row and the version."""
        return f"{self.project_id} {self.display}"


class File(models.Model):
    """A file of a release; its bytes are the blob of `sha256`."""

    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="files")
    filename = models.CharField(max_length=300)
    kind = models.CharField(max_length=16)
    size = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    blake2b_256 = models.CharField(max_length=64)
    md5 = models.CharField(max_length=32)
    uploaded_at = models.DateTimeField()
    uploader = models.CharField(max_length=64)
    manifest = models.JSONField(default=dict)
    sidecars = models.JSONField(default=dict)  # suffix -> sha256 of a blob
    members = models.JSONField(default=list)
    findings = models.JSONField(default=list)

    class Meta:
        """A file name stands once in a release."""

        constraints = (
            models.UniqueConstraint(fields=["release", "filename"], name="one_file_a_name"),
        )

    def __str__(self) -> str:
        """Return the file's name."""
        return self.filename


class UsedPath(models.Model):
    """A file name that was ever published, with its bytes; outlives any deletion.

    Names and digests are burnt for ever, so that no name ever stands for other bytes and no
    removed bytes come back under another name.
    """

    ecosystem = models.CharField(max_length=16)
    path = models.CharField(max_length=300)
    project = models.CharField(max_length=255)
    version = models.CharField(max_length=255)
    sha256 = models.CharField(max_length=64)
    used_at = models.DateTimeField()

    class Meta:
        """A path is used once, and so is a digest, in each ecosystem."""

        constraints = (
            models.UniqueConstraint(fields=["ecosystem", "path"], name="a_path_is_used_once"),
            models.UniqueConstraint(fields=["ecosystem", "sha256"], name="bytes_are_used_once"),
        )
        indexes = (
            models.Index(fields=["ecosystem", "project", "version"], name="used_of_release"),
        )

    def __str__(self) -> str:
        """Return the path."""
        return self.path


class Word(models.Model):
    """A word by which a project is found, and how much it weighs."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="words")
    word = models.CharField(max_length=64)
    weight = models.SmallIntegerField()

    class Meta:
        """Words are found by prefix; a project holds each once."""

        constraints = (models.UniqueConstraint(fields=["word", "project"], name="one_word_once"),)

    def __str__(self) -> str:
        """Return the word."""
        return self.word


class Quota(models.Model):
    """How many bytes of files a subject (`project`, `user`) has published, and how many it may.

    `used_bytes` is counted in the transactions that add and remove files, so that judging an upload
    reads one row and not all files. `max_bytes` null: the registry's own limit; 0: none.
    """

    kind = models.CharField(max_length=16)
    subject = models.CharField(max_length=300)
    used_bytes = models.BigIntegerField(default=0)
    max_bytes = models.BigIntegerField(null=True)

    class Meta:
        """A subject has one row."""

        constraints = (
            models.UniqueConstraint(fields=["kind", "subject"], name="one_quota_a_subject"),
        )

    def __str__(self) -> str:
        """Return the subject."""
        return f"{self.kind} {self.subject}"


class SharedPages(models.Model):
    """Pages that are no single project's: how often they were wanted anew, and which of it stands.

    `put` is what `wanted` counted when the pages that stand were begun.
    """

    name = models.CharField(max_length=64, primary_key=True)
    wanted = models.BigIntegerField(default=0)
    put = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        """Return which pages."""
        return self.name


class Downloads(models.Model):
    """How often files of a project were downloaded on a day (UTC), as far as that was seen."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="downloads")
    day = models.DateField()
    count = models.BigIntegerField(default=0)

    class Meta:
        """A project has one row a day; those of a day are found together."""

        constraints = (models.UniqueConstraint(fields=["day", "project"], name="one_count_a_day"),)

    def __str__(self) -> str:
        """Return the project's row, the day and the count."""
        return f"{self.project_id} {self.day} {self.count}"
