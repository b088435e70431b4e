"""A variant's README: on its page as far as there is room, and on one of its own."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from registry.models import Readme, Variant
from registry.readmes.parts import opening
from registry.views.missing import not_found
from registry.views.site import page
from registry.vocabulary import PluginType

# Some 6 KB as it is sent: the variant's page has other things to say.
OPENING_LIMIT = 16_000


@dataclass(frozen=True, slots=True)
class Shown:
    """What of a README a page shows: HTML that was cleaned when it was recorded."""

    html: str
    source_id: int
    is_cut: bool = False


def readme_shown(variant: Variant) -> Shown | None:
    """Return the opening of a variant's README; None where it has none or an empty one.

    No query where the variant came with its README.
    """
    row = getattr(variant, "readme", None)
    if row is None or not row.html.strip():
        return None
    html = opening(row.html, OPENING_LIMIT)
    return Shown(html, row.source_id, is_cut=len(html) < len(row.html))


@page
def readme(
    request: HttpRequest, kind: PluginType, name: str, variant_name: str
) -> HttpResponse:
    """Show the whole README of a variant. One query."""
    row = (
        Readme.objects.select_related("variant__plugin")
        .filter(
            variant__plugin__type=kind,
            variant__plugin__name=name,
            variant__name=variant_name,
        )
        .first()
    )
    if row is None or not row.html.strip():
        return not_found(request, name)
    context = {
        "kind": kind,
        "plugin": row.variant.plugin,
        "variant": row.variant,
        "readme": Shown(row.html, row.source_id),
    }
    return render(request, "registry/readme.html", context)
