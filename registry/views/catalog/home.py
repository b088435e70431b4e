"""Home: one field to a connector, and what is new about them."""

from django.conf import settings
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from registry.documents import index_path
from registry.models import Plugin, Source
from registry.views.catalog import news
from registry.views.catalog.lists import type_counts
from registry.views.catalog.services import counted, labelled
from registry.views.site import page
from registry.vocabulary import PluginType

SERVICES_SHOWN = 18
NEWS_SHOWN = 5
NEEDING_SHOWN = 3
SOURCES_SHOWN = 10
EXAMPLES = ("hubspot", '"google ads"', "postgres", "csv")


@page
def home(request: HttpRequest) -> HttpResponse:
    """Show the search field and what is new, or how the first crawl stands. Seven queries."""
    now = timezone.now()
    counts = type_counts(Plugin.objects.filter(default_variant__isnull=False))
    if not any(counts.values()):
        context = {"sources": _sources(), "now": now}
        return render(request, "registry/home_empty.html", context)
    most = counted("-plugin_count", "-variant_count", "service")
    index = f"{settings.PUBLIC_URL}/{index_path(PluginType.EXTRACTORS)}"
    context = {
        "examples": EXAMPLES,
        "types": counts,
        "covered": labelled(most[:SERVICES_SHOWN]),
        "released": news.released(now, shown=NEWS_SHOWN),
        "failing": news.failing(now, shown=NEWS_SHOWN),
        "needing": news.needing(shown=NEEDING_SHOWN),
        "curl": f"curl --compressed {index}",
    }
    return render(request, "registry/home.html", context)


def _sources() -> QuerySet[Source]:
    """Return the sources of the first crawl, those with something to say first."""
    return (
        Source.objects.filter(Q(due_at__isnull=False) | ~Q(last_error=""))
        .only("kind", "address", "crawled_at", "failures", "last_error", "due_at",
              "leased_until")
        .order_by("kind", "-failures", "due_at", "address")[:SOURCES_SHOWN]
    )  # fmt: skip
