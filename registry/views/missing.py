"""The page for addresses that nothing stands at: it says so, and names what is near."""

import re
from http import HTTPStatus

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.utils.cache import patch_vary_headers

from registry.models import Plugin, Variant
from registry.views.catalog.lists import nearest
from registry.views.converters import NameConverter
from registry.vocabulary import PluginType

# What the upstream hub called its two lists once. It leads their addresses, and short
# names, to where plugins stand now. Source: meltano/hub static/_redirects.
LISTS = {"taps": PluginType.EXTRACTORS, "targets": PluginType.LOADERS}
PREFIXES = {PluginType.EXTRACTORS: "tap-", PluginType.LOADERS: "target-"}
# What it had to read, and where the like stands. Source: meltano/hub src/pages.
READ = {
    "singer": "/guide",
    "singer/spec": "/guide",
    "singer/docs": "/guide",
    "singer/api": "/docs/api",
    "add-a-tap": "/docs/maintainers",
    "tap-target-maintenance": "/docs/maintainers",
}
NAME = NameConverter.regex
LISTED = re.compile(rf"(?:singer/)?(taps|targets)(?:/({NAME}(?:--{NAME})?))?")
BELOW = "(?:/feed|/changes|/compare|/history|/versions)"
SHORT = re.compile(rf"/(extractors|loaders)/({NAME})((?:--{NAME})?{BELOW}?)")
OF_VARIANT = re.compile(rf"/({'|'.join(PluginType)})/({NAME})--[^/]+(?:/.*)?")
SIBLINGS_SHOWN = 20


def missing(request: HttpRequest, address: str) -> HttpResponse:
    """Lead an upstream address, or one with a trailing slash, on; else say it is unknown."""
    # Stripped on both sides: `//host/` would otherwise lead to another site.
    bare = address.strip("/")
    if place := _listed(bare):
        return _lead(request, place)
    if address.endswith("/"):
        return _lead(request, f"/{bare}")
    return not_found(request, address)


def not_found(request: HttpRequest, wanted: str) -> HttpResponse:
    """Lead a short name on, or answer 404 with the plugins nearest to what was wanted.

    Two queries, and one more for an extractor or a loader without its prefix or for a
    variant's address: it names those that the plugin has. Never 410: nothing that had a
    page is taken away, what is gone says so on its own.
    """
    if place := _prefixed(request.path):
        return _lead(request, place)
    context = {"nearest": nearest(wanted), "siblings": _siblings(request.path)}
    answer = render(request, "404.html", context, status=HTTPStatus.NOT_FOUND)
    # Answers for programs are kept by anyone, and this is a page: it has a reader's choices.
    patch_vary_headers(answer, ["Cookie"])
    return answer


def _lead(request: HttpRequest, place: str) -> HttpResponse:
    query = request.META.get("QUERY_STRING")
    return HttpResponsePermanentRedirect(f"{place}?{query}" if query else place)


def _listed(address: str) -> str:
    """Return where `taps/x` or `singer/spec` stands now, or nothing for other addresses."""
    found = LISTED.fullmatch(address)
    if found is None:
        return READ.get(address, "")
    kind, name = LISTS[found[1]], found[2]
    prefix = PREFIXES[kind]
    return f"/{kind}/{prefix}{name.removeprefix(prefix)}" if name else f"/{kind}"


def _siblings(path: str) -> QuerySet[Variant] | list[Variant]:
    """Return the variants that the plugin of an unknown variant has."""
    found = OF_VARIANT.fullmatch(path)
    if found is None:
        return []
    rows = Variant.objects.filter(plugin__type=found[1], plugin__name=found[2])
    return rows.select_related("plugin").only(
        "name", "gone_at", "plugin__type", "plugin__name"
    )[:SIBLINGS_SHOWN]


def _prefixed(path: str) -> str:
    """Return where `/extractors/x` stands if there is a tap-x, or nothing."""
    found = SHORT.fullmatch(path)
    if found is None:
        return ""
    kind, name = PluginType(found[1]), PREFIXES[PluginType(found[1])] + found[2]
    if found[2].startswith(PREFIXES[kind]):
        return ""
    is_there = Plugin.objects.filter(type=kind, name=name).exists()
    return f"/{kind}/{name}{found[3]}" if is_there else ""
