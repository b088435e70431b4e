"""Which way to install is shown first: the chosen one, as the server writes the page."""

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from registry.views.brand.choices import chosen, keep
from registry.views.variants.install import Way

COOKIE = "way"
WAYS = frozenset({"meltano-4", "meltano-3", "uv", "pipx", "singer", "project"})


def first_of(request: HttpRequest, ways: Sequence[Way]) -> str:
    """Return the way that is open: the chosen one where the variant has it, or its first."""
    offered = [one.key for one in ways]
    return chosen(request, COOKIE, offered) or next(iter(offered), "")


@require_safe
@never_cache
def way(request: HttpRequest) -> HttpResponse:
    """Keep the way in `to` (anything else forgets it) and go back to `next`."""
    return keep(request, COOKIE, WAYS)
