"""Django's settings for tests and for the type checker: the real ones over a throw-away folder.

TESTS_DATABASE names a throw-away PostgreSQL server (`tests.fakes.postgresql`); without it the
database is SQLite.

The real settings open the keys of a data folder, so that folder is made first. Each process has
its own, and what whoever runs the tests has set for a registry of theirs does not count.
"""

import atexit
import os
import secrets
import shutil
import tempfile
from pathlib import Path

from strongroom.stores.keys import create_keys


def _fresh_data_folder() -> Path:
    for name in [name for name in os.environ if name.startswith("STRONGROOM_")]:
        del os.environ[name]
    data = Path(tempfile.mkdtemp(prefix="strongroom-tests-"))
    atexit.register(shutil.rmtree, data, ignore_errors=True)
    os.environ["STRONGROOM_DATA"] = str(data)
    create_keys(data / "keys", None, secrets.token_bytes)
    return data


DATA = _fresh_data_folder()

from strongroom.site.databases import django_settings  # noqa: E402
from strongroom.site.settings import *  # noqa: E402, F403 - they read the folder made above
from tests.fakes.postgresql import ADDRESS  # noqa: E402

DATABASES = {"default": django_settings(os.environ.get(ADDRESS, ""), DATA)}
if ADDRESS not in os.environ:
    # A file, as in production: an in-memory database locks whole tables between threads.
    DATABASES["default"]["TEST"] = {"NAME": str(DATA / "tests.sqlite3")}
