"""A variant's page: decide, install, configure, and who says so."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from registry.catalog.rating import rated, speakers_of
from registry.documents import Address, index_path
from registry.facts import Finding
from registry.lint import is_held
from registry.maintenance import source_state
from registry.models import Release, Statement, Variant
from registry.views.capabilities import in_words
from registry.views.chips import detailed_chips
from registry.views.configuration import configuration
from registry.views.install import is_moving, package_name, package_source, ways
from registry.views.missing import not_found
from registry.views.site import page
from registry.views.trials import trials
from registry.vocabulary import Origin, PluginType

RELEASES_SHOWN = 20
SAYS = {
    Origin.DEFINITION: "Curated definition",
    Origin.PACKAGE: "Package metadata",
    Origin.REPOSITORY: "Repository, read without running it",
    Origin.PROBE: "Observed by a probe",
}


@page
def variant(
    request: HttpRequest, kind: PluginType, name: str, variant_name: str
) -> HttpResponse:
    """Show one variant: what sources say of it, and what runs in the sandbox showed."""
    row = (
        Variant.objects.select_related("plugin", "maintainer", "current_release")
        .filter(plugin__type=kind, plugin__name=name, name=variant_name)
        .first()
    )
    if row is None:
        return not_found(request, name)
    context = _context(row, kind) | _upkeep(row)
    return render(request, "registry/variant.html", context)


def _context(row: Variant, kind: PluginType) -> dict[str, Any]:
    """Return all the page shows. Four queries."""
    settings = list(row.settings.filter(release=None))
    is_default = row.plugin.default_variant_id == row.pk
    findings = [Finding.from_json(one) for one in row.findings]
    statements = [(one, SAYS[Origin(one.origin)]) for one in _statements(row)]
    return {
        "kind": kind,
        "plugin": row.plugin,
        "variant": row,
        "is_default": is_default,
        "chips": detailed_chips(row, settings, is_default=is_default),
        "ways": ways(row, settings),
        "source_words": package_source(row.pip_url),
        "is_moving": is_moving(row.pip_url),
        "configuration": configuration(row, settings),
        "capabilities": in_words(row.definition),
        "releases": _releases(row)[:RELEASES_SHOWN],
        "statements": statements,
        "origins": ", ".join(dict.fromkeys(said.lower() for _, said in statements)),
        "others": _others(row),
        "findings": findings,
        "is_held": is_held(findings),
        "about": _about(row, kind),
    }


def _upkeep(row: Variant) -> dict[str, Any]:
    """Return who looks after it, where its sources stand and what it ran on: 3 queries."""
    now = timezone.now()
    speakers = sorted(speakers_of([row])[row.pk], key=lambda one: one.kind)
    states = [
        (one, source_state(
            gone_at=one.gone_at, moved_to=one.moved_to, looked_at=one.looked_at
        ))
        for one in speakers
    ]  # fmt: skip
    return {
        "maintenance": rated(speakers, now=now),
        "trials": trials(row, speakers),
        "states": [(one, state) for one, state in states if state is not None],
    }


def _releases(row: Variant) -> QuerySet[Release]:
    return row.releases.defer("artifacts")


def _statements(row: Variant) -> QuerySet[Statement]:
    """Return what speaks of a variant, without what exactly it says."""
    return row.statements.select_related("source", "snapshot").only(
        "origin", "is_default", "gone_at", "variant_id", "source__address",
        "source__kind", "snapshot__taken_at", "snapshot__revision",
    )  # fmt: skip


def _others(row: Variant) -> QuerySet[Variant]:
    """Return the plugin's other variants, by name."""
    return row.plugin.variants.exclude(pk=row.pk).only("name", "gone_at")


def _about(row: Variant, kind: PluginType) -> dict[str, str]:
    address = Address(type=kind, name=row.plugin.name, variant=row.name)
    release = row.current_release
    return {
        "package": package_name(row.pip_url),
        "licence": release.license if release else "",
        "document": f"/{address.path}" if row.listed_at else "",
        "index": f"/{index_path(kind)}",
    }
