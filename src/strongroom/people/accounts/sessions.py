"""Which account a browser session belongs to."""

from datetime import datetime

from django.contrib.auth.backends import BaseBackend
from django.contrib.sessions.models import Session

from strongroom.people.models import User


class SessionBackend(BaseBackend):
    """Loads the account of a session; there are no passwords to check."""

    def get_user(self, user_id: int) -> User | None:
        """Return the account if it is still active."""
        return User.objects.filter(pk=user_id, is_active=True).first()


def forget(now: datetime) -> int:
    """Forget sessions that have ended; returns how many."""
    return Session.objects.filter(expire_date__lt=now).delete()[0]
