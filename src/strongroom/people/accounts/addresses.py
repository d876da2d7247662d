"""E-mail addresses: whether an account has a verified one, and which its letters go to.

One address is verified for one account only, because by it one signs in and recovers.
"""

from allauth.account.models import EmailAddress
from django.db.models import Exists, OuterRef

from strongroom.core.errors import ConflictError
from strongroom.people.models import User


def vouch(user: User) -> None:
    """Take an account's address as verified, on the operator's word; raises ConflictError."""
    email = user.email.lower()
    if EmailAddress.objects.filter(email=email, verified=True).exclude(user=user).exists():
        raise ConflictError(
            "email-taken",
            "Another account has this e-mail address.",
            "Each account needs an address of its own.",
        )
    EmailAddress.objects.create(user=user, email=email, primary=True, verified=True)


def verified(user_id: int) -> tuple[str, ...]:
    """Return the verified addresses of an account, the primary one first."""
    rows = EmailAddress.objects.filter(user_id=user_id, verified=True)
    return tuple(rows.order_by("-primary", "pk").values_list("email", flat=True))


def prefer_any(user: User) -> None:
    """See that one of an account's addresses is its primary one, if possible a verified one."""
    row = EmailAddress.objects.filter(user=user).order_by("-primary", "-verified", "pk").first()
    if row is not None and not row.primary:
        EmailAddress.objects.filter(pk=row.pk).update(primary=True)
    User.objects.filter(pk=user.pk).update(email=row.email if row else "")


def has_verified(user: str) -> Exists:
    """Return the question whether the account in a query's column has a verified address."""
    return Exists(EmailAddress.objects.filter(user=OuterRef(user), verified=True))
