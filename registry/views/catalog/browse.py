"""Browse and search: the plugins of a type, or of all, narrowed by words and facets."""

from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from registry.models import Plugin
from registry.search.explaining import explain
from registry.search.finding import PER_PAGE, Found, Result, find
from registry.search.noticing import notices
from registry.search.query import Query
from registry.search.suggesting import suggest
from registry.views.catalog.lists import TYPES_SHOWN, cards, nearest
from registry.views.catalog.matching import Sight, sights
from registry.views.catalog.narrowing import Asked, chosen, groups, sorting
from registry.views.site import page
from registry.vocabulary import PluginType

SUGGESTED_S = 600
PAGE_DIGITS = 6


@page
def browse(request: HttpRequest, kind: PluginType | None = None) -> HttpResponse:
    """Show the plugins that meet the query, of `kind` if the path names one."""
    asked = Asked.of(request.GET, kind)
    query = asked.query
    # A page that is no number or past the end is an old link: the nearest is shown.
    found = find(
        query,
        now=timezone.now(),
        page=_page(request),
        order=asked.order,
        hides=asked.hides,
    )
    context = {
        **_address(request, asked),
        **_counted(asked, found),
        "words": query.wording,
        "notices": notices(query, found),
        "found": found,
        "is_explained": "explain" in request.GET,
        "page": _numbers(found),
        "results": _shown(query, found, is_explained="explain" in request.GET),
        "nearest": [] if found.total else nearest(query.wording),
        "eased": None if found.total else _eased(asked),
    }
    return render(request, "registry/browse.html", context)


def _address(request: HttpRequest, asked: Asked) -> dict[str, object]:
    """Return what was asked for, and the parameters of links that change a part of it."""
    typed = [PluginType(value) for value in asked.query.wanted("type")]
    kept = asked.kept(type=None if asked.kind else asked.ticked.get("type"))
    return {
        "asked": asked,
        "path": request.path,
        "kind": typed[0] if len(typed) == 1 else None,
        "is_narrowed": bool(asked.typed.terms or asked.ticked),
        "is_kept": any(asked.kept(type=None).values()),
        "kept": kept,
        "of_types": asked.kept(type=None),
        "with_hidden": kept | {"all": 1},
        "explained": kept | {"explain": 1},
        "without_hidden": kept | {"all": None},
        "chosen": list(chosen(asked)),
        "sorting": sorting(asked, kept),
    }


def _eased(asked: Asked) -> dict[str, object] | None:
    """Return what is found without the last filter; None for nothing. At most three queries."""
    if asked.eased is None:
        return None
    terms, rest = asked.eased
    found = find(rest.query, now=timezone.now(), per_page=1, hides=rest.hides)
    if not found.total:
        return None
    said = " ".join(map(str, terms))
    return {"without": said, "total": found.total, "parameters": rest.parameters}


def _counted(asked: Asked, found: Found) -> dict[str, object]:
    """Return the facets and the types with their counts."""
    types = {one: found.counts["type"].get(one, 0) for one in TYPES_SHOWN}
    return {
        "types": types,
        "everything": sum(types.values()),
        "groups": groups(asked, found),
    }


@require_safe
@cache_control(public=True, max_age=SUGGESTED_S)
def suggestions(request: HttpRequest) -> HttpResponse:
    """Answer plugins whose name or label begins like `q`, as JSON. One query."""
    found = suggest(request.GET.get("q", ""))
    said = [
        {
            "name": one.name,
            "label": one.label,
            "type": one.type,
            "href": reverse("plugin", args=[one.type, one.name]),
        }
        for one in found
    ]
    return JsonResponse({"suggestions": said})


def _page(request: HttpRequest) -> int:
    asked = request.GET.get("page", "")
    is_number = asked.isdecimal() and len(asked) <= PAGE_DIGITS
    return max(1, int(asked)) if is_number else 1


def _numbers(found: Found) -> Page[int]:
    """Return the page's numbers, as components/pages.html takes them."""
    return Paginator(range(found.total), PER_PAGE).get_page(found.page)


def _shown(
    query: Query, found: Found, *, is_explained: bool
) -> list[dict[str, object]]:
    """Return each result with its plugin's row, and the variant in which streams were seen.

    One query, and one more where streams or fields are asked for.
    """
    keys = [result.plugin for result in found.results]
    rows: dict[int, Plugin] = {
        row.pk: row for row in cards(Plugin.objects.filter(pk__in=keys))
    }
    seen = sights(found.results)
    return [
        {
            "plugin": rows[result.plugin],
            "seen": seen.get(result.plugin),
            "others": _others(rows[result.plugin], result, seen.get(result.plugin))
            if query.terms
            else [],
            "reasons": explain(query, result) if is_explained else [],
        }
        for result in found.results
        if result.plugin in rows
    ]


def _others(plugin: Plugin, result: Result, seen: Sight | None) -> list[str]:
    """Return the variants that match, where these are not simply all of them.

    Without the one of which is told what was seen of it.
    """
    names = [match.name for match in result.matches]
    if seen is not None:
        return [name for name in names if name != seen.variant.name]
    default = plugin.default_variant.name if plugin.default_variant else ""
    # An annotation of `cards`: no column of the model.
    count: int = getattr(plugin, "variant_count", 0)
    return [] if len(names) == count or names == [default] else names
