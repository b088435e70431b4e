"""Light or dark: written into the page by the server, so that none flashes."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from registry.views.brand.choices import chosen, keep

COOKIE = "theme"
THEMES = frozenset({"light", "dark"})


def theme_of(request: HttpRequest) -> str:
    """Return the theme someone chose, or nothing: then the system's is used."""
    return chosen(request, COOKIE, THEMES)


@require_safe
@never_cache
def theme(request: HttpRequest) -> HttpResponse:
    """Keep the theme in `to` (anything else forgets it) and go back to `next`."""
    return keep(request, COOKIE, THEMES)
