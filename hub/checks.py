"""What must be right before this Songbook may face the world.

An address that begins with https:// is taken for a public one. The web server and the
worker both refuse to start on an error.
"""

from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import Error, Tags, register, run_checks
from django.core.exceptions import ValidationError
from django.http.request import validate_host

from hub.settings import INSECURE_KEY
from registry.views.brand import brand
from registry.views.brand.colours import shades

SITE = "site"
NAME_LIMIT = 60


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


@register(SITE)
def site_settings(**_: object) -> list[Error]:
    """Return what of an operator's own cannot be shown: E004 name to E007 contact."""
    errors = []
    if not settings.SITE_NAME.strip() or len(settings.SITE_NAME) > NAME_LIMIT:
        message = f"SITE_NAME is empty or longer than {NAME_LIMIT} characters."
        errors.append(Error(message, hint="Unset it for Songbook.", id="hub.E004"))
    try:
        shades(settings.SITE_ACCENT or "#000000")
    except ValueError as error:
        hint = (
            "Write # and six hexadecimal digits; shades that can be read are derived."
        )
        errors.append(Error(f"SITE_ACCENT: {error}", hint=hint, id="hub.E005"))
    if why := brand.why_no_logo():
        hint = f"Name an SVG or PNG file of {brand.LOGO_LIMIT_BYTES} bytes at most."
        errors.append(Error(f"SITE_LOGO: {why}", hint=hint, id="hub.E006"))
    try:
        brand.contact()
    except ValidationError:
        hint = "Write a mail address, or an address that begins with https://."
        errors.append(Error("SITE_CONTACT is neither.", hint=hint, id="hub.E007"))
    return errors


def refuse_unsafe_settings() -> None:
    """Raise SystemExit where a check of safety or of the site's own look fails.

    For what runs no checks of its own, or runs them and goes on: a web server, a worker.
    """
    if errors := run_checks(tags=[Tags.security, SITE]):
        raise SystemExit("\n".join(str(error) for error in errors))
