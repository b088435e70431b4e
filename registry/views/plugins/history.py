"""All that happened to a plugin and its variants, the newest first."""

from django.core.paginator import Paginator
from django.db.models import FETCH_RAISE, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from registry.models import Event, Plugin
from registry.views.missing import not_found
from registry.views.plugins.events import told, why
from registry.views.site import page
from registry.vocabulary import PluginType

PER_PAGE = 50


@page
def history(request: HttpRequest, kind: PluginType, name: str) -> HttpResponse:
    """Show a plugin's events. Three queries."""
    found = Plugin.objects.filter(type=kind, name=name).first()
    if found is None:
        return not_found(request, name)
    # A page that is no number or past the end is an old link: the nearest is shown.
    events = Paginator(_events(found), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "kind": kind,
        "plugin": found,
        "page": events,
        "kept": {},
        "events": [(event, told(event), why(event)) for event in events],
    }
    return render(request, "registry/history.html", context)


def _events(plugin: Plugin) -> QuerySet[Event]:
    return (
        plugin.events.select_related("variant")
        .only("at", "verb", "data", "plugin_id", "variant__name")
        .fetch_mode(FETCH_RAISE)
    )
