"""An identity provider on loopback: OpenID Connect's code flow, with real keys and signatures.

    with provider() as company:
        company.says(sub="7", email="eve@corp.test")   # who signs in next
        code = company.authorize(location)             # what its login page would do

What is wrong with its tokens is told by `company.claims`, `company.sign` and `company.keys`.
"""

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, parse_qsl, unquote_plus, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import ec

CLIENT, SECRET = "strongroom", "s3cret:+%"


@dataclass(slots=True)
class Key:
    """A key that signs, under a name."""

    name: str
    private: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )

    def public(self) -> dict[str, object]:
        """Return it as the provider shows it (RFC 7517)."""
        shown = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(self.private.public_key()))
        return {**shown, "kid": self.name, "use": "sig", "alg": "ES256"}

    def sign(self, claims: dict[str, object]) -> str:
        """Return a token."""
        return jwt.encode(claims, self.private, "ES256", headers={"kid": self.name})


@dataclass(slots=True)
class Company:
    """The provider, and what it says."""

    issuer: str
    keys: list[Key] = field(default_factory=lambda: [Key("first")])
    claims: dict[str, object] = field(default_factory=dict)
    discovery: dict[str, object] = field(default_factory=dict)
    token: Callable[[dict[str, object]], str] | None = None
    asked: list[dict[str, str]] = field(default_factory=list)  # of its login page
    _codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def says(self, **claims: object) -> None:
        """Set what the next tokens state."""
        self.claims = {"email_verified": True, **claims}

    def authorize(self, location: str) -> dict[str, str]:
        """Sign somebody in at the provider's page; returns what the browser brings back."""
        asked = dict(parse_qsl(urlsplit(location).query))
        self.asked.append(asked)
        code = secrets.token_urlsafe(8)
        self._codes[code] = asked
        return {"code": code, "state": asked["state"]}

    def configuration(self) -> dict[str, object]:
        """Return what is told at the well-known address."""
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            **self.discovery,
        }

    def exchange(self, login: str, form: dict[str, str]) -> dict[str, object] | None:
        """Take a code once, from its client alone and with its verifier."""
        asked = self._codes.pop(form.get("code", ""), None)
        verifier = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(verifier).rstrip(b"=").decode()
        if (
            asked is None
            or login != f"{CLIENT}:{SECRET}"
            or asked["redirect_uri"] != form.get("redirect_uri")
            or asked["code_challenge"] != challenge
        ):
            return None
        now = int(time.time())
        made: dict[str, object] = {
            "iss": self.issuer,
            "aud": CLIENT,
            "iat": now,
            "exp": now + 300,
            "nonce": asked["nonce"],
            **self.claims,
        }
        token = self.token(made) if self.token else self.keys[-1].sign(made)
        return {"access_token": "unused", "token_type": "Bearer", "id_token": token}


@contextmanager
def provider() -> Iterator[Company]:
    """Serve a provider."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    company = Company(f"http://127.0.0.1:{server.server_port}")
    server.RequestHandlerClass = _handler(company)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield company
    server.shutdown()
    server.server_close()
    thread.join(5)


def _handler(company: Company) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            told: Any = {
                "/.well-known/openid-configuration": company.configuration,
                "/keys": lambda: {"keys": [one.public() for one in company.keys]},
            }.get(self.path)
            self._answer(told() if told else None)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = {name: values[0] for name, values in parse_qs(body).items()}
            basic = base64.b64decode(self.headers.get("Authorization", "Basic ")[6:]).decode()
            user, _, password = basic.partition(":")
            login = f"{unquote_plus(user)}:{unquote_plus(password)}"
            if "client_secret" in form:
                login = f"{form['client_id']}:{form['client_secret']}"
            self._answer(company.exchange(login, form))

        def _answer(self, told: dict[str, object] | None) -> None:
            body = json.dumps(told or {"error": "invalid_grant"}).encode()
            self.send_response(200 if told else 400)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            return

    return Handler
