"""What every page shows, and how long it may be kept."""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.views.decorators.cache import cache_control
from django.views.decorators.vary import vary_on_cookie

from registry.documents import index_path
from registry.search.query import QUERY_LIMIT
from registry.views.brand.brand import contact_or_none
from registry.views.brand.keys import has_keys
from registry.views.brand.theme import theme_of

type View = Callable[..., HttpResponse]

FRESH_S = 60
STALE_S = 600
LATELY = timedelta(days=1)
# A catalog of more pages of 8 KB (some 64 MB) is not counted for each page that is shown:
# the database's own estimate will do, and is said to be one.
COUNTED_PAGES = 8000
CATALOG = """
    SELECT
        CASE WHEN size.is_large
            THEN (SELECT reltuples FROM pg_class WHERE oid = 'registry_plugin'::regclass)
            ELSE (SELECT count(*) FROM registry_plugin WHERE default_variant_id IS NOT NULL)
        END::bigint,
        CASE WHEN size.is_large
            THEN (SELECT reltuples FROM pg_class WHERE oid = 'registry_variant'::regclass)
            ELSE (SELECT count(*) FROM registry_variant)
        END::bigint,
        CASE WHEN size.is_large THEN 0 ELSE
            (SELECT count(*) FROM registry_variant WHERE tried ->> 'at' > %(since)s)
        END,
        (SELECT at FROM registry_visit WHERE outcome = 'changed' ORDER BY id DESC LIMIT 1),
        size.is_large
    FROM (
        SELECT pg_relation_size('registry_variant') > %(pages)s * 8192 AS is_large
    ) AS size
"""


def kept(fresh_s: int, stale_s: int) -> Callable[[View], View]:
    """Return what makes a view a page that is kept so long, with a copy per choice.

    A page depends on no cookies but those of `registry.views.brand.choices`. What is not asked
    to be read is refused with a page that says so.
    """
    cached = cache_control(public=True, max_age=fresh_s, stale_while_revalidate=stale_s)

    def as_page(view: View) -> View:
        read = cached(vary_on_cookie(view))

        @wraps(view)
        def only_read(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method in {"GET", "HEAD"}:
                return read(request, *args, **kwargs)
            answer = render(request, "405.html", status=HTTPStatus.METHOD_NOT_ALLOWED)
            answer["Allow"] = "GET, HEAD"
            return answer

        return only_read

    return as_page


# A page is kept for a minute. Source: visual.md §6.
page = kept(FRESH_S, STALE_S)


def site(request: HttpRequest) -> dict[str, Any]:
    """Return what base.html needs. One query, made when the numbers are shown."""
    return {
        "site_name": settings.SITE_NAME,
        "site_footer": settings.SITE_FOOTER,
        "has_accent": bool(settings.SITE_ACCENT),
        "has_logo": bool(settings.SITE_LOGO),
        "contact": contact_or_none(),
        "theme": theme_of(request),
        "has_keys": has_keys(request),
        "here": request.get_full_path(),
        "path": request.path,
        "query_limit": QUERY_LIMIT,
        "public_url": settings.PUBLIC_URL,
        "index_path": f"/{index_path()}",
        "catalog": SimpleLazyObject(_catalog),
    }


def _catalog() -> dict[str, Any]:
    """Count the catalog, and say when something new was last read. One query."""
    # As `tried` says it: text, whose order is that of time.
    since = (timezone.now() - LATELY).isoformat()
    with connection.cursor() as cursor:
        cursor.execute(CATALOG, {"pages": COUNTED_PAGES, "since": since})
        plugins, variants, tried, read_at, is_large = cursor.fetchone()
    return {
        "plugins": plugins,
        "variants": variants,
        "tried": tried,
        "read_at": read_at,
        "is_large": is_large,
    }
