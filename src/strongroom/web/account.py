"""One's own account: projects, tokens, the commands to go on with, and when the session ends."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.middleware.csrf import get_token

from strongroom.packages.catalog.demands import demanded
from strongroom.packages.catalog.desk import Limits
from strongroom.packages.catalog.quotas import of_user, standings
from strongroom.packages.catalog.sight import private_among
from strongroom.people.access.grants import projects_of
from strongroom.people.accounts.keyring import keyring
from strongroom.people.models import User
from strongroom.web.headers import PAGE
from strongroom.web.instructions import installing, publishing
from strongroom.web.press import Press
from strongroom.web.shelf import project_address
from strongroom.web.visitors import heard


@dataclass(frozen=True, slots=True)
class Account:
    """The view of one's own account."""

    press: Press
    limits: Limits

    def show(self, request: HttpRequest, user: User) -> HttpResponseBase:
        """Show the account that is signed in."""
        held = projects_of(user.pk)
        hidden = private_among(one for one, _ in held)
        url = self.press.public_url
        page = self.press.print(
            "account.html",
            csrf_token=get_token(request),
            user=user,
            message=heard(request),
            keyring=keyring(user.pk, demanded(user)),
            password=user.has_usable_password(),
            projects=[
                (one.key, role, project_address(one.key), one in hidden) for one, role in held
            ],
            room=standings(self.limits, [of_user(user.username)]),
            publishing=publishing(url),
            # The first two ways, pip and uv, take a name alone.
            installing=installing(url, "NAME", "", (), pinned=False)[:2],
            session_ends=request.session.get_expiry_date(),
        )
        return HttpResponse(page, content_type=PAGE)
