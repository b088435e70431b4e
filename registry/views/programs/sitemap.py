"""The site map: pages to read, listed plugins and variants, services, maintainers.

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
from registry.views.guide.abilities import ABILITIES
from registry.views.guide.chapters import BOOKS
from registry.views.missing import not_found
from registry.views.programs.reading import for_programs
from registry.vocabulary import PluginType

# As many addresses as one file may hold. Source: sitemaps.org.
PER_PART = 50_000
# What has an address whatever is in the catalog, by its name in `registry.urls`: one part,
# without a date, for most of these pages change with every run.
PAGES = "pages"
NAMED = (
    "home", "services", "maintainers", "capabilities", "checks", "matrix", "status",
    "status-crawl", "feeds", *(book.slug for book in BOOKS),
)  # fmt: skip
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
    counts = {PAGES: 1} | {rows: _rows(rows).count() for rows in PATHS}
    parts = [
        f"<sitemap>{_loc(reverse('sitemap-part', args=[rows, number]))}</sitemap>"
        for rows, count in counts.items()
        for number in range(1, -(-count // PER_PART) + 1)
    ]
    return _answer("sitemapindex", parts)


@for_programs
def sitemap_part(request: HttpRequest, rows: str, number: int) -> HttpResponse:
    """Answer one part: up to 50,000 pages of a kind. One query at most."""
    if (rows, number) == (PAGES, 1):
        return _answer("urlset", map(_url, _always()))
    start = (number - 1) * PER_PART
    # Past that the database takes no offset.
    is_asked = rows in PATHS and 0 <= start < 2**62
    found = _part(rows, start) if is_asked else []
    return _answer("urlset", found) if found else not_found(request, "")


def _part(rows: str, start: int) -> list[str]:
    return [
        _url(PATHS[rows].format(*names), changed_at)
        for *names, changed_at in _rows(rows)[start : start + PER_PART]
    ]


def _always() -> Iterable[str]:
    """Yield the addresses of pages that are always there."""
    yield from map(reverse, NAMED)
    for kind in PluginType:
        yield reverse("browse", args=[kind])
    for word in ABILITIES:
        yield reverse("capability", args=[word])
    for book in BOOKS:
        for chapter in book.chapters:
            yield reverse(book.route, args=[chapter.slug])


def _rows(rows: str) -> QuerySet[Any, tuple[Any, ...]]:
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


def _url(path: str, changed_at: datetime | None = None) -> str:
    if changed_at is None:
        return f"<url>{_loc(path)}</url>"
    lastmod = changed_at.strftime("%Y-%m-%dT%H:%M:%SZ")
    return f"<url>{_loc(path)}<lastmod>{lastmod}</lastmod></url>"


def _loc(path: str) -> str:
    return f"<loc>{escape(settings.PUBLIC_URL + path)}</loc>"


def _answer(root: str, entries: Iterable[str]) -> HttpResponse:
    head = f'<?xml version="1.0" encoding="UTF-8"?>\n<{root} xmlns="{XMLNS}">'
    lines = "\n".join([head, *entries, f"</{root}>\n"])
    return HttpResponse(lines, content_type=XML)
