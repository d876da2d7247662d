"""Django's settings, all derived from the configuration; nothing here is for operators to edit."""

import os
from pathlib import Path

from strongroom.site.databases import django_settings
from strongroom.site.loading import load
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
    "django.contrib.humanize",  # templates of allauth ask for it
    "strongroom.proof",
    "strongroom.people",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "strongroom.packages",
    "django_tasks_db",
    "strongroom.site.jobs",
    "strongroom.site.accounts",
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
    "allauth.account.middleware.AccountMiddleware",
    "strongroom.web.accounts.duty.ChangeFirst",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [Path(__file__).parent.parent / "web" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": [
                "django.templatetags.i18n",
                "strongroom.web.words",
                "strongroom.web.agents",
                "strongroom.web.accounts.fields",
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "strongroom.site.accounts.pages.frame",
            ],
        },
    },
]

# Accounts are those of django-allauth; what it asks of us is answered in `site/accounts`.
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]  # argon2id (RFC 9106)
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"strongroom.site.accounts.passwords.{rule}"} for rule in ("Long", "Own", "Unstolen")
]
# Limits and used codes must be known to all processes.
CACHES = {"default": {"BACKEND": "strongroom.site.accounts.counters.Counters"}}
SESSION_ENGINE = "strongroom.site.accounts.sessions"
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/account/"
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "strongroom.site.accounts.adapters.Accounts"
ACCOUNT_USER_MODEL_USERNAME_FIELD = "folded"
ACCOUNT_PRESERVE_USERNAME_CASING = False
ACCOUNT_USER_DISPLAY = "strongroom.site.accounts.pages.name_of"
ACCOUNT_LOGIN_METHODS = {"email", "username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email*", "password1*"]
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_EMAIL_NOTIFICATIONS = False  # people.accounts.notices tells more, and to all addresses
ACCOUNT_MAX_EMAIL_ADDRESSES = 5
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300  # seconds
ACCOUNT_LOGIN_ON_PASSWORD_RESET = False
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False  # the other sessions end; this one has just proved itself
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if CONFIGURATION.url.startswith("https:") else "http"
ALLAUTH_TRUSTED_CLIENT_IP_HEADER = None  # the server itself resolves trusted proxies
ACCOUNT_RATE_LIMITS = {
    # Guesses are counted in `people.accounts.guesses`; these limit what costs work or sends mail.
    "login_failed": None,
    "login": "60/m/ip",
    "signup": "20/h/ip",
    "reset_password": "20/h/ip,5/h/key",
    "reset_password_from_key": "20/h/ip",
    "confirm_email": "1/10s/key,8/h/key,40/h/ip",
    "manage_email": "10/m/user,40/h/user",
    "change_password": "10/m/user",
    "reauthenticate": "30/m/user",
}
ACCOUNT_FORMS = {
    "change_password": "strongroom.site.accounts.forms.ChangePassword",
    "confirm_email_verification_code": "strongroom.site.accounts.forms.MailedCode",
}
MFA_FORMS = {
    "activate_totp": "strongroom.site.accounts.forms.FirstCode",
    "authenticate": "strongroom.site.accounts.forms.FactorCode",
    "reauthenticate": "strongroom.site.accounts.forms.FactorCodeAgain",
}
MFA_RATE_LIMITS = {"webauthn_login": "30/m/ip"}  # a key cannot be guessed; this limits work
MFA_ADAPTER = "strongroom.site.accounts.adapters.Factors"
MFA_SUPPORTED_TYPES = ["webauthn", "totp", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_PASSKEY_SIGNUP_ENABLED = True
MFA_WEBAUTHN_USER_VERIFICATION = "required"
MFA_TOTP_ISSUER = CONFIGURATION.site_name
MFA_TOTP_TOLERANCE = 1  # a step of 30 s either way, as RFC 6238, 5.2, recommends
MFA_RECOVERY_CODES_SHOW_ONCE = True

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
