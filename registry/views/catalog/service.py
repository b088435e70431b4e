"""One service's page: all that reads from it and writes to it, whoever wrote that."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.urls import reverse

from registry.models import Plugin, Variant
from registry.services import label_of, service_named
from registry.views.catalog.lists import cards
from registry.views.missing import not_found
from registry.views.site import page
from registry.vocabulary import PluginType

PER_PAGE = 30
DOES = {PluginType.EXTRACTORS: "read from", PluginType.LOADERS: "write to"}


@page
def service(request: HttpRequest, name: str) -> HttpResponse:
    """Show the plugins of a service; another of its names leads to it. Three queries."""
    word = service_named(name)
    plugins = cards(Plugin.objects.filter(service=word))
    shown = Paginator(plugins, PER_PAGE).get_page(request.GET.get("page"))
    found = list(shown.object_list)
    if not found:
        return not_found(request, name)
    if word != name:
        return HttpResponsePermanentRedirect(reverse("service", args=[word]))
    context: dict[str, Any] = {
        "service": word,
        "label": label_of(plugin.label for plugin in found) or word,
        "logo_of": next(filter(_has_logo, found), found[0]).default_variant,
        "page": shown,
        "kept": {},
        "plugins": found,
        "variant_count": Variant.objects.filter(plugin__service=word).count(),
        "groups": [
            (kind, does, [plugin for plugin in found if plugin.type == kind])
            for kind, does in DOES.items()
        ],
    }
    return render(request, "registry/service.html", context)


def _has_logo(plugin: Plugin) -> bool:
    return (
        plugin.default_variant is not None and plugin.default_variant.logo_digest != ""
    )
