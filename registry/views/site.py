"""What every page shows, and how long it may be kept."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db.models import Count, Max, QuerySet, Subquery, Value
from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_cookie

from registry.documents import index_path
from registry.models import Plugin, Source, Variant
from registry.views.theme import theme_of

type View = Callable[..., HttpResponse]

FRESH_S = 60
STALE_S = 600


def page(view: View) -> View:
    """Make a view a page: read only, kept for a minute, one copy per theme.

    The theme is the only cookie a page depends on. Source: visual.md §6.
    """
    kept = cache_control(public=True, max_age=FRESH_S, stale_while_revalidate=STALE_S)
    return require_safe(kept(vary_on_cookie(view)))


def site(request: HttpRequest) -> dict[str, Any]:
    """Return what base.html needs. One query, made when the numbers are shown."""
    return {
        "site_name": "Songbook",
        "theme": theme_of(request),
        "here": request.get_full_path(),
        "public_url": settings.PUBLIC_URL,
        "index_path": f"/{index_path()}",
        "catalog": SimpleLazyObject(_catalog),
    }


def _catalog() -> dict[str, Any]:
    """Count the catalog, and say when something new was last read from any source."""
    numbers = Source.objects.aggregate(
        plugins=Max(_count(Plugin.objects.filter(default_variant__isnull=False))),
        variants=Max(_count(Variant.objects.all())),
        read_at=Max("crawled_at"),
    )
    return numbers | {
        "plugins": numbers["plugins"] or 0,
        "variants": numbers["variants"] or 0,
    }


def _count(rows: QuerySet[Any]) -> Subquery:
    """Return the number of rows as part of another query."""
    one = rows.order_by().values(one=Value(1))
    return Subquery(one.annotate(count=Count("pk")).values("count"))
