"""Light or dark: a cookie the server reads, so that no page flashes and no script is needed."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

COOKIE = "theme"
THEMES = frozenset({"light", "dark"})
YEAR_S = 365 * 24 * 3600


def theme_of(request: HttpRequest) -> str:
    """Return the theme someone chose, or nothing: then the system's is used."""
    chosen = request.COOKIES.get(COOKIE, "")
    return chosen if chosen in THEMES else ""


@require_safe
@never_cache
def theme(request: HttpRequest) -> HttpResponse:
    """Keep the theme in `to` (anything else forgets it) and go back to `next`.

    A GET, because it keeps nothing on our side and a form with a token could not stand
    on a page that is the same for everyone.
    """
    response = HttpResponseRedirect(_within_site(request.GET.get("next", "")))
    if (chosen := request.GET.get("to", "")) in THEMES:
        response.set_cookie(
            COOKIE,
            chosen,
            max_age=YEAR_S,
            secure=request.is_secure(),
            httponly=True,
            samesite="Lax",
        )
    else:
        response.delete_cookie(COOKIE, samesite="Lax")
    return response


def _within_site(address: str) -> str:
    """Return an address of this site, or home: only paths are let through."""
    is_path = address.startswith("/")
    if is_path and url_has_allowed_host_and_scheme(address, allowed_hosts=None):
        return address
    return reverse("home")
