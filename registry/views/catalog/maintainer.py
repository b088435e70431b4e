"""A maintainer's page: which connectors carry the name, and how each of them stands."""

from http import HTTPStatus
from typing import Any

from django.core.paginator import Paginator
from django.db.models import FETCH_RAISE, Count, F, Min, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers

from registry.models import Maintainer, Variant
from registry.views.catalog.chips import chips
from registry.views.site import page
from registry.vocabulary import NAME_LIMIT, PluginType

PER_PAGE = 50
NEAREST_SHOWN = 5
# Shorter beginnings are shared by too many names to help anyone.
BEGINNING = 3


@page
def maintainer(request: HttpRequest, name: str) -> HttpResponse:
    """Show a maintainer's connectors: living first, then the most used. Four queries."""
    found = Maintainer.objects.filter(name=name).first()
    if found is None:
        return unknown_maintainer(request, name)
    types = found.variants.order_by().values_list("plugin__type")
    counts = types.annotate(count=Count("pk"), seen_at=Min("seen_at"))
    of_type = {PluginType(kind): (count, at) for kind, count, at in counts}
    shown = Paginator(_variants(found), PER_PAGE).get_page(request.GET.get("page"))
    context: dict[str, Any] = {
        "maintainer": found,
        "counts": [(kind, of_type[kind][0]) for kind in PluginType if kind in of_type],
        "seen_at": min((at for _, at in of_type.values()), default=None),
        "page": shown,
        "kept": {},
        "variants": [(row, chips(row.plugin, row)) for row in shown.object_list],
    }
    return render(request, "registry/maintainer.html", context)


def _variants(maintainer: Maintainer) -> QuerySet[Variant]:
    return (
        maintainer.variants.select_related("plugin", "current_release")
        .only("name", "label", "maintenance_status", "maintenance", "tried", "hidden",
              "gone_at", "withheld_at", "counters", "plugin__type", "plugin__name",
              "current_release__version", "current_release__released_at")
        .order_by(
            F("gone_at").asc(nulls_first=True),
            F("counters__all_projects").desc(nulls_last=True),
            "plugin__name",
            "plugin__type",
            "name",
        )
        .fetch_mode(FETCH_RAISE)
    )  # fmt: skip


def unknown_maintainer(request: HttpRequest, name: str) -> HttpResponse:
    """Answer 404 with maintainers whose name or label is like the one asked for."""
    asked = name[:NAME_LIMIT]
    begin = asked[:BEGINNING]
    near = (
        Q(name__icontains=asked)
        | Q(label__icontains=asked)
        | Q(name__istartswith=begin)
        | Q(label__istartswith=begin)
    )
    nearest = Maintainer.objects.filter(near, variants__isnull=False).distinct()
    context = {"nearest": nearest[:NEAREST_SHOWN]}
    template = "registry/maintainer_unknown.html"
    answer = render(request, template, context, status=HTTPStatus.NOT_FOUND)
    # A feed, which everyone may keep, answers with it as well.
    patch_vary_headers(answer, ["Cookie"])
    return answer
