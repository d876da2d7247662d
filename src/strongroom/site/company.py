"""The company login, and its directory, as the configuration says; None where it says nothing."""

import hashlib
from importlib.metadata import version
from ipaddress import ip_network
from pathlib import Path

from strongroom.core.actors import Assurance
from strongroom.core.errors import ConfigurationError
from strongroom.packages.catalog.company import follow
from strongroom.packages.catalog.desk import Desk
from strongroom.people.access import groups
from strongroom.people.accounts.domains import domain_of
from strongroom.people.oversight.directory import Directory
from strongroom.site.configuration import Configuration
from strongroom.stores.identity import Provider
from strongroom.stores.outside import Outside
from strongroom.web.accounts.company import Terms

_ANYWHERE = (ip_network("0.0.0.0/0"), ip_network("::/0"))
SHORTEST = 32  # characters of the directory's secret: no guess meets it, however many there are
_LEVELS = {one.name.lower().replace("_", "-"): one for one in Assurance}


def domains(configuration: Configuration) -> frozenset[str]:
    """Return the mail domains whose people sign in by the company."""
    if not configuration.company_issuer:
        return frozenset()
    return frozenset(
        found for one in configuration.company_domains if (found := domain_of(f"@{one}"))
    )


def terms(configuration: Configuration, desk: Desk) -> Terms | None:
    """Return what a company login may do here; raises ConfigurationError."""
    if not configuration.company_issuer:
        return None
    rules = groups.rules(configuration.company_roles)
    agent = f"strongroom/{version('strongroom')}"
    return Terms(
        provider=Provider(
            configuration.company_issuer,
            configuration.company_client,
            _secret("company_secret_file", configuration.company_secret_file),
            Outside(agent, _ANYWHERE),
        ),
        domains=domains(configuration),
        groups=configuration.company_groups_claim,
        assurances=dict(map(_assurance, configuration.company_assurance)),
        follow=lambda user, held: follow(desk, user, held, rules),
    )


def directory(configuration: Configuration) -> Directory | None:
    """Return whose word counts on who is still there; raises ConfigurationError."""
    name = configuration.company_scim_secret_file
    if not name:
        return None
    secret = _secret("company_scim_secret_file", name)
    if len(secret) < SHORTEST:
        raise ConfigurationError(
            "company-scim-secret-short",
            f"The secret of company_scim_secret_file has fewer than {SHORTEST} characters.",
            "Make it with `openssl rand -base64 32`.",
        )
    return Directory(domains(configuration), hashlib.sha256(secret.encode()).digest())


def _secret(setting: str, name: str) -> str:
    try:
        secret = Path(name).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        secret = ""
    if not secret:
        raise ConfigurationError(
            "company-secret-missing",
            f"The setting {setting} names no file with a secret in it.",
            "Write the secret into a file that this account alone can read.",
        )
    return secret


def _assurance(word: str) -> tuple[str, Assurance]:
    value, _, level = word.rpartition("=")
    if not value or level not in _LEVELS:
        raise ConfigurationError(
            "company-assurance-invalid",
            f"{word[:80]!a} says nothing of the company login.",
            "Write it as mfa=multi-factor or phr=phishing-resistant.",
        )
    return value, _LEVELS[level]
