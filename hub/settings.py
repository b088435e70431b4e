"""Settings for every role (web, worker, schedule), read from the environment.

One file for all: a role is only a different command started. Each variable is described
in docs/SETTINGS.md. Any of them can come from a file instead, named by `NAME_FILE`.
"""

from pathlib import Path

from django.utils.csp import CSP

from hub.env import Environment

ROOT = Path(__file__).resolve().parent.parent
env = Environment()

STATE = Path(env.str("SONGBOOK_STATE", default=str(ROOT / "var"))).absolute()
DEBUG = env.bool("DEBUG", default=False)
# A fresh checkout must run its tools (migrations check, tests); a public address with
# this key is refused by the system check hub.E001.
INSECURE_KEY = "insecure-and-only-for-checks-and-tests"
SECRET_KEY = env.str("SECRET_KEY", default=INSECURE_KEY)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])

# Where the world finds this Songbook: every `ref`, `docs` and `logo_url` starts with it.
PUBLIC_URL = env.str("PUBLIC_URL", default="http://127.0.0.1:8000").rstrip("/")
# The folder the discovery documents are mirrored to, for the web server in front or ours.
PUBLISHED_ROOT = Path(env.str("PUBLISHED_ROOT", default=str(STATE / "published")))

# What pages and feeds call this Songbook, and what makes it an operator's own.
SITE_NAME = env.str("SITE_NAME", default="Songbook")
SITE_ACCENT = env.str("SITE_ACCENT", default="")
SITE_LOGO = env.str("SITE_LOGO", default="")
SITE_FOOTER = env.str("SITE_FOOTER", default="")
SITE_CONTACT = env.str("SITE_CONTACT", default="")

# What is read. The first default is the upstream hub's public repository.
DEFINITIONS_SOURCES = env.list(
    "DEFINITIONS_SOURCES", default=["https://github.com/meltano/hub"]
)
# The Simple API address of the package index; empty means PyPI's own.
PACKAGE_INDEX_URL = env.str("PACKAGE_INDEX_URL", default="")
# More indexes, by their Simple API addresses; each may carry `user:password@`.
PACKAGE_INDEXES = env.list("PACKAGE_INDEXES", default=[])
# The indexes in which connectors are looked for by name; empty means in none.
FIND_IN_INDEXES = env.list("FIND_IN_INDEXES", default=[])
# Forges whose API may be asked: `github+https://TOKEN@api.github.com`.
FORGES = env.list("FORGES", default=[])
# Fetchers connect to public addresses, and to these networks: `127.0.0.0/8`.
CRAWL_ALLOWED_NETWORKS = env.list("CRAWL_ALLOWED_NETWORKS", default=[])
# Whether folders and `file://` repositories of this machine may be read.
CRAWL_LOCAL_REPOSITORIES = env.bool("CRAWL_LOCAL_REPOSITORIES", default=True)
# How many workers may ask one host at once, and how long each waits between requests.
CRAWL_HOST_SLOTS = env.int("CRAWL_HOST_SLOTS", default=4)
CRAWL_PACE_S = env.float("CRAWL_PACE_S", default=0.2)
# A tree that lost more than this share of its plugins is held for a person.
SHRINK_LIMIT_PERCENT = env.float("SHRINK_LIMIT_PERCENT", default=2.0)
# Whether releases are tried in the sandbox, how many of each package, on which Pythons.
PROBE = env.bool("PROBE", default=True)
PROBE_RELEASES = env.int("PROBE_RELEASES", default=3)
# Whether older ones are tried, one after another, where nothing else is to be.
PROBE_OLDER = env.bool("PROBE_OLDER", default=True)
PROBE_PYTHONS = env.list(
    "PROBE_PYTHONS", default=["3.14", "3.13", "3.12", "3.11", "3.10"]
)
# How many releases one machine tries at once.
PROBE_SLOTS = env.int("PROBE_SLOTS", default=2)
# What this machine shows to get tickets, where it is one that tries releases.
SANDBOX_KEY = env.str("SANDBOX_KEY", default="")
# What the sandbox keeps between tries; its account must be able to read it.
SANDBOX_STATE = env.str("SANDBOX_STATE", default=str(STATE / "sandbox"))
SANDBOX_STATE_GB = env.int("SANDBOX_STATE_GB", default=20)
# Whether Pythons that a machine lacks are fetched for it.
SANDBOX_FETCH_PYTHONS = env.bool("SANDBOX_FETCH_PYTHONS", default=True)
# The OCI runtime that holds foreign code; empty means the best of what is always tried.
SANDBOX_RUNTIME = env.str("SANDBOX_RUNTIME", default="")
CRAWL_TIMEOUT_S = env.int("CRAWL_TIMEOUT_S", default=60)

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "hub",
    "registry",
    "scrapers",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.middleware.http.ConditionalGetMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "hub.urls"
WSGI_APPLICATION = "hub.wsgi.application"
# Hub's own paths carry no trailing slash, and neither do ours.
APPEND_SLASH = False
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates"],
        "OPTIONS": {
            "context_processors": ["registry.views.site.site"],
            "builtins": ["registry.templatetags.registry"],
        },
    }
]
SECURE_CSP = {
    "default-src": [CSP.SELF],
    "img-src": [CSP.SELF, "data:"],
    "object-src": [CSP.NONE],
    "base-uri": [CSP.NONE],
    "frame-ancestors": [CSP.NONE],
    "form-action": [CSP.SELF],
}
SECURE_REFERRER_POLICY = "same-origin"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

DATABASES = {
    "default": env.db("DATABASE_URL", default="postgresql://localhost/songbook")
    | {
        # A connection outlives its request or task, and is looked at before it is used.
        "CONN_HEALTH_CHECKS": True,
        "CONN_MAX_AGE": 60,
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "registry.User"

CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", default="memory://localhost/")
TIME_ZONE = "UTC"
USE_TZ = True
LANGUAGE_CODE = "en-gb"

STATIC_URL = "static/"
STATICFILES_DIRS = [ROOT / "static"]
# Files are served from where they stand. An image that has run `collectstatic` names the
# folder it made, and then that is served.
STATIC_ROOT = env.str("STATIC_ROOT", default="") or None
WHITENOISE_USE_FINDERS = STATIC_ROOT is None
WHITENOISE_MAX_AGE = 3600

LOG_LEVEL = env.str("LOG_LEVEL", default="INFO")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "registry": {"level": LOG_LEVEL},
        "scrapers": {"level": LOG_LEVEL},
    },
}
