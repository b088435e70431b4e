"""Search results as JSON: what a list shows of a plugin, and where the rest of it stands.

Nothing is left out for being unknown: a key is always there, and null says that nobody knows.
"""

from collections.abc import Mapping
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse

from registry.catalog.adding import meltano_add
from registry.documents import Address
from registry.facts import Json
from registry.models import Plugin, Release, Variant
from registry.search.explaining import explain
from registry.search.finding import Found, Match, Result
from registry.search.query import Query
from registry.search.sighting import Sighting
from registry.tried import Basis
from registry.vocabulary import PluginType

FIELDS = (
    "name", "label", "maintenance", "tried", "hidden", "gone_at", "withheld_at",
    "listed_at", "counters", "maintainer__name", "current_release__version",
    "current_release__released_at", "plugin__type", "plugin__name", "plugin__label",
    "plugin__description", "plugin__service", "plugin__default_variant",
)  # fmt: skip

type Variants = Mapping[str, Variant]


def results(query: Query, found: Found, *, is_explained: bool) -> list[Json]:
    """Return the results of a page. One query; none where nothing is found."""
    rows = _variants_of(found)
    return [
        plugin_result(query, result, rows[result.plugin], is_explained=is_explained)
        for result in found.results
        if result.plugin in rows
    ]


def plugin_result(
    query: Query, result: Result, rows: Variants, *, is_explained: bool
) -> Json:
    """Return one plugin; `rows` are all its variants by name."""
    plugin = next(iter(rows.values())).plugin
    default = next(
        (r for r in rows.values() if r.pk == plugin.default_variant_id), None
    )
    said: Json = {
        "type": plugin.type,
        "name": plugin.name,
        "label": plugin.label,
        "description": plugin.description,
        "service": plugin.service or None,
        "page": absolute("plugin", plugin.type, plugin.name),
        "projects": default.counters.get("all_projects") if default else None,
        "default_variant": default.name if default else None,
        "variant_count": len(rows),
        "variants": [
            _variant(plugin, rows[match.name], match)
            for match in result.matches
            if match.name in rows
        ],
    }
    if is_explained:
        said["reasons"] = [
            {"subject": subject, "reason": reason}
            for subject, reason in explain(query, result)
        ]
    return said


def absolute(name: str, *arguments: str) -> str:
    """Return the public address of one of the site's pages."""
    return f"{settings.PUBLIC_URL}{reverse(name, args=arguments)}"


def _variants_of(found: Found) -> dict[int, dict[str, Variant]]:
    """Return all variants of the plugins on a page, by plugin and name. One query."""
    keys = [result.plugin for result in found.results]
    rows = (
        Variant.objects.filter(plugin__in=keys)
        .select_related("plugin", "maintainer", "current_release")
        .only(*FIELDS)
    )
    by_plugin: dict[int, dict[str, Variant]] = {}
    for row in rows:
        by_plugin.setdefault(row.plugin_id, {})[row.name] = row
    return by_plugin


def _variant(plugin: Plugin, row: Variant, match: Match) -> Json:
    """Return a variant that matches; without a document there is nothing to install."""
    address = Address(type=PluginType(plugin.type), name=plugin.name, variant=row.name)
    is_offered = row.listed_at is not None and row.withheld_at is None
    return {
        "name": row.name,
        "maintainer": row.maintainer.name,
        "is_default": match.is_default,
        "page": f"{settings.PUBLIC_URL}/{address.page}",
        "definition": f"{settings.PUBLIC_URL}/{address.path}"
        if row.listed_at
        else None,
        "install": meltano_add(plugin, row) if is_offered else None,
        "release": _release(row.current_release),
        "pythons": row.tried.get("pythons") or None,
        "maintenance": row.maintenance or None,
        "deprecated": row.is_deprecated,
        "hidden": row.hidden,
        "seen": [_sighting(address, seen) for seen in match.seen],
    }


def _release(release: Release | None) -> Json | None:
    """Return what an install takes; what a branch holds has no version, but a date."""
    if release is None:
        return None
    return {
        "version": release.version if release.is_numbered else None,
        "shown": release.shown,
        "released_at": release.released_at and release.released_at.isoformat(),
    }


def _sighting(address: Address, seen: Sighting) -> Json:
    """Return a stream that was asked for, or has fields that were."""
    chosen = urlencode({"stream": seen.stream})
    return {
        "stream": seen.stream,
        "fields": list(seen.fields),
        "release": seen.release,
        "basis": Basis.STATIC.value if seen.is_read else Basis.OBSERVED.value,
        "page": f"{settings.PUBLIC_URL}/{address.page}/streams?{chosen}",
    }
