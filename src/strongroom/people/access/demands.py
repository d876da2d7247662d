"""What an account must be able to show, by what it may change.

Whoever holds a role in any project, or runs the registry, needs a second factor.
"""

from strongroom.core.actors import Assurance
from strongroom.people.models import Grant, User


def demanded(user: User) -> Assurance:
    """Return the assurance that an account must keep."""
    if user.admin or Grant.objects.filter(user=user).exists():
        return Assurance.MULTI_FACTOR
    return Assurance.SINGLE_FACTOR
