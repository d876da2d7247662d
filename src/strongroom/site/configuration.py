"""The operator's configuration: one frozen object, read once from environment and TOML file.

Every field below is a setting: `STRONGROOM_<NAME>` in the environment, or `name` in the file
`strongroom.toml` of the data folder; the environment wins. Unknown names are refused in both, so
that a misspelt setting is never a setting that silently does nothing.
"""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import Field, dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from strongroom.core.errors import ConfigurationError
from strongroom.packages.catalog.retention import MOST_DAYS, MOST_KEPT
from strongroom.people.access import groups
from strongroom.people.publishers import configured
from strongroom.people.tokens.lifetimes import SHORT
from strongroom.site import databases, values
from strongroom.site.values import are_networks, is_issuer, is_mailbox, is_origin
from strongroom.stores import breaches, mail, nameservers, registrations
from strongroom.stores.buckets import address as buckets

PREFIX = "STRONGROOM_"
FILE = "strongroom.toml"
MIB = 1024 * 1024


def _setting(default: Any, told: str) -> Any:  # noqa: ANN401 - dataclasses.field is typed so
    return field(default=default, metadata={"told": told})


def _secret(told: str) -> Any:  # noqa: ANN401 - likewise
    return field(default="", metadata={"told": told}, repr=False)


@dataclass(frozen=True, slots=True)
class Configuration:
    """All settings, with their defaults; the words beside each are its documentation."""

    data: Path = _setting(  # noqa: RUF009 - one function makes every field
        Path("data"),
        "the data folder: database, keys, files, rendered pages (environment only)",
    )
    database: str = _secret(
        f"where rows are kept: empty for SQLite in the data folder, or {databases.FORM}"
    )
    objects: str = _secret(
        f"where files and pages are kept: empty for the data folder, or {buckets.FORM}"
    )
    objects_redirect: str = _setting(
        "",
        "the address of the object store as clients reach it: they then fetch files there, each by"
        " a redirect that is signed for a minute; empty: files go through the registry",
    )
    run_folder: str = _setting(
        "", "where one server keeps its lock and its counts, by default DATA/run; needs `database`"
    )
    host: str = _setting("127.0.0.1", "the address to listen on")
    port: int = _setting(8000, "the port to listen on")
    public_url: str = _setting(
        "", "the address that clients use, without a final slash; by default http://HOST:PORT"
    )
    allowed_hosts: tuple[str, ...] = _setting(
        (), "further host names under which requests are answered, besides that of public_url"
    )
    trusted_proxies: tuple[str, ...] = _setting(
        (), "networks of reverse proxies whose X-Forwarded-For header is believed"
    )
    site_name: str = _setting("Strongroom", "the name of this registry, as pages show it")
    workers: int = _setting(1, "web processes")
    job_workers: int = _setting(
        1, "processes for work in the background beside them; 0: `strongroom worker` does it"
    )
    threads: int = _setting(32, "threads in each web process: the requests it works on at once")
    connections: int = _setting(2048, "connections that each web process holds open at once")
    max_file_bytes: int = _setting(2048 * MIB, "the largest file that may be uploaded, in bytes")
    min_free_bytes: int = _setting(
        256 * MIB, "uploads are refused while less than this is free on the disk; 0: never"
    )
    release_open_days: int = _setting(
        14, "days after its first file during which a release takes further files"
    )
    stage_days: int = _setting(
        14, "days that a stage lasts; it can be extended to twice as many, and then expires"
    )
    approver_days: int = _setting(
        3, "days that somebody must have had a role in a project before they approve its files"
    )
    removal_hours: int = _setting(
        72, "hours after its publication in which a release can be removed by its owners"
    )
    keep_prereleases: int = _setting(
        0,
        "of each project the newest so many pre-releases are kept, and older ones removed; 0: all",
    )
    prerelease_days: int = _setting(
        0, "days after which a pre-release is removed that a final release has followed; 0: never"
    )
    max_project_bytes: int = _setting(
        0, "bytes of files that a project may have, unless given a quota of its own; 0: no limit"
    )
    max_user_bytes: int = _setting(
        0,
        "bytes of files that a person may publish, unless given a quota of their own; 0: no limit",
    )
    startup_code_allowed: tuple[str, ...] = _setting(
        ("coverage", "setuptools"),
        "projects (canonical names) whose wheels may hold code that Python runs at every start",
    )
    critical_share: int = _setting(
        1, "percent of all projects, those downloaded most in 90 days, that are critical; 0: none"
    )
    critical_dependents: int = _setting(
        100, "projects that depend on one before it is critical; 0: none is by that"
    )
    critical_grace_days: int = _setting(
        14, "days that a project's people have to enrol a key before it is critical"
    )
    recovery_delay_hours: int = _setting(
        72,
        "hours between a request to recover an account without its factors and the earliest moment"
        " at which administrators may agree; at least 168 for critical projects and administrators",
    )
    dangerous_delay_minutes: int = _setting(
        60, "minutes between an administrator's dangerous act being confirmed and carried out"
    )
    key_passphrase: str = _secret(
        "encrypts the key file; set it before the first start (environment only)"
    )
    mail: str = _secret(
        f"the mail server: {mail.FORM}; empty: letters are written into the folder mail of the"
        " data folder"
    )
    mail_from: str = _setting("", "the sender of letters; by default strongroom@HOST")
    mail_domains_trusted: tuple[str, ...] = _setting(
        (), "domains of mail that nobody needs to ask about, such as one's own"
    )
    dns_servers: tuple[str, ...] = _setting(
        (), f"who is asked about mail domains: {nameservers.FORM}; empty: the machine's own"
    )
    rdap_servers: tuple[str, ...] = _setting(
        (), f"registries that are asked about mail domains: {registrations.FORM}"
    )
    rdap_bootstrap: str = _setting(
        "https://data.iana.org/rdap/dns.json",
        "the list of all other registries (RFC 9224); empty: no others are asked",
    )
    company_issuer: str = _setting(
        "", "the issuer (OpenID Connect) by which the people of a company sign in; empty: none"
    )
    company_name: str = _setting("Company", "what the button of the company login says")
    company_client: str = _setting("", "what this registry is called at the issuer")
    company_secret_file: str = _setting("", "the absolute path of the file with its secret there")
    company_scim_secret_file: str = _setting(
        "", "the absolute path of the file with the secret of its directory (SCIM); empty: none"
    )
    company_domains: tuple[str, ...] = _setting(
        (), "mail domains of the company: its login vouches for them, and they sign in by it alone"
    )
    company_groups_claim: str = _setting("groups", "the claim that names somebody's groups")
    company_roles: tuple[str, ...] = _setting((), f"what groups give: {groups.FORM}")
    company_assurance: tuple[str, ...] = _setting(
        (), "values of `amr` and `acr` that count here, such as mfa=multi-factor"
    )
    hook_networks: tuple[str, ...] = _setting(
        (), "networks that webhooks may reach besides public ones, such as one's own"
    )
    hook_http: bool = _setting(False, "whether webhooks may be sent without TLS")  # noqa: FBT003 - a default
    publishers: tuple[str, ...] = _setting(
        configured.ALL, f"whose programs can be trusted publishers: {configured.FORM}; or none"
    )
    sign_up: bool = _setting(False, "whether strangers may make accounts for themselves")  # noqa: FBT003 - a default
    make_organisations: bool = _setting(True, "whether everybody may; else administrators alone")  # noqa: FBT003 - a default
    breached_passwords: str = _setting(
        "",
        f"what knows the passwords that were stolen elsewhere: {breaches.FORM}; empty: only a short"
        " list of common ones is looked at",
    )
    breached_passwords_unasked: str = _setting(
        "admit",
        "what becomes of a password while that cannot be asked: `admit` it, and ask again when it"
        " signs in, or `refuse` it",
    )
    token_days: int = _setting(90, "days that a token lasts unless its maker says otherwise")
    token_days_at_most: int = _setting(
        365, "the most days that a token may last; 0: any number, and without end"
    )
    token_unused_days: int = _setting(
        180, "days, 14 or more, after which a token ends that was not used meanwhile; 0: never"
    )
    leaks_github_keys: str = _setting(
        "", "the address of GitHub's keys for its reports of leaked tokens; empty: none are taken"
    )
    leaks_gitlab_secret_file: str = _setting(
        "", "the absolute path of the secret by which a GitLab instance reports leaked tokens"
    )
    leaks_reporters: tuple[str, ...] = _setting(
        (), f"further reporters of leaked tokens, and the files of their keys: {values.REPORTERS}"
    )
    log_format: str = _setting("text", "log lines as `text` or as `json`")
    log_level: str = _setting("info", "`debug`, `info`, `warning` or `error`")
    metrics_networks: tuple[str, ...] = _setting(
        ("127.0.0.0/8", "::1/128"), "networks that may read /metrics"
    )

    @property
    def url(self) -> str:
        """Return the address that clients use, without a final slash."""
        return self.public_url or f"http://{_named(self.host)}:{self.port}"

    @property
    def sender(self) -> str:
        """Return the address from which letters come."""
        return self.mail_from or f"strongroom@{urlsplit(self.url).hostname}"

    @property
    def in_bucket(self) -> bool:
        """Say whether files and pages are kept in a bucket, and not in the data folder."""
        return bool(self.objects)

    @property
    def run(self) -> Path:
        """Return the folder of what belongs to one server."""
        return Path(self.run_folder) if self.run_folder else self.data / "run"

    @property
    def hosts(self) -> tuple[str, ...]:
        """Return the host names under which requests are answered."""
        named = urlsplit(self.url).hostname or ""
        loopback = ("localhost", "127.0.0.1", "[::1]")
        return tuple(dict.fromkeys((named, self.host, *loopback, *self.allowed_hosts)))


ENVIRONMENT_ONLY = frozenset({"data", "key_passphrase"})
SETTINGS: tuple[Field[Any], ...] = fields(Configuration)
# Which hold a secret and other things.
ADDRESSES = {"database": databases, "objects": buckets, "mail": mail}


def shown(setting: Field[Any], value: object) -> object:
    """Return a setting's value as people may see it: without what is secret in it."""
    if setting.repr or not value:
        return value
    text, address = str(value), ADDRESSES.get(setting.name)
    if address is None or not address.is_valid(text):
        return databases.HIDDEN
    return address.masked(text)


def load(environ: Mapping[str, str]) -> Configuration:
    """Read the configuration; raises ConfigurationError with a remedy on the first thing amiss."""
    by_name = {setting.name: setting for setting in SETTINGS}
    given: dict[str, object] = {
        name.removeprefix(PREFIX).lower(): text
        for name, text in environ.items()
        if name.startswith(PREFIX)
    }
    folder = Path(str(given.get("data", by_name["data"].default)))
    from_file = _read_file(folder / FILE)
    for unknown in set(from_file) - set(by_name):
        raise _unknown(f"{unknown} in {FILE}")
    for unknown in set(given) - set(by_name):
        raise _unknown(PREFIX + unknown.upper())
    merged = {**from_file, **given}
    parsed = {name: _parsed(by_name[name], value) for name, value in merged.items()}
    return _checked(Configuration(**{**parsed, "data": folder.absolute()}))


def sources(environ: Mapping[str, str]) -> Mapping[str, str]:
    """Say of each setting where its value comes from: environment, file or default."""
    folder = Path(environ.get(f"{PREFIX}DATA") or str(Configuration().data))
    from_file = _read_file(folder / FILE)
    return {
        setting.name: "environment"
        if PREFIX + setting.name.upper() in environ
        else "file"
        if setting.name in from_file
        else "default"
        for setting in SETTINGS
    }


def _read_file(path: Path) -> dict[str, object]:
    try:
        read: dict[str, object] = tomllib.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigurationError(
            "configuration-unreadable", f"{path} cannot be read: {error}.", "Mend or remove it."
        ) from error
    for name in ENVIRONMENT_ONLY & set(read):
        raise ConfigurationError(
            "configuration-environment-only",
            f"{name} cannot be set in {path}.",
            f"Set {PREFIX}{name.upper()} in the environment instead.",
        )
    return read


def _unknown(told: str) -> ConfigurationError:
    return ConfigurationError(
        "configuration-unknown",
        f"{told} is not a setting.",
        "`strongroom config` lists the settings; correct the name or remove it.",
    )


def _parsed(setting: Field[Any], value: object) -> Any:  # noqa: ANN401 - as its setting is
    parsers: dict[type, Callable[[object], object]] = {
        bool: values.switch,
        int: values.integer,
        tuple: values.words,
        str: values.text,
    }
    try:
        return parsers.get(type(setting.default), values.path)(value)
    except (KeyError, TypeError, ValueError):
        raise ConfigurationError(
            "configuration-invalid",
            f"{setting.name} cannot be {shown(setting, value)!r}.",
            f"It is {setting.metadata['told']}; the default is {setting.default!r}.",
        ) from None


def _checked(read: Configuration) -> Configuration:
    checks = {
        "database": databases.is_valid(read.database),
        "objects": buckets.is_valid(read.objects),
        "objects_redirect": not read.objects_redirect
        or (read.in_bucket and is_origin(read.objects_redirect)),
        "public_url": is_origin(read.url),
        "port": 0 < read.port < 65536,  # noqa: PLR2004 - TCP's own bound
        # Over SQLite all locks are in the data folder, whose one server must not have a second.
        "run_folder": not read.run_folder or bool(read.database),
        "workers": read.workers > 0,
        "job_workers": read.job_workers >= 0,
        "threads": read.threads > 0,
        "connections": read.connections > 0,
        "max_file_bytes": read.max_file_bytes > 0,
        "min_free_bytes": read.min_free_bytes >= 0,
        "release_open_days": read.release_open_days > 0,
        "stage_days": 0 < read.stage_days <= 365,  # noqa: PLR2004 - a year, and no reservation for ever
        "approver_days": 0 <= read.approver_days <= 365,  # noqa: PLR2004 - likewise
        "removal_hours": read.removal_hours >= 0,
        "keep_prereleases": 0 <= read.keep_prereleases <= MOST_KEPT,
        "prerelease_days": 0 <= read.prerelease_days <= MOST_DAYS,
        "max_project_bytes": read.max_project_bytes >= 0,
        "max_user_bytes": read.max_user_bytes >= 0,
        "critical_share": 0 <= read.critical_share <= 100,  # noqa: PLR2004 - percent
        "critical_dependents": read.critical_dependents >= 0,
        "critical_grace_days": 0 <= read.critical_grace_days <= 365,  # noqa: PLR2004 - a year
        "recovery_delay_hours": 0 < read.recovery_delay_hours <= 24 * 365,
        "dangerous_delay_minutes": 0 < read.dangerous_delay_minutes <= 7 * 24 * 60,
        "mail": mail.is_valid(read.mail),
        "mail_from": not read.mail_from or is_mailbox(read.mail_from),
        "breached_passwords": breaches.is_valid(read.breached_passwords),
        "breached_passwords_unasked": read.breached_passwords_unasked in {"admit", "refuse"},
        "dns_servers": nameservers.is_valid(read.dns_servers),
        "rdap_servers": registrations.is_valid(read.rdap_servers),
        "rdap_bootstrap": registrations.is_address(read.rdap_bootstrap),
        "company_issuer": not read.company_issuer
        or is_issuer(read.company_issuer, read.company_client, read.company_secret_file),
        "company_scim_secret_file": not read.company_scim_secret_file
        or (bool(read.company_issuer) and Path(read.company_scim_secret_file).is_absolute()),
        "company_roles": groups.is_valid(read.company_roles),
        "publishers": configured.is_valid(read.publishers),
        "token_days": 0 < read.token_days <= (read.token_days_at_most or MOST_DAYS),
        "token_days_at_most": 0 <= read.token_days_at_most <= MOST_DAYS,
        "token_unused_days": read.token_unused_days == 0
        or SHORT.days <= read.token_unused_days <= MOST_DAYS,
        "leaks_github_keys": registrations.is_address(read.leaks_github_keys),
        "leaks_gitlab_secret_file": values.is_file_name(read.leaks_gitlab_secret_file),
        "leaks_reporters": values.are_reporters(read.leaks_reporters),
        "log_format": read.log_format in {"text", "json"},
        "log_level": read.log_level in {"debug", "info", "warning", "error"},
        "trusted_proxies": are_networks(read.trusted_proxies),
        "hook_networks": are_networks(read.hook_networks),
        "metrics_networks": are_networks(read.metrics_networks),
    }
    for setting in SETTINGS:
        if not checks.get(setting.name, True):
            raise ConfigurationError(
                "configuration-invalid",
                f"{setting.name} cannot be {shown(setting, getattr(read, setting.name))!r}.",
                f"It is {setting.metadata['told']}; the default is {setting.default!r}.",
            )
    return read


def _named(host: str) -> str:
    # Keys of WebAuthn belong to a name (its section 5.1.3, step 7), and an address is none.
    return "localhost" if host == "127.0.0.1" else _bracketed(host)


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
