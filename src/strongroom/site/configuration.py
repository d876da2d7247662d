"""The operator's configuration: one frozen object, read once from environment and TOML file.

Every field below is a setting: `STRONGROOM_<NAME>` in the environment, or `name` in the file
`strongroom.toml` of the data folder; the environment wins. Unknown names are refused in both, so
that a misspelt setting is never a setting that silently does nothing.
"""

from dataclasses import Field, dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from strongroom.people.access import groups
from strongroom.people.publishers import configured
from strongroom.site import databases, values
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
    company_scim_secret_file: str = _setting("", "the file with its directory's secret (SCIM)")
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
    publishers: tuple[str, ...] = _setting(configured.ALL, configured.TOLD)
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
ADDRESSES = {"database": databases, "objects": buckets, "mail": mail}  # which hold secrets


def shown(setting: Field[Any], value: object) -> object:
    """Return a setting's value as people may see it: without what is secret in it."""
    if setting.repr or not value:
        return value
    text, address = str(value), ADDRESSES.get(setting.name)
    if address is None or not address.is_valid(text):
        return databases.HIDDEN
    return address.masked(text)


def _named(host: str) -> str:
    # Keys of WebAuthn belong to a name (its section 5.1.3, step 7), and an address is none.
    return "localhost" if host == "127.0.0.1" else _bracketed(host)


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
