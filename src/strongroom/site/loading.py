"""Reading the operator's configuration, once, from environment and TOML file; and what it may be.

Unknown names are refused in both, so that a misspelt setting is never one that silently does
nothing.
"""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import Field
from pathlib import Path
from typing import Any

from strongroom.core.errors import ConfigurationError
from strongroom.packages.catalog.retention import MOST_DAYS, MOST_KEPT
from strongroom.people.access import groups
from strongroom.people.publishers import configured
from strongroom.people.tokens.lifetimes import SHORT
from strongroom.site import databases, values
from strongroom.site.configuration import (
    ENVIRONMENT_ONLY,
    FILE,
    PREFIX,
    SETTINGS,
    Configuration,
    shown,
)
from strongroom.site.values import are_networks, is_issuer, is_mailbox, is_origin
from strongroom.stores import breaches, mail, nameservers, registrations
from strongroom.stores.buckets import address as buckets


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
    checks = _sound(read)
    for setting in SETTINGS:
        if not checks.get(setting.name, True):
            raise ConfigurationError(
                "configuration-invalid",
                f"{setting.name} cannot be {shown(setting, getattr(read, setting.name))!r}.",
                f"It is {setting.metadata['told']}; the default is {setting.default!r}.",
            )
    return read


def _sound(read: Configuration) -> Mapping[str, bool]:
    """Say of each setting by its name whether its value makes sense; others always do."""
    return {
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
