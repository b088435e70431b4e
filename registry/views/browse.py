"""Browse and search: the plugins of a type, or of all, narrowed by what was typed."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from registry.views.lists import (
    TYPES_SHOWN,
    cards,
    matching,
    nearest,
    rank_for,
    type_counts,
)
from registry.views.site import page
from registry.vocabulary import PluginType

PER_PAGE = 20
QUERY_LIMIT = 100


@page
def browse(request: HttpRequest, kind: PluginType | None = None) -> HttpResponse:
    """Show the plugins of `kind` (or of the type in the query, or all) with `q` in them."""
    words = _words(request)
    asked = kind or _type(request)
    found = matching(words)
    rows = found.filter(type=asked) if asked else found
    # A page that is no number or past the end is an old link: the nearest is shown.
    pages = Paginator(cards(rows, rank=rank_for(words)), PER_PAGE)
    shown = pages.get_page(request.GET.get("page"))
    counts = type_counts(found)
    context = {
        "kind": asked,
        "words": words,
        "types": counts,
        "everything": sum(counts.values()),
        "page": shown,
        "nearest": [] if pages.count else nearest(words),
        "asked": {"q": words},
        "kept": {"q": words or None, "type": None if kind else asked},
    }
    return render(request, "registry/browse.html", context)


def _words(request: HttpRequest) -> str:
    """Return what was typed; PostgreSQL takes no NUL in text."""
    typed = request.GET.get("q", "").replace("\x00", " ")
    return " ".join(typed.split())[:QUERY_LIMIT].strip()


def _type(request: HttpRequest) -> PluginType | None:
    asked = request.GET.get("type", "")
    return PluginType(asked) if asked in TYPES_SHOWN else None
