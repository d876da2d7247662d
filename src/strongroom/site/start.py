"""Waking Django over a data folder: the keys first, because the settings open them.

Nothing here imports rows or settings; only after `start` may those be imported.
"""

import json
import os
from collections.abc import Callable, Mapping, MutableMapping
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from pwd import getpwuid

import django
from django.conf import settings

from strongroom.core.errors import ConfigurationError
from strongroom.packages.upkeep.restore import UNFINISHED
from strongroom.site.configuration import PREFIX, Configuration
from strongroom.site.databases import SQLITE_FILE, PostgreSQL, masked, parse
from strongroom.site.loading import load
from strongroom.site.storage import RENDERED, storage
from strongroom.stores.keys import create_keys, open_keys

DATABASE = SQLITE_FILE
ROWS = ("strongroom.proof", "strongroom.people", "strongroom.packages")
LIBRARIES = (  # whose rows stand beside those of people
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "allauth.account",
    "allauth.mfa",
)
APPS = (*ROWS, "strongroom.site.jobs")  # all that bring migrations of ours
SETTINGS_MODULE = "strongroom.site.settings"


def create(environ: Mapping[str, str], entropy: Callable[[int], bytes]) -> Configuration:
    """Make the data folder and its keys unless they are there, and wake Django over them."""
    configuration = load(environ)
    refuse_root(configuration.data, os.geteuid())
    _make_folder(configuration.data)
    _refuse_unfinished(configuration.data)
    keys, passphrase = configuration.data / "keys", configuration.key_passphrase or None
    if _holds_registry(configuration):
        # With new keys beside an old database every token and session would end without a word.
        open_keys(keys, passphrase)
    else:
        create_keys(keys, passphrase, entropy)
    return _wake(configuration)


def start(environ: Mapping[str, str]) -> Configuration:
    """Wake Django over a data folder that was made before; raises ConfigurationError."""
    configuration = load(environ)
    refuse_root(configuration.data, os.geteuid())
    _refuse_unfinished(configuration.data)
    if not _holds_registry(configuration):
        where = masked(configuration.database) or configuration.data
        raise ConfigurationError(
            "data-folder-empty",
            f"There is no registry in {where}.",
            "Name its folder with --data, or make one with `strongroom init`.",
        )
    open_keys(configuration.data / "keys", configuration.key_passphrase or None)
    return _wake(configuration)


def refuse_root(data: Path, account: int) -> None:
    """Refuse to let root (account 0) work in a data folder of another account.

    What root made in there, the registry could not write: one `doctor` by root would end uploads.
    """
    if account or not data.exists() or data.stat().st_uid == 0:
        return
    try:
        owner = getpwuid(data.stat().st_uid).pw_name
    except KeyError:
        owner = f"#{data.stat().st_uid}"
    raise ConfigurationError(
        "root-not-taken",
        f"The data folder {data} belongs to the account {owner}, and this runs as root.",
        f"Run it as that account: `sudo -u {owner} strongroom ...`.",
    )


def refuse_another(configuration: Configuration) -> None:
    """Refuse to restore into the database or bucket of a registry, before anything is copied.

    What a restore that died has put there is its own, and is looked at when its rows are. Blobs in
    the bucket do no harm: they are what their names say.
    """
    if (configuration.data / UNFINISHED).exists():
        return
    if configuration.in_bucket and any(True for _ in storage(configuration).pages.walk()):
        raise ConfigurationError(
            "bucket-not-empty",
            "The bucket to restore into holds the pages of a registry.",
            "Name an empty bucket, or another prefix; nothing is ever overwritten.",
        )
    if configuration.database and _holds_registry(configuration):
        raise ConfigurationError(
            "database-not-empty",
            "The database to restore into holds a registry.",
            "Name an empty database: nothing is ever overwritten.",
        )


def resume(environ: Mapping[str, str]) -> Configuration:
    """Wake Django over a data folder that is being restored: its keys are there, its rows not."""
    configuration = load(environ)
    open_keys(configuration.data / "keys", configuration.key_passphrase or None)
    return _wake(configuration)


def without_data() -> None:
    """Wake Django over nothing, for what is made of the code alone, such as the API's document."""
    if not settings.configured:
        settings.configure(
            INSTALLED_APPS=(*LIBRARIES, *ROWS),
            MIDDLEWARE=["allauth.account.middleware.AccountMiddleware"],
            AUTH_USER_MODEL="people.User",
            USE_TZ=True,
        )
    django.setup()


def _holds_registry(configuration: Configuration) -> bool:
    address = parse(configuration.database)
    if address is None:
        return (configuration.data / DATABASE).is_file()
    return _in_postgresql(address)


def _in_postgresql(address: PostgreSQL) -> bool:
    try:
        from strongroom.site.postgresql import (  # noqa: PLC0415 - its driver is an extra
            holds_registry,
        )
    except ImportError as error:
        raise ConfigurationError(
            "database-driver-missing",
            "The driver of PostgreSQL is not installed.",
            "Install this program with its extra: `strongroom[postgresql]`.",
        ) from error
    return holds_registry(address)


def same_address(environ: MutableMapping[str, str]) -> None:
    """Take over the address under which the pages were rendered, unless one is configured.

    A command runs beside a server that may have been told another host or port, and what it
    renders must not send readers elsewhere.
    """
    configuration = load(environ)
    if configuration.public_url:
        return
    stamp = storage(configuration).pages.get(RENDERED)
    with suppress(ValueError):
        if stamp is not None:
            environ[f"{PREFIX}PUBLIC_URL"] = json.loads(stamp.body)[1]


def known_migrations() -> frozenset[str]:
    """Name the migrations of this version, as `app.name`, without waking Django."""
    folders = {app.rpartition(".")[2]: import_module(f"{app}.migrations") for app in APPS}
    return frozenset(
        f"{app}.{module.name}"
        for app, folder in folders.items()
        for module in iter_modules(folder.__path__)
    )


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigurationError(
            "data-folder-unwritable",
            f"The data folder {folder} cannot be made: {error.strerror}.",
            "Name another folder with --data, or let this account write there.",
        ) from error


def _wake(configuration: Configuration) -> Configuration:
    os.environ["DJANGO_SETTINGS_MODULE"] = SETTINGS_MODULE
    django.setup()
    return configuration


def _refuse_unfinished(data: Path) -> None:
    if (data / UNFINISHED).exists():
        # A registry made over half a restore would look empty, and the rest would never come.
        raise ConfigurationError(
            "restore-unfinished",
            f"A restore into {data} has not come to its end.",
            "Run `strongroom restore` again with the same backup.",
        )
