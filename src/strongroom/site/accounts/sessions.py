"""The store of browser sessions (SESSION_ENGINE): rows that their reader cannot use.

The row's key is a digest of the browser's, and its data is sealed: codes that were mailed and
challenges are in it. Whose session it is, and from where, stands beside it for its owner to see.
"""

import json
from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import CreateError, SessionBase, UpdateError
from django.db import IntegrityError, transaction
from django.utils import timezone

from strongroom.core.errors import ConfigurationError
from strongroom.people.accounts import sessions
from strongroom.people.accounts.sessions import digest_of
from strongroom.people.models import BrowserSession
from strongroom.stores.seals import Seal

BROWSER = "browser"  # where the session's data holds the browser's address and name


class SessionStore(SessionBase):
    """One browser's session."""

    @classmethod
    def get_model_class(cls) -> type[BrowserSession]:
        """Return the model of the rows."""
        return BrowserSession

    @classmethod
    def clear_expired(cls) -> None:
        """Forget what has ended."""
        sessions.forget(timezone.now())

    def encode(self, session_dict: dict[str, Any]) -> str:
        """Return the sealed data."""
        return _seal().close(json.dumps(session_dict), self._about)

    def decode(self, session_data: bytes | str) -> dict[str, Any]:
        """Return the data; what cannot be opened is an empty session."""
        try:
            data: dict[str, Any] = json.loads(_seal().open(str(session_data), self._about))
        except ConfigurationError:
            return {}
        return data

    @property
    def _about(self) -> str:
        # Bound to its key: what is sealed for one session opens no other, whoever moves it there.
        return f"session {digest_of(str(self.session_key))}"

    def load(self) -> dict[str, Any]:
        """Read the session; one that has ended is none."""
        row = sessions.live(digest_of(str(self.session_key)), timezone.now())
        if row is None:
            self._session_key = None
            return {}
        return self.decode(row.session_data)

    def exists(self, session_key: str) -> bool:
        """Say whether a key is taken."""
        return BrowserSession.objects.filter(session_key=digest_of(session_key)).exists()

    def create(self) -> None:
        """Begin a session under a new key."""
        while True:
            self._session_key = self._new_key()
            try:
                self.save(must_create=True)
            except CreateError:
                continue
            self.modified = True
            return

    def save(self, must_create: bool = False) -> None:  # noqa: FBT001, FBT002 - Django's signature
        """Write the session; one that was ended meanwhile is not brought back."""
        if self.session_key is None:
            self.create()
            return
        data: dict[str, Any] = self._get_session(no_load=must_create)  # type: ignore[attr-defined]
        browser = data.get(BROWSER, {})
        now = timezone.now()
        fields = {
            "session_data": self.encode(data),
            "expire_date": self.get_expiry_date(),
            "user_id": data.get(SESSION_KEY),
            "seen_at": now,
            "source": str(browser.get("source", ""))[:45],
            "agent": str(browser.get("agent", ""))[:200],
        }
        key = digest_of(self.session_key)
        if must_create:
            try:
                with transaction.atomic():
                    BrowserSession.objects.create(session_key=key, created_at=now, **fields)
            except IntegrityError:
                raise CreateError from None
        elif not BrowserSession.objects.filter(session_key=key).update(**fields):
            raise UpdateError

    def _new_key(self) -> str:
        key: str = self._get_new_session_key()  # type: ignore[attr-defined]  # the stubs leave it out
        return key

    def delete(self, session_key: str | None = None) -> None:
        """End a session."""
        key = self.session_key if session_key is None else session_key
        if key is not None:
            BrowserSession.objects.filter(session_key=digest_of(key)).delete()


def _seal() -> Seal:
    return Seal(settings.KEYS.key("sessions"))
