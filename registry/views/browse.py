"""Browse and search: the plugins of a type, or of all, narrowed by words and facets."""

from collections.abc import Sequence

from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from registry.models import Plugin
from registry.search.explaining import explain
from registry.search.facets import FACETS, UNKNOWN
from registry.search.finding import PER_PAGE, Found, find
from registry.search.query import QUERY_LIMIT, Query
from registry.search.suggesting import suggest
from registry.views.lists import TYPES_SHOWN, cards, nearest
from registry.views.narrowing import Asked, chosen, groups, said_of
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
    found = find(query, now=timezone.now(), page=_page(request))
    types = {one: found.counts["type"].get(one, 0) for one in TYPES_SHOWN}
    typed = [PluginType(value) for value in query.wanted("type")]
    context = {
        "is_narrowed": bool(asked.typed.terms or asked.ticked),
        "kind": typed[0] if len(typed) == 1 else None,
        "asked": asked,
        "path": request.path,
        "query": query,
        "query_limit": QUERY_LIMIT,
        "words": query.wording,
        "types": types,
        "everything": sum(types.values()),
        "kept": asked.kept(type=None if asked.kind else asked.ticked.get("type")),
        "of_types": asked.kept(type=None),
        "chosen": list(chosen(asked)),
        "groups": groups(asked, found.counts),
        "notices": [*asked.typed.notices, *_unknown(query, found)],
        "found": found,
        "page": _numbers(found),
        "results": _shown(query, found, is_explained="explain" in request.GET),
        "nearest": [] if found.total else nearest(query.wording),
    }
    return render(request, "registry/browse.html", context)


@require_safe
@cache_control(public=True, max_age=SUGGESTED_S)
def suggestions(request: HttpRequest) -> HttpResponse:
    """Answer plugins whose name or label begins like `q`, as JSON. One query."""
    found = suggest(request.GET.get("q", ""))
    said = [{"name": s.name, "label": s.label, "type": s.type} for s in found]
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
    """Return each result with its plugin's row. One query."""
    keys = [result.plugin for result in found.results]
    rows: dict[int, Plugin] = {
        row.pk: row for row in cards(Plugin.objects.filter(pk__in=keys))
    }
    return [
        {
            "plugin": rows[result.plugin],
            "others": _others(
                rows[result.plugin], [one.name for one in result.matches]
            ),
            "reasons": explain(query, result) if is_explained else [],
        }
        for result in found.results
        if result.plugin in rows
    ]


def _others(plugin: Plugin, names: Sequence[str]) -> list[str]:
    """Return the variants that match, where these are not simply all of them."""
    default = plugin.default_variant.name if plugin.default_variant else ""
    # An annotation of `cards`: no column of the model.
    count: int = getattr(plugin, "variant_count", 0)
    is_all = len(names) == count
    return [] if is_all or list(names) == [default] else list(names)


def _unknown(query: Query, found: Found) -> list[str]:
    """Return what a filter could not judge: how many plugins nobody knows that of."""
    said = []
    for key, facet in FACETS.items():
        count = found.counts.get(key, {}).get(UNKNOWN, 0)
        wanted = query.wanted(key)
        if UNKNOWN in facet.values and wanted and UNKNOWN not in wanted and count:
            words = said_of(facet, UNKNOWN).lower()
            said.append(f"{facet.title}: {words} of {count} more that meet the rest.")
    if any(term.key == "is" and term.text == "verified" for term in query.terms):
        said.append("Nobody's claim to a connector has been verified yet.")
    return said
