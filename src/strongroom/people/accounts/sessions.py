"""Which account a browser session belongs to."""

from django.contrib.auth.backends import BaseBackend

from strongroom.people.models import User


class SessionBackend(BaseBackend):
    """Loads the account of a session; there are no passwords to check."""

    def get_user(self, user_id: int) -> User | None:
        """Return the account if it is still active."""
        return User.objects.filter(pk=user_id, is_active=True).first()
