"""A plugin's page: which variants there are, and which one is installed by default."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db.models import FETCH_RAISE, F, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.dateformat import format as format_date

from registry.catalog.choosing import candidates
from registry.catalog.weighing import weighed
from registry.defaults import ranked, told_apart
from registry.models import Event, Plugin, ProbeRun, Statement, Stream, Variant
from registry.views.catalog.chips import DATE, chips, tried_on
from registry.views.catalog.lists import cards
from registry.views.missing import not_found
from registry.views.plugins.apart import Offer, apart
from registry.views.plugins.nowhere import (
    answers_of,
    failures,
    runs_instead,
    runs_nowhere,
)
from registry.views.plugins.shares import shares
from registry.views.releases.tried import sources_tried
from registry.views.site import page
from registry.views.variants.install import command, package_source
from registry.vocabulary import EventVerb, PluginType

OTHERS_SHOWN = 8


@page
def plugin(request: HttpRequest, kind: PluginType, name: str) -> HttpResponse:
    """Show a plugin: its default variant's command, why it is that one, and all others."""
    found = Plugin.objects.filter(type=kind, name=name).first()
    if found is None:
        return not_found(request, name)
    variants = list(variants_of(found))
    default = next((v for v in variants if v.pk == found.default_variant_id), None)
    if default is None:
        return not_found(request, name)
    living = [row for row in variants if row.gone_at is None]
    rows, others = _rows(found, living), _others(found)
    context = {
        "kind": kind,
        "plugin": found,
        "default": default,
        "default_chips": chips(found, default),
        "command": command(found, default, is_named=False),
        "default_row": next((row for row in rows if row["variant"] == default), None),
        "instead": _instead(found, default, living),
        "rows": rows,
        "shares": shares(living),
        "gone": [row for row in variants if row.gone_at is not None],
        "others": others,
    }
    is_nowhere = runs_nowhere(living)
    context |= _nowhere(living, others) if is_nowhere else _why(found, variants)
    return render(request, "registry/plugin.html", context)


def variants_of(plugin: Plugin) -> QuerySet[Variant]:
    """Return a plugin's variants with what tables show: living first, most used first."""
    return (
        plugin.variants.select_related("maintainer", "current_release")
        .defer("overrides", "findings", "current_release__artifacts")
        .order_by(
            F("gone_at").asc(nulls_first=True),
            F("counters__all_projects").desc(nulls_last=True),
            "name",
        )
        .fetch_mode(FETCH_RAISE)
    )


def streams_of(variants: Iterable[Variant]) -> dict[int, list[str]]:
    """Return the streams of the variants' current releases, by variant. One query."""
    of_release = {row.current_release_id: row.pk for row in variants}
    found: dict[int, list[str]] = {pk: [] for pk in of_release.values()}
    rows = Stream.objects.filter(release__in=[pk for pk in of_release if pk])
    for release_id, name in rows.values_list("release_id", "tap_stream_id"):
        found[of_release[release_id]].append(name)
    return found


def _instead(
    plugin: Plugin, default: Variant, living: Sequence[Variant]
) -> dict[str, Any] | None:
    """Return the most used variant that runs where the default fails, with its command."""
    row = runs_instead(default, living)
    if row is None:
        return None
    return {
        "variant": row,
        "pythons": tried_on(row.tried, "yes"),
        "command": command(plugin, row, is_named=True),
    }


def _rows(plugin: Plugin, living: Sequence[Variant]) -> list[dict[str, Any]]:
    """Return the table of variants. One query."""
    streams = streams_of(living)
    offers = [
        Offer.of(row.name, row.definition, streams.get(row.pk, ())) for row in living
    ]
    differences = apart(offers)
    return [
        {
            "variant": row,
            "chips": chips(plugin, row),
            "streams": len(offer.streams),
            "settings": len(offer.settings),
            "source": package_source(row.pip_url),
            "apart": differences[row.name],
        }
        for row, offer in zip(living, offers, strict=True)
    ]


def _others(plugin: Plugin) -> list[Plugin]:
    """Return other plugins for the same service. One query, none where it is not known."""
    if not plugin.service:
        return []
    rows = Plugin.objects.filter(service=plugin.service).exclude(pk=plugin.pk)
    return list(cards(rows)[:OTHERS_SHOWN])


def _why(plugin: Plugin, variants: Sequence[Variant]) -> dict[str, Any]:
    """Return how the rule chose the default, and when that last moved. Two queries."""
    moves = Event.objects.filter(plugin=plugin, verb=EventVerb.DEFAULT_MOVED)
    return {"rule": _rule(plugin, variants), "moved": moves.first()}


def _rule(plugin: Plugin, variants: Sequence[Variant]) -> dict[str, Any]:
    """Return what each criterion says; nothing while the row is older than its sources."""
    naming = Statement.objects.filter(variant__plugin=plugin, is_default=True)
    releases = {row.pk: row.current_release for row in variants}
    found = candidates(variants, weighed(naming.defer("definition")), releases)
    names = {row.pk: row.name for row in variants}
    if ranked(found)[0].name != names.get(plugin.default_variant_id or 0):
        return {}
    runner_up, answers = told_apart(found)
    rows = [(one, _fact(one.default), _fact(one.runner_up)) for one in answers]
    return {"runner_up": runner_up, "rows": rows} if rows else {}


def _fact(said: bool | datetime | str | None) -> str:
    """Return what a criterion says of a candidate, in words."""
    match said:
        case None:
            return "not known"
        case bool():
            return "Yes" if said else "No"
        case datetime():
            return str(format_date(said, DATE))
    return said


def _nowhere(living: Sequence[Variant], others: Sequence[Plugin]) -> dict[str, Any]:
    """Return why no variant runs, and what comes nearest. Two queries."""
    sources = [(variant, source.pk) for variant, source in sources_tried(living)]
    runs = ProbeRun.objects.filter(source__in={pk for _, pk in sources})
    alternatives = [
        row
        for row in others
        if (variant := row.default_variant) is not None
        and not variant.is_deprecated
        and "yes" in answers_of(variant).values()
    ]
    return {
        "failures": failures(living, sources, runs.newest().defer("surface")),
        "alternatives": alternatives,
    }
