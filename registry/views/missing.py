"""The page for addresses that nothing stands at: it says so, and names what is near."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import render

from registry.views.lists import nearest


def missing(request: HttpRequest, address: str) -> HttpResponse:
    """Send an address with a trailing slash to the one without; else say it is unknown."""
    if address.endswith("/"):
        # Stripped on both sides: `//host/` would otherwise lead to another site.
        query = (
            f"?{request.META['QUERY_STRING']}"
            if request.META.get("QUERY_STRING")
            else ""
        )
        return HttpResponsePermanentRedirect(f"/{address.strip('/')}{query}")
    return not_found(request, address)


def not_found(request: HttpRequest, wanted: str) -> HttpResponse:
    """Answer 404 with the plugins nearest to what was wanted. Two queries."""
    context = {"nearest": nearest(wanted)}
    return render(request, "404.html", context, status=HTTPStatus.NOT_FOUND)
