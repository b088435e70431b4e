"""The site map: listed plugins and variants, services, maintainers, for engines that look.

Source: sitemaps.org protocol 0.9. Always an index of parts, so that a part that grows past
its limit changes no address.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Max, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import escape

from registry.models import Plugin, Variant
from registry.views.missing import not_found
from registry.views.programs.reading import for_programs

# As many addresses as one file may hold. Source: sitemaps.org.
PER_PART = 50_000
PATHS = {
    "plugins": "/{}/{}",
    "variants": "/{}/{}--{}",
    "services": "/services/{}",
    "maintainers": "/maintainers/{}",
}
XMLNS = "http://www.sitemaps.org/schemas/sitemap/0.9"
XML = "application/xml; charset=utf-8"


@for_programs
def sitemap(request: HttpRequest) -> HttpResponse:
    """Answer the index of all parts. Four queries."""
    counts = {rows: _pages(rows).count() for rows in PATHS}
    parts = [
        f"<sitemap>{_loc(reverse('sitemap-part', args=[rows, number]))}</sitemap>"
        for rows, count in counts.items()
        for number in range(1, -(-count // PER_PART) + 1)
    ]
    return _answer("sitemapindex", parts)


@for_programs
def sitemap_part(request: HttpRequest, rows: str, number: int) -> HttpResponse:
    """Answer one part: up to 50,000 pages of a kind. One query."""
    start = (number - 1) * PER_PART
    # Past that the database takes no offset.
    is_asked = rows in PATHS and 0 <= start < 2**62
    found = _part(rows, start) if is_asked else []
    return _answer("urlset", found) if found else not_found(request, "")


def _part(rows: str, start: int) -> list[str]:
    return [
        _url(PATHS[rows].format(*names), changed_at)
        for *names, changed_at in _pages(rows)[start : start + PER_PART]
    ]


def _pages(rows: str) -> QuerySet[Any, tuple[Any, ...]]:
    """Return what the addresses of one kind of page are made of, and when it changed.

    Plugins and variants come oldest row first, the others by name.
    """
    match rows:
        case "plugins":
            return _plugins().values_list("type", "name", "changed_at")
        case "variants":
            return _variants().values_list(
                "plugin__type", "plugin__name", "name", "plugin__changed_at"
            )
        case "services":
            named = _plugins().exclude(service="").order_by("service")
            return named.values_list("service").annotate(at=Max("changed_at"))
    kept = _variants().order_by("maintainer__name").values_list("maintainer__name")
    return kept.annotate(at=Max("plugin__changed_at"))


def _plugins() -> QuerySet[Plugin]:
    """Return plugins that have a page and a variant that clients can see."""
    seen = _variants().order_by().values("plugin")
    return Plugin.objects.filter(default_variant__isnull=False, pk__in=seen).order_by(
        "pk"
    )


def _variants() -> QuerySet[Variant]:
    return Variant.objects.filter(listed_at__isnull=False).order_by("pk")


def _url(path: str, changed_at: datetime) -> str:
    lastmod = changed_at.strftime("%Y-%m-%dT%H:%M:%SZ")
    return f"<url>{_loc(path)}<lastmod>{lastmod}</lastmod></url>"


def _loc(path: str) -> str:
    return f"<loc>{escape(settings.PUBLIC_URL + path)}</loc>"


def _answer(root: str, entries: Iterable[str]) -> HttpResponse:
    head = f'<?xml version="1.0" encoding="UTF-8"?>\n<{root} xmlns="{XMLNS}">'
    lines = "\n".join([head, *entries, f"</{root}>\n"])
    return HttpResponse(lines, content_type=XML)
