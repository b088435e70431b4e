"""All releases of a variant: where each runs, and what it changed."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse

from registry.catalog.differing import ByPython, by_version, order, successions
from registry.differences import Change, Facet, Impact
from registry.models import Release, Variant
from registry.views.releases.changes import pairs
from registry.views.releases.pace import pace
from registry.views.releases.tried import named, runs_of, variant_page
from registry.views.runs.trials import cell_of
from registry.views.site import page
from registry.views.variants.install import package_source
from registry.vocabulary import PluginType

PER_PAGE = 50
# What of a connector is counted, from one release to the next.
COUNTED = {Facet.SETTING: "settings", Facet.STREAM: "streams"}
SIGNS = {Change.ADDED: "+", Change.REMOVED: "−"}


@variant_page
def versions(request: HttpRequest, row: Variant) -> HttpResponse:
    """Show the releases of a variant, the newest first. Three queries."""
    tried = by_version(runs_of(row))
    pythons = sorted({one for runs in tried.values() for one in runs}, key=order)
    releases = list(row.releases.defer("artifacts"))
    # A page that is no number or past the end is an old link: the nearest is shown.
    shown = Paginator(releases, PER_PAGE).get_page(request.GET.get("page"))
    versions = {one.version for one in shown}
    since = [one for one in successions(tried) if one[1] in versions]
    deltas = {
        pair["newer"]: pair | {"delta": _delta(pair)} for pair in pairs(tried, since)
    }
    context = named(row) | {
        "source": package_source(row.pip_url),
        "pythons": pythons,
        "page": shown,
        "kept": {},
        "rows": [
            (one, _cells(one, tried, pythons), deltas.get(one.version)) for one in shown
        ],
        "tried": list(tried),
        "pace": pace(releases),
    }
    return render(request, "registry/versions.html", context)


@page
def choose(
    request: HttpRequest, kind: PluginType, name: str, variant_name: str
) -> HttpResponse:
    """Lead from the form of two versions to the page that compares them. No query."""
    older, newer = (request.GET.get(key, "") for key in ("from", "to"))
    of_variant = [kind, name, variant_name]
    try:
        place = reverse("compare-releases", args=[*of_variant, older, newer])
    except NoReverseMatch:
        # Nothing was chosen, or what no version can be called.
        place = reverse("versions", args=of_variant)
    return redirect(place)


def _cells(
    release: Release, tried: Mapping[str, ByPython], pythons: list[str]
) -> list[dict[str, Any] | None]:
    runs = tried.get(release.version, {})
    return [cell_of(runs[one]) if one in runs else None for one in pythons]


def _delta(pair: Mapping[str, Any]) -> dict[str, Any]:
    """Return how many settings and streams came and went, and how much of all breaks.

    What was only read from files is counted by itself: it may break.
    """
    found = [one for one, *_ in pair["differences"]]
    counts = Counter((one.facet, one.change) for one in found)
    breaking = Counter(one.is_read for one in found if one.impact is Impact.BREAKING)
    words = []
    for facet, noun in COUNTED.items():
        signed = [
            f"{sign}{counts[facet, change]}"
            for change, sign in SIGNS.items()
            if counts[facet, change]
        ]
        if signed:
            words.append(f"{noun} {' '.join(signed)}")
    return {
        "words": words,
        "breaking": breaking[False],
        "may_break": breaking[True],
        "count": len(found),
    }
