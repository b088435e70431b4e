"""Home: one field to a connector, and what there is."""

from django.db.models import FETCH_RAISE, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from registry.models import Event, Plugin, Source
from registry.views.lists import cards, type_counts
from registry.views.site import page
from registry.vocabulary import EventVerb, PluginType

PLUGINS_SHOWN = 6
EVENTS_SHOWN = 6
SOURCES_SHOWN = 10
TOLD = {
    EventVerb.ADDED: "added",
    EventVerb.CHANGED: "changed",
    EventVerb.GONE: "gone from its sources",
    EventVerb.RETURNED: "back",
    EventVerb.RELEASED: "released",
    EventVerb.RETAGGED: "has a release that is not what it was",
    EventVerb.DEFAULT_MOVED: "is now the default",
    EventVerb.HELD: "held back",
}


@page
def home(request: HttpRequest) -> HttpResponse:
    """Show the search field and the catalog's news, or how the first crawl stands."""
    counts = type_counts(Plugin.objects.filter(default_variant__isnull=False))
    if not any(counts.values()):
        context = {"sources": _sources(), "now": timezone.now()}
        return render(request, "registry/home_empty.html", context)
    context = {
        "types": counts,
        "extractors": PluginType.EXTRACTORS,
        "plugins": cards(Plugin.objects.all())[:PLUGINS_SHOWN],
        "events": [(event, TOLD[EventVerb(event.verb)]) for event in _events()],
    }
    return render(request, "registry/home.html", context)


def _events() -> QuerySet[Event]:
    """Return what last happened to variants."""
    return (
        Event.objects.select_related("plugin", "variant")
        .only("at", "verb", "plugin__type", "plugin__name", "plugin__label",
              "variant__name")
        .filter(variant__isnull=False)
        .fetch_mode(FETCH_RAISE)[:EVENTS_SHOWN]
    )  # fmt: skip


def _sources() -> QuerySet[Source]:
    """Return the sources of the first crawl, those with something to say first."""
    return (
        Source.objects.filter(Q(due_at__isnull=False) | ~Q(last_error=""))
        .only("kind", "address", "crawled_at", "failures", "last_error", "due_at",
              "leased_until")
        .order_by("kind", "-failures", "due_at", "address")[:SOURCES_SHOWN]
    )  # fmt: skip
