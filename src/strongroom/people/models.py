"""The rows of people: users, grants, tokens, links, sessions, devices, what happened, letters.

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


class Grant(models.Model):
    """A role that a user holds in a project; the project is named, not pointed at."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="grants")
    ecosystem = models.CharField(max_length=16)
    project = models.CharField(max_length=255)
    role = models.CharField(max_length=16)
    granted_at = models.DateTimeField()

    class Meta:
        """One role a user and project; found by project too."""

        constraints = (
            models.UniqueConstraint(
                fields=["user", "ecosystem", "project"], name="one_role_in_a_project"
            ),
        )
        indexes = (models.Index(fields=["ecosystem", "project"], name="grant_of_project"),)

    def __str__(self) -> str:
        """Return who holds which role in what."""
        return f"{self.user_id} {self.role} of {self.ecosystem}:{self.project}"


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


class Recovery(models.Model):
    """A request for an account to be rid of factors that its owner has lost.

    `approvals` are the accounts of the administrators who agreed; `told_at` is when letters last
    said that it goes on. Of an account at most one is open.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="recoveries")
    asked_at = models.DateTimeField()
    ripe_at = models.DateTimeField()
    state = models.CharField(max_length=16)
    by_operator = models.BooleanField(default=False)
    approvals = models.JSONField(default=list)
    told_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        """At most one open recovery of an account."""

        constraints = (
            models.UniqueConstraint(
                fields=["user"], condition=models.Q(state="open"), name="one_open_recovery"
            ),
        )

    def __str__(self) -> str:
        """Return how the recovery is called: by its row."""
        return f"recovery {self.pk}"


class Proposal(models.Model):
    """A dangerous act of one administrator that waits for another one, and then for a while.

    `subject` is what it is about, as people write it; `ripe_at` is set by who confirms it.
    """

    kind = models.CharField(max_length=32)
    subject = models.CharField(max_length=255)
    facts = models.JSONField(default=dict)
    reason = models.CharField(max_length=500)
    proposer = models.ForeignKey(User, on_delete=models.CASCADE, related_name="proposals")
    proposed_at = models.DateTimeField()
    confirmed_by = models.CharField(max_length=64, blank=True)
    ripe_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=16, db_index=True)
    ended_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        """Return how the proposal is called: by its row."""
        return f"proposal {self.pk}"


class Switch(models.Model):
    """Something that administrators have turned off; no row: it is on."""

    name = models.CharField(max_length=32, unique=True)
    reason = models.CharField(max_length=200)
    by = models.CharField(max_length=64)
    at = models.DateTimeField()

    def __str__(self) -> str:
        """Return its name."""
        return self.name


class Prohibition(models.Model):
    """A name that nobody may take: `what` is an ecosystem, or `user`; `key` is as compared."""

    what = models.CharField(max_length=16)
    key = models.CharField(max_length=255)
    display = models.CharField(max_length=255)
    reason = models.CharField(max_length=500)
    by = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        """A name is prohibited once."""

        constraints = (models.UniqueConstraint(fields=["what", "key"], name="prohibited_once"),)

    def __str__(self) -> str:
        """Return the name as it was written."""
        return f"{self.what} {self.display}"


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
