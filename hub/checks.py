"""What must be right before this Songbook may face the world.

An address that begins with https:// is taken for a public one. The web server and the
worker both refuse to start on an error.
"""

from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import Error, Tags, register, run_checks
from django.http.request import validate_host

from hub.settings import INSECURE_KEY


@register(Tags.security)
def public_settings(**_: object) -> list[Error]:
    """Return what a public Songbook must not run with: E001 key, E002 debug, E003 host."""
    address = urlsplit(settings.PUBLIC_URL)
    if address.scheme != "https":
        return []
    errors = []
    if settings.SECRET_KEY == INSECURE_KEY:
        hint = "Set SECRET_KEY, or SECRET_KEY_FILE to a file that holds it."
        errors.append(Error("SECRET_KEY is the default.", hint=hint, id="hub.E001"))
    if settings.DEBUG:
        errors.append(Error("DEBUG is on.", hint="Unset DEBUG.", id="hub.E002"))
    if not validate_host(address.hostname or "", settings.ALLOWED_HOSTS):
        hint = f"Add {address.hostname} to ALLOWED_HOSTS."
        message = "PUBLIC_URL names a host that is not allowed."
        errors.append(Error(message, hint=hint, id="hub.E003"))
    return errors


def refuse_unsafe_settings() -> None:
    """Raise SystemExit where a security check fails.

    For what runs no checks of its own, or runs them and goes on: a web server, a worker.
    """
    if errors := run_checks(tags=[Tags.security]):
        raise SystemExit("\n".join(str(error) for error in errors))
