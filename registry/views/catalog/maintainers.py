"""All maintainers, those of most connectors first."""

from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from registry.models import Maintainer
from registry.views.site import page

PER_PAGE = 120


@page
def maintainers(request: HttpRequest) -> HttpResponse:
    """List who looks after variants, and of how many. Two queries."""
    rows = Maintainer.objects.annotate(variant_count=Count("variants"))
    looking_after = rows.filter(variant_count__gt=0).order_by("-variant_count", "name")
    shown = Paginator(looking_after, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "registry/maintainers.html", {"page": shown, "kept": {}})
