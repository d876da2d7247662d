"""Django's settings, all derived from the configuration; nothing here is for operators to edit."""

import os
from pathlib import Path

from strongroom.site.configuration import load
from strongroom.site.databases import django_settings
from strongroom.stores.keys import open_keys

CONFIGURATION = load(os.environ)
KEYS = open_keys(CONFIGURATION.data / "keys", CONFIGURATION.key_passphrase or None)

SECRET_KEY = KEYS.key("django").hex()
DEBUG = False
ALLOWED_HOSTS = list(CONFIGURATION.hosts)
ROOT_URLCONF = "strongroom.site.urls"
USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = True
LANGUAGE_CODE = "en"

INSTALLED_APPS = [
    "django.contrib.contenttypes",  # the session middleware of auth needs both
    "django.contrib.auth",
    "django.contrib.sessions",
    "strongroom.proof",
    "strongroom.people",
    "strongroom.packages",
    "django_tasks_db",
    "strongroom.site.jobs",
]
TASKS = {"default": {"BACKEND": "strongroom.site.jobs.queue.Queue"}}
AUTH_USER_MODEL = "people.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

DATABASES = {"default": django_settings(CONFIGURATION.database, CONFIGURATION.data)}

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
]
AUTHENTICATION_BACKENDS = ["strongroom.people.accounts.sessions.SessionBackend"]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [Path(__file__).parent.parent / "web" / "templates"],
        "OPTIONS": {"builtins": ["strongroom.web.words"]},
    },
]

HTTPS = CONFIGURATION.url.startswith("https:")
SESSION_COOKIE_NAME = "strongroom_session"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_SECURE = HTTPS
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = True
CSRF_TRUSTED_ORIGINS = [CONFIGURATION.url]
CSRF_FAILURE_VIEW = "strongroom.web.faults.csrf_failed"
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
APPEND_SLASH = True

# Descriptions come as form fields; the rest of an upload never touches Django's memory or disk.
DATA_UPLOAD_MAX_MEMORY_SIZE = 16 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 4000
DATA_UPLOAD_MAX_NUMBER_FILES = 8
LOGGING_CONFIG = None

# Without this a form of any size would be spooled to /tmp before anybody is asked.
FILE_UPLOAD_HANDLERS = ["strongroom.web.files.NoFiles"]
