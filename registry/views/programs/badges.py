"""Badges of a variant: the pictures, and the page from which a README gets them."""

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from registry.models import Variant
from registry.views.brand.logo import ALONE
from registry.views.missing import not_found
from registry.views.programs.badge import FACTS, Badge, badge_of
from registry.views.releases.naming import by
from registry.views.releases.tried import variant_at
from registry.views.site import page
from registry.vocabulary import PluginType

# Forges keep pictures as long as they are told to, and a release is news for an hour.
HOUR_S = 3600
# What each badge is of, as its `alt`: that has to be true whatever the picture says.
OF = {
    "python": "where its current release was seen to run",
    "release": "its current release",
}
MARKUP = {
    "Markdown": "[![{alt}]({picture})]({page})",
    "reStructuredText": ".. image:: {picture}\n   :target: {page}\n   :alt: {alt}",
    "HTML": '<a href="{page}"><img src="{picture}" alt="{alt}" height="20"></a>',
}


@require_safe
@cache_control(public=True, max_age=HOUR_S)
def badge(
    request: HttpRequest, kind: PluginType, name: str, variant_name: str, fact: str
) -> HttpResponse:
    """Answer one fact of a variant as a picture. One query."""
    row = variant_at(kind, name, variant_name) if fact in FACTS else None
    if row is None:
        return not_found(request, name)
    context = {"badge": badge_of(row, fact)}
    answer = render(request, "registry/badge.svg", context, "image/svg+xml")
    answer["Content-Security-Policy"] = ALONE
    return answer


@dataclass(frozen=True, slots=True)
class Shown:
    """A badge with its address, and what to write into a README, by the markup's name."""

    fact: str
    of: str
    badge: Badge
    address: str
    snippets: list[tuple[str, str]]


@page
def badges(
    request: HttpRequest, kind: PluginType, name: str, variant_name: str
) -> HttpResponse:
    """Show a variant's badges and what to copy. Two queries."""
    row = variant_at(kind, name, variant_name)
    if row is None:
        return not_found(request, name)
    context = {
        "kind": kind,
        "plugin": row.plugin,
        "variant": row,
        "badges": [_shown(row, fact) for fact in FACTS],
    }
    return render(request, "registry/badges.html", context)


def _shown(row: Variant, fact: str) -> Shown:
    names = (row.plugin.type, row.plugin.name, row.name)
    address = reverse("badge", args=[*names, fact])
    said = {
        "alt": f"{row.plugin.name} {by(row.name)}: {OF[fact]}",
        "picture": settings.PUBLIC_URL + address,
        "page": settings.PUBLIC_URL + reverse("variant", args=names),
    }
    return Shown(
        fact=fact,
        of=OF[fact],
        badge=badge_of(row, fact),
        address=address,
        snippets=[(name, text.format(**said)) for name, text in MARKUP.items()],
    )
