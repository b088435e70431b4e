"""The feeds and badges that there are, and what each tells."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from registry.views.plugins.events import TOLD
from registry.views.programs.feeds import SHOWN
from registry.views.site import page
from registry.vocabulary import PluginType


@page
def feeds(request: HttpRequest) -> HttpResponse:
    """List the feeds by what they are of. No query but the footer's."""
    context = {"types": list(PluginType), "told": TOLD.items(), "shown": SHOWN}
    return render(request, "registry/feeds.html", context)
