"""Speaking to the company's identity provider: OpenID Connect Discovery 1.0, and its code flow.

The operator names the provider by its issuer, so it may be a machine of their own network; where it
keeps its keys and takes its codes is what it says itself, under that issuer alone.
"""

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote_plus, urlencode, urlsplit

from strongroom.core.errors import UnavailableError
from strongroom.stores.outside import Limits, Outside, Request

LIMITS = Limits(at_most=512 * 1024, total=10.0, connect=4.0, read=6.0)
WELL_KNOWN = "/.well-known/openid-configuration"
_OK = 200


@dataclass(frozen=True, slots=True)
class Places:
    """Where a provider sends people, takes codes and shows its keys."""

    authorize: str
    token: str
    keys: str
    basic: bool  # the client's secret goes into the header (RFC 6749, 2.3.1), not into the form


@dataclass(frozen=True, slots=True)
class Proof:
    """What a browser brought back, and what only we know of its way (RFC 7636)."""

    code: str
    verifier: str = field(repr=False)
    redirect: str


@dataclass(frozen=True, slots=True)
class Provider:
    """The identity provider of a company, and what we are to it."""

    issuer: str
    client: str
    secret: str = field(repr=False)
    outside: Outside = field(repr=False)

    def places(self) -> Places:
        """Ask where it is to be spoken to; raises UnavailableError."""
        told = self._json(Request(self.issuer.rstrip("/") + WELL_KNOWN, {"Accept": _JSON}))
        # Discovery, 4.3: else one provider could speak for another.
        if told.get("issuer") != self.issuer:
            raise _unusable("It names another issuer than the one that is configured.")
        methods = told.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        return Places(
            authorize=self._place(told, "authorization_endpoint"),
            token=self._place(told, "token_endpoint"),
            keys=self._place(told, "jwks_uri"),
            basic="client_secret_basic" in methods if isinstance(methods, list) else True,
        )

    def token(self, places: Places, proof: Proof) -> str:
        """Change a code for an ID token, as yet unchecked; raises UnavailableError."""
        form = {
            "grant_type": "authorization_code",
            "code": proof.code,
            "redirect_uri": proof.redirect,
            "code_verifier": proof.verifier,
        }
        headers = {"Accept": _JSON, "Content-Type": "application/x-www-form-urlencoded"}
        if places.basic:
            login = f"{quote_plus(self.client)}:{quote_plus(self.secret)}".encode()
            headers["Authorization"] = f"Basic {base64.b64encode(login).decode()}"
        else:
            form |= {"client_id": self.client, "client_secret": self.secret}
        told = self._json(Request(places.token, headers, urlencode(form).encode()))
        token = told.get("id_token")
        if not isinstance(token, str):
            raise _unusable("It answers a code without an ID token.")
        return token

    def keys(self, places: Places) -> Sequence[Mapping[str, object]]:
        """Return the keys with which it signs now (RFC 7517); raises UnavailableError."""
        keys = self._json(Request(places.keys, {"Accept": _JSON})).get("keys")
        if not isinstance(keys, list):
            raise _unusable("It shows no keys.")
        return [one for one in keys if isinstance(one, dict)]

    def _place(self, told: Mapping[str, object], name: str) -> str:
        url = told.get(name)
        secure = urlsplit(self.issuer).scheme == "https"
        if not isinstance(url, str) or (secure and not url.startswith("https:")):
            raise _unusable(f"It names no {name} that can be trusted.")
        return url

    def _json(self, request: Request) -> Mapping[str, object]:
        with self.outside.answer(request, LIMITS) as answer:
            if answer.status != _OK:
                raise _unusable(f"It answers with status {answer.status}.")
            try:
                told = json.loads(answer.body())
            except (ValueError, RecursionError):
                told = None
        if not isinstance(told, dict):
            raise _unusable("It answers what is no JSON object.")
        return told


_JSON = "application/json"


def _unusable(told: str) -> UnavailableError:
    return UnavailableError(
        "company-login-unusable",
        f"The company login does not work now. {told}",
        "Try again; if it stays so, tell whoever runs this registry.",
    )
