"""What makes this Songbook an operator's own: a colour, a logo, a contact.

The colour is a stylesheet of its own, for pages carry no style. What cannot be used is
left out here, and `hub.checks` refuses to start with it.
"""

from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator, validate_email
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from registry.views.brand.colours import shades

# As long as other files of the site: they change with a new start only.
KEPT_S = 3600
LOGO_TYPES = {".svg": "image/svg+xml", ".png": "image/png"}
# It is on every page, above everything else.
LOGO_LIMIT_BYTES = 64 * 1024
# In the layer of the tokens, after css/site.css: everything follows the tokens.
STYLE = """\
@layer tokens {{
  :root {{
    --accent: light-dark({0.light}, {0.dark});
    --accent-ink: light-dark({0.light_ink}, {0.dark_ink});
    --link: light-dark({0.light}, {0.dark});
  }}
}}
"""


@dataclass(frozen=True, slots=True)
class Contact:
    """Whom to write to: what a link leads to and what it says."""

    address: str
    words: str


def contact() -> Contact | None:
    """Return the operator's contact, or None. Raises ValidationError for what is none."""
    said = settings.SITE_CONTACT
    if not said:
        return None
    if said.startswith(("https://", "http://")):
        URLValidator(schemes=["https", "http"])(said)
        return Contact(said, said.partition("://")[2].rstrip("/"))
    validate_email(said)
    return Contact(f"mailto:{said}", said)


def contact_or_none() -> Contact | None:
    """Return the contact for a page, which is shown without one that cannot be used."""
    try:
        return contact()
    except ValidationError:
        return None


def accent_or(other: str) -> str:
    """Return the operator's accent as it is on light ground, or another colour."""
    try:
        return shades(settings.SITE_ACCENT).light
    except ValueError:
        return other


def why_no_logo() -> str:
    """Return why the logo cannot be shown, or nothing if it can or there is none."""
    if not settings.SITE_LOGO:
        return ""
    file = Path(settings.SITE_LOGO)
    if file.suffix.lower() not in LOGO_TYPES:
        return f"{file.name} is neither an .svg nor a .png file."
    try:
        size_bytes = file.stat().st_size
    except OSError as error:
        return f"{file} cannot be read: {error.strerror}."
    if size_bytes > LOGO_LIMIT_BYTES:
        return f"{file.name} has {size_bytes} bytes, more than {LOGO_LIMIT_BYTES}."
    return ""


@require_safe
@cache_control(public=True, max_age=KEPT_S)
def style(request: HttpRequest) -> HttpResponse:
    """Answer the operator's colour as a stylesheet; an empty one where there is none."""
    try:
        text = STYLE.format(shades(settings.SITE_ACCENT))
    except ValueError:
        text = ""
    return HttpResponse(text, content_type="text/css; charset=utf-8")


@require_safe
@cache_control(public=True, max_age=KEPT_S)
def site_logo(request: HttpRequest) -> HttpResponse:
    """Answer the operator's logo; 404 where there is none."""
    file = Path(settings.SITE_LOGO)
    if not settings.SITE_LOGO or why_no_logo():
        raise Http404
    try:
        body = file.read_bytes()
    except OSError as error:
        raise Http404 from error
    return HttpResponse(body, content_type=LOGO_TYPES[file.suffix.lower()])
