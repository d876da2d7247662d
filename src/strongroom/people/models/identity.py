"""The rows of who says whose an account is: mail domains, and the company."""

from django.db import models

from strongroom.people.models.users import User


class MailDomain(models.Model):
    """A domain of verified addresses: what DNS and its registry said of it when last asked.

    `doubted_since` is the first of the findings against it that no good one has followed.
    """

    name = models.CharField(max_length=253, unique=True)
    asked_at = models.DateTimeField(null=True, db_index=True)
    mail = models.CharField(max_length=16, blank=True)
    held = models.CharField(max_length=16, blank=True)
    registered_at = models.DateTimeField(null=True)
    doubted_since = models.DateTimeField(null=True)

    def __str__(self) -> str:
        """Return the name."""
        return self.name


class ProvedAddress(models.Model):
    """When an address of an account was proved, or was first seen here as one that had been.

    From `lapsed_at` on it proves nothing, whoever reads its mail, until it is proved anew.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="proved_addresses")
    email = models.EmailField(db_index=True)
    domain = models.ForeignKey(MailDomain, on_delete=models.CASCADE, related_name="addresses")
    proved_at = models.DateTimeField()
    lapsed_at = models.DateTimeField(null=True)

    class Meta:
        """One row for an address of an account."""

        constraints = (
            models.UniqueConstraint(fields=["user", "email"], name="one_proof_of_an_address"),
        )

    def __str__(self) -> str:
        """Return how the proof is called: by its row."""
        return f"proved address {self.pk}"


class CompanyIdentity(models.Model):
    """Whose an account is by the company's identity provider; `admin` was given by its groups."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="company")
    issuer = models.CharField(max_length=255)
    subject = models.CharField(max_length=255)
    admin = models.BooleanField(default=False)
    linked_at = models.DateTimeField()

    class Meta:
        """One account for somebody at a provider."""

        constraints = (
            models.UniqueConstraint(fields=["issuer", "subject"], name="one_account_of_a_subject"),
        )

    def __str__(self) -> str:
        """Return how the identity is called: by its row."""
        return f"company identity {self.pk}"


class CompanyGrant(models.Model):
    """A role that groups of the company gave, so that no other is taken away with them."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="company_grants")
    ecosystem = models.CharField(max_length=16)
    project = models.CharField(max_length=255)
    role = models.CharField(max_length=16)

    class Meta:
        """One role a user and project."""

        constraints = (
            models.UniqueConstraint(
                fields=["user", "ecosystem", "project"], name="one_company_role_in_a_project"
            ),
        )

    def __str__(self) -> str:
        """Return who was given which role in what."""
        return f"{self.user_id} {self.role} of {self.ecosystem}:{self.project}"


class DirectoryEntry(models.Model):
    """What the company's directory calls an account, and what it has done to it.

    `expected`: it made the account, and nobody has signed in to it. `ended`: it closed the account,
    and may open it again. `deleted`: it wants to hear no more of it.
    """

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="directory")
    user_name = models.CharField(max_length=255, db_index=True)
    external_id = models.CharField(max_length=255, blank=True, db_index=True)
    expected = models.BooleanField(default=False)
    ended = models.BooleanField(default=False)
    deleted = models.BooleanField(default=False)

    def __str__(self) -> str:
        """Return how the entry is called: by its row."""
        return f"directory entry {self.pk}"
