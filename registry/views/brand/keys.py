"""Single keys that do something on a page, and the switch that turns them off.

Someone who speaks to the browser types whole words: the keys must be able to be off.
Source: WCAG 2.2, 2.1.4.
"""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from registry.views.brand.choices import chosen, keep

COOKIE = "keys"
OFF = frozenset({"off"})


def has_keys(request: HttpRequest) -> bool:
    """Say whether single keys work for this reader: they do until turned off."""
    return not chosen(request, COOKIE, OFF)


@require_safe
@never_cache
def keys(request: HttpRequest) -> HttpResponse:
    """Turn the keys off where `to` says so, else on, and go back to `next`."""
    return keep(request, COOKIE, OFF)
