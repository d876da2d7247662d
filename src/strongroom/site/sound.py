"""Which values of settings make sense: one line for each that could make none."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from strongroom.packages.catalog.retention import MOST_DAYS, MOST_KEPT
from strongroom.people.access import groups
from strongroom.people.publishers import configured
from strongroom.people.tokens.lifetimes import SHORT
from strongroom.site import databases, values
from strongroom.site.values import are_networks, is_issuer, is_mailbox, is_origin
from strongroom.stores import breaches, mail, nameservers, registrations
from strongroom.stores.buckets import address as buckets

if TYPE_CHECKING:
    from strongroom.site.configuration import Configuration


def sound(read: "Configuration") -> Mapping[str, bool]:
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
