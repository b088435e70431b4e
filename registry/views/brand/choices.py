"""What someone chose for this site: a cookie the server reads, kept by a plain form.

A GET, because it keeps nothing on our side and a form with a token could not stand on a
page that is the same for everyone.
"""

from collections.abc import Collection

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

YEAR_S = 365 * 24 * 3600


def chosen(request: HttpRequest, cookie: str, offered: Collection[str]) -> str:
    """Return what someone chose of what is offered, or nothing."""
    value = request.COOKIES.get(cookie, "")
    return value if value in offered else ""


def keep(request: HttpRequest, cookie: str, offered: Collection[str]) -> HttpResponse:
    """Keep the choice in `to` (anything not offered forgets it) and go back to `next`."""
    response = HttpResponseRedirect(_within_site(request.GET.get("next", "")))
    if (value := request.GET.get("to", "")) in offered:
        response.set_cookie(
            cookie,
            value,
            max_age=YEAR_S,
            secure=request.is_secure(),
            httponly=True,
            samesite="Lax",
        )
    else:
        response.delete_cookie(cookie, samesite="Lax")
    return response


def _within_site(address: str) -> str:
    """Return an address of this site, or home: only paths are let through."""
    is_path = address.startswith("/")
    if is_path and url_has_allowed_host_and_scheme(address, allowed_hosts=None):
        return address
    return reverse("home")
