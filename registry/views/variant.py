"""A variant's page: decide, install, configure, and who says so."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from registry.catalog.rating import SPEAKERS, rated
from registry.documents import Address, index_path
from registry.facts import Finding
from registry.lint import is_held
from registry.maintenance import source_state
from registry.models import Release, Source, Statement, Variant
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
        Variant.objects.select_related(
            "plugin", "maintainer", "current_release", "package", "repository"
        )
        .filter(plugin__type=kind, plugin__name=name, name=variant_name)
        .first()
    )
    if row is None:
        return not_found(request, name)
    statements = list(_statements(row))
    context = _context(row, kind, statements) | _upkeep(row, statements)
    return render(request, "registry/variant.html", context)


def _context(
    row: Variant, kind: PluginType, statements: list[Statement]
) -> dict[str, Any]:
    """Return what the page shows of the variant itself. Three queries."""
    settings = list(row.settings.filter(release=None))
    is_default = row.plugin.default_variant_id == row.pk
    findings = [Finding.from_json(one) for one in row.findings]
    declared = [one for one in statements if one.origin != Origin.PROBE]
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
        "statements": [(one, SAYS[Origin(one.origin)]) for one in statements],
        "origins": ", ".join(
            dict.fromkeys(SAYS[Origin(one.origin)].lower() for one in declared)
        ),
        "observed": _observed(statements),
        "others": _others(row),
        "findings": findings,
        "is_held": is_held(findings),
        "about": _about(row, kind),
    }


def _upkeep(row: Variant, statements: list[Statement]) -> dict[str, Any]:
    """Return who looks after it, where its sources stand and what it ran on. One query."""
    speakers = _speakers(row, statements)
    states = [
        (one, source_state(
            gone_at=one.gone_at, moved_to=one.moved_to, looked_at=one.looked_at
        ))
        for one in speakers
    ]  # fmt: skip
    return {
        "maintenance": rated(speakers, now=timezone.now()),
        "trials": trials(row, speakers),
        "states": [(one, state) for one, state in states if state is not None],
    }


def _speakers(row: Variant, statements: list[Statement]) -> list[Source]:
    """Return the variant's package and repository, as `catalog.rating` counts them."""
    found = [row.package, row.repository]
    found += [
        one.source
        for one in statements
        if one.source.kind in SPEAKERS and (one.gone_at is None or row.gone_at)
    ]
    by_key = {one.pk: one for one in found if one is not None}
    return sorted(by_key.values(), key=lambda one: one.kind)


def _observed(statements: list[Statement]) -> dict[str, Any]:
    """Return which keys of the definition a run showed, and at which revision."""
    for one in statements:
        if one.origin == Origin.PROBE and one.gone_at is None:
            _, version, python = one.snapshot.subject.split("/")
            return {"keys": set(one.definition), "version": version, "python": python}
    return {}


def _releases(row: Variant) -> QuerySet[Release]:
    return row.releases.defer("artifacts")


def _statements(row: Variant) -> QuerySet[Statement]:
    """Return what speaks of a variant, with who does."""
    return row.statements.select_related("source", "snapshot").defer(
        "snapshot__evidence", "snapshot__findings", "source__validators",
        "source__findings",
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
