"""Two to four variants side by side."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Count, Max, Q
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render

from registry.models import Plugin, Statement, Stream, Variant
from registry.views.catalog.chips import chips
from registry.views.missing import not_found
from registry.views.plugins.comparing import groups
from registry.views.plugins.installed import installed_with
from registry.views.plugins.offered import Offered, Said, Streams
from registry.views.plugins.plugin import variants_of
from registry.views.plugins.table import different, markdown
from registry.views.site import page
from registry.views.variants import capabilities
from registry.views.variants.install import command
from registry.vocabulary import Origin, PluginType, is_name

MOST = 4
# Who names more has another page in mind.
NAMES_LIMIT = 40
# What a branch holds has no artifacts: they would not stay the same.
RELEASED = ~Q(releases__artifacts={})


@dataclass(frozen=True, slots=True)
class Named:
    """One variant as an address names it: `ada`, or `tap-x--ada` of another plugin."""

    plugin: str
    variant: str

    @classmethod
    def of(cls, text: str, plugin: str) -> "Named":
        """Return what a text names on the page of `plugin`."""
        other, dashes, variant = text.partition("--")
        return cls(other, variant) if dashes else cls(plugin, text)


@page
def compare(request: HttpRequest, kind: PluginType, name: str) -> HttpResponse:
    """Show variants side by side, or let them be picked. Seven queries at most."""
    found = Plugin.objects.filter(type=kind, name=name).first()
    if found is None:
        return not_found(request, name)
    named = [Named.of(text, name) for text in _asked(request.GET)]
    picked = _picked(kind, named[:MOST])
    context: dict[str, Any] = {
        "kind": kind,
        "plugin": found,
        "picked": picked,
        "missed": _missed(named[:MOST], picked),
        "left_out": [one.variant for one in named[MOST:]],
        "values": ",".join(_value(row, name) for row in picked),
    }
    if len(picked) < 2:
        return render(
            request, "registry/compare_pick.html", context | _choice(found, picked)
        )
    is_short = request.GET.get("differences") == "1"
    return render(request, "registry/compare.html",
                  context | _compared(found, picked, is_short=is_short))  # fmt: skip


def _asked(said: QueryDict) -> list[str]:
    """Return the names, each once, whether with commas or as several values."""
    parts = (part.strip() for value in said.getlist("v") for part in value.split(","))
    return list(dict.fromkeys(part for part in parts if part))[:NAMES_LIMIT]


def _picked(kind: PluginType, named: Sequence[Named]) -> list[Variant]:
    """Return the variants that are there, in the order in which they are named. One query."""
    fit = [one for one in named if is_name(one.plugin) and is_name(one.variant)]
    if not fit:
        return []
    wanted = reduce(or_, (Q(plugin__name=o.plugin, name=o.variant) for o in fit))
    rows = (
        Variant.objects.filter(wanted, plugin__type=kind)
        .select_related("plugin", "maintainer", "current_release")
        .defer("overrides", "findings", "current_release__artifacts")
        .annotate(
            release_count=Count("releases", filter=RELEASED),
            newest_at=Max("releases__released_at", filter=RELEASED),
        )
    )
    by_name = {Named(row.plugin.name, row.name): row for row in rows}
    return [by_name[one] for one in fit if one in by_name]


def _missed(named: Sequence[Named], picked: Sequence[Variant]) -> list[str]:
    there = {Named(row.plugin.name, row.name) for row in picked}
    return [one.variant for one in named if one not in there]


def _value(row: Variant, plugin: str) -> str:
    """Return how an address on the page of `plugin` names a variant."""
    own = row.plugin.name == plugin
    return row.name if own else f"{row.plugin.name}--{row.name}"


def _choice(plugin: Plugin, picked: Sequence[Variant]) -> dict[str, Any]:
    """Return the variants to pick from: ticked are those named, or default and most used."""
    rows = list(variants_of(plugin))
    living = [row.pk for row in rows if row.gone_at is None]
    first = [*(row.pk for row in picked), plugin.default_variant_id, *living]
    ticked = list(dict.fromkeys(first))[:2]
    return {"rows": [(row, row.pk in ticked, chips(plugin, row)) for row in rows]}


def _compared(
    plugin: Plugin, picked: Sequence[Variant], *, is_short: bool
) -> dict[str, Any]:
    """Return the table, and the same as Markdown. Four queries."""
    offered = Offered(_streams(picked), _said(picked))
    found = groups(picked, offered, installed_with(picked))
    shown = different(found) if is_short else found
    names = [_value(row, plugin.name) for row in picked]
    return {
        "columns": [
            (row, chips(row.plugin, row), command(row.plugin, row, is_named=True))
            for row in picked
        ],
        "groups": shown,
        "is_short": is_short,
        "hidden": sum(len(one.rows) for one in found) - sum(len(o.rows) for o in shown),
        "markdown": markdown(names, shown),
    }


def _said(variants: Sequence[Variant]) -> Said:
    """Return the capabilities of each variant, declared and observed. One query."""
    declared: dict[int, dict[str, Any]] = defaultdict(dict)
    observed: dict[int, Any] = {}
    rows = Statement.objects.filter(variant__in=variants, gone_at=None)
    for row in rows.only("variant_id", "origin", "definition"):
        if row.origin == Origin.PROBE:
            observed[row.variant_id] = row.definition
        else:
            declared[row.variant_id][str(row.pk)] = row.definition
    return {
        row.pk: capabilities.rows(declared[row.pk], observed.get(row.pk))
        for row in variants
    }


def _streams(variants: Sequence[Variant]) -> Streams:
    """Return the streams of each variant's current release. One query."""
    of_release = {row.current_release_id: row.pk for row in variants}
    found: dict[int, dict[str, Stream]] = defaultdict(dict)
    rows = Stream.objects.filter(release__in=[pk for pk in of_release if pk])
    for row in rows.only("release_id", "tap_stream_id", "replication_method", "basis"):
        found[of_release[row.release_id]][row.tap_stream_id] = row
    return found
