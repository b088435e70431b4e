"""A plugin's page: which variants there are, and which one is installed by default."""

from django.db.models import FETCH_RAISE, Count, F, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from registry.models import Plugin, Variant
from registry.views.chips import chips
from registry.views.install import meltano_add, package_source
from registry.views.missing import not_found
from registry.views.site import page
from registry.vocabulary import PluginType


@page
def plugin(request: HttpRequest, kind: PluginType, name: str) -> HttpResponse:
    """Show a plugin: its default variant's command, why it is that one, and all others."""
    found = Plugin.objects.filter(type=kind, name=name).first()
    if found is None:
        return not_found(request, name)
    variants = list(_variants(found))
    default = next((v for v in variants if v.pk == found.default_variant_id), None)
    if default is None:
        return not_found(request, name)
    context = {
        "kind": kind,
        "plugin": found,
        "default": default,
        "default_chips": chips(default),
        "command": meltano_add(found, None) if default.listed_at else "",
        "variants": [
            (row, chips(row), package_source(row.pip_url)) for row in variants
        ],
    }
    return render(request, "registry/plugin.html", context)


def _variants(plugin: Plugin) -> QuerySet[Variant]:
    """Return a plugin's variants with what the table shows: living first, most used first."""
    own = Q(settings__release__isnull=True)
    return (
        plugin.variants.select_related("maintainer", "current_release")
        .only("name", "description", "maintenance_status", "tried", "hidden", "gone_at",
              "listed_at", "pip_url", "counters", "plugin_id", "maintainer__label",
              "current_release__version", "current_release__released_at")
        .annotate(setting_count=Count("settings", filter=own))
        .order_by(
            F("gone_at").asc(nulls_first=True),
            F("counters__all_projects").desc(nulls_last=True),
            "name",
        )
        .fetch_mode(FETCH_RAISE)
    )  # fmt: skip
