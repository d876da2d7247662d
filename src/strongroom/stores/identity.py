"""Speaking to the company's identity provider: OpenID Connect Discovery 1.0, and its code flow.

The operator names the provider by its issuer, so it may be a machine of their own network; where it
keeps its keys and takes its codes is what it says itself, under that issuer alone.
"""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote_plus, urlencode

from strongroom.core.errors import UnavailableError
from strongroom.stores.discovery import JSON, answered, discovered, keys_at, place
from strongroom.stores.outside import Outside, Request


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
        told = discovered(self.outside, self.issuer, _unusable)
        methods = told.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        return Places(
            authorize=place(told, self.issuer, "authorization_endpoint", _unusable),
            token=place(told, self.issuer, "token_endpoint", _unusable),
            keys=place(told, self.issuer, "jwks_uri", _unusable),
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
        headers = {"Accept": JSON, "Content-Type": "application/x-www-form-urlencoded"}
        if places.basic:
            login = f"{quote_plus(self.client)}:{quote_plus(self.secret)}".encode()
            headers["Authorization"] = f"Basic {base64.b64encode(login).decode()}"
        else:
            form |= {"client_id": self.client, "client_secret": self.secret}
        asked = Request(places.token, headers, urlencode(form).encode())
        told = answered(self.outside, asked, _unusable)
        token = told.get("id_token")
        if not isinstance(token, str):
            raise _unusable("It answers a code without an ID token.")
        return token

    def keys(self, places: Places) -> Sequence[Mapping[str, object]]:
        """Return the keys with which it signs now (RFC 7517); raises UnavailableError."""
        return keys_at(self.outside, places.keys, _unusable)


def _unusable(told: str) -> UnavailableError:
    return UnavailableError(
        "company-login-unusable",
        f"The company login does not work now. {told}",
        "Try again; if it stays so, tell whoever runs this registry.",
    )
