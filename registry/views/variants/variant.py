"""A variant's page: decide, install, configure, and who says so."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, OuterRef, QuerySet, Window
from django.db.models.functions import JSONObject
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from registry.catalog.rating import SPEAKERS, rated
from registry.documents import Address, index_path
from registry.facts import Finding, Json
from registry.lint import is_held
from registry.maintenance import source_state
from registry.models import ProbeRun, Release, Source, Statement, Variant
from registry.tried import Answer, Question
from registry.views.missing import not_found
from registry.views.releases.naming import called
from registry.views.releases.tried import commit_tried
from registry.views.runs import conforming
from registry.views.runs.needs import needs_by_python
from registry.views.runs.trials import (
    Trials,
    of_release,
    running,
    speaking,
    trials,
    unfinished,
    why_untried,
)
from registry.views.site import page
from registry.views.variants import capabilities, notices
from registry.views.variants.asking import asked_of, tickets_of_speakers
from registry.views.variants.configuration import configuration
from registry.views.variants.headline import headline
from registry.views.variants.install import package_name, package_source, ways
from registry.views.variants.readme import readme_shown
from registry.views.variants.streams import streams_of
from registry.views.variants.way import first_of
from registry.vocabulary import Origin, PluginType

RELEASES_SHOWN = 20
SAYS = {
    Origin.DEFINITION: "Curated definition",
    Origin.PACKAGE: "Package metadata",
    Origin.REPOSITORY: "Repository, read without running it",
    Origin.CODE: "Code of the release, read without running it",
    Origin.PROBE: "Observed by a probe",
}


@page
def variant(
    request: HttpRequest, kind: PluginType, name: str, variant_name: str
) -> HttpResponse:
    """Show one variant: what sources say of it, and what runs in the sandbox showed."""
    row = _rows(kind).filter(plugin__name=name, name=variant_name).first()
    if row is None:
        return not_found(request, name)
    statements = list(_statements().filter(variant=row))
    speakers = _speakers(row, statements)
    sources, asked = asked_of(row, speakers)
    said = _said(row, statements)
    tried = trials(sources, row.current_release, said["releases"])
    context = (
        {"kind": kind, "plugin": row.plugin, "variant": row, "others": row.others}
        | {"alternatives": notices.alternatives(row.others)}
        | said
        | _shown(row, statements, tried)
        | _upkeep(speakers)
        | conforming.shown(row)
        | _assessed(row, speakers, asked, tried)
    )
    context["facts"] = _facts(context)
    context["way_first"] = first_of(request, context["ways"])
    return render(request, "registry/variant.html", context)


@cache
def _rows(kind: PluginType) -> QuerySet[Variant, Any]:
    """Return variants with what is around them: other variants, and what is to be tried.

    In one query, for the page has no more to spare. Put together once, for that takes as
    long as asking it: whoever narrows it has a query of his own.
    """
    others = Variant.objects.filter(plugin=OuterRef("plugin")).exclude(
        pk=OuterRef("pk")
    )
    rows = Variant.objects.filter(plugin__type=kind).select_related(
        "plugin", "maintainer", "current_release", "package", "repository", "readme"
    )
    return conforming.beside(rows, kind).annotate(
        others=ArraySubquery(
            others.order_by("name").values(
                json=JSONObject(
                    name="name", gone_at="gone_at", withheld_at="withheld_at",
                    tried="tried",
                )
            )
        ),
        asked=ArraySubquery(tickets_of_speakers(OuterRef("pk"))),
    )  # fmt: skip


def _said(row: Variant, statements: list[Statement]) -> Json:
    """Return what sources say of the variant. Two queries."""
    settings = list(row.settings.filter(release=None))
    releases = list(_releases(row)[:RELEASES_SHOWN])
    findings = [Finding.from_json(one) for one in row.findings]
    declared = [one for one in statements if one.origin != Origin.PROBE]
    return {
        "is_default": row.plugin.default_variant_id == row.pk,
        "settings": settings,
        "configuration": configuration(row, settings),
        "releases": releases,
        "release_count": releases[0].total if releases else 0,
        "statements": [(one, SAYS[Origin(one.origin)]) for one in statements],
        "origins": ", ".join(
            dict.fromkeys(SAYS[Origin(one.origin)].lower() for one in declared)
        ),
        "source_words": package_source(row.pip_url),
        "findings": findings,
        "is_held": is_held(findings),
        "about": _about(row, PluginType(row.plugin.type)),
        "readme": readme_shown(row),
    }


def _releases(row: Variant) -> QuerySet[Release, Any]:
    """Return a variant's releases, each with how many there are."""
    return row.releases.defer("artifacts").annotate(total=Window(Count("pk")))


def _shown(row: Variant, statements: list[Statement], tried: Trials | None) -> Json:
    """Return what the run that speaks of the variant saw. One query."""
    seen = next((one for one in statements if _is_seen(one)), None)
    run = speaking(tried, row.current_release, seen.snapshot_id if seen else None)
    declared = {
        SAYS[Origin(one.origin)]: one.definition
        for one in statements
        if one.origin != Origin.PROBE and one.gone_at is None
    }
    asked = _asked(row, run, tried)
    streams = None
    if row.plugin.type == PluginType.EXTRACTORS:
        streams = streams_of(row.current_release, asked)
    return {
        "run": run,
        "observed": set(seen.definition) if seen and _is_of(run, seen) else set(),
        "capabilities": capabilities.rows(
            declared, seen.definition if seen else None, conforming.at_work(row)
        ),
        "streams": streams,
        "why_no_streams": _why_no_streams(asked),
    }


def _asked(row: Variant, run: ProbeRun | None, tried: Trials | None) -> ProbeRun | None:
    """Return the run in which the current release was asked for its catalog, if any was.

    The run of a statement may be an older release's, which said the same of itself.
    """
    release = row.current_release
    if run is not None and release is not None and run.version == release.version:
        return run
    return speaking(tried, release, None) or run


def _is_of(run: ProbeRun | None, statement: Statement) -> bool:
    return run is not None and run.snapshot_id == statement.snapshot_id


def _is_seen(statement: Statement) -> bool:
    return statement.origin == Origin.PROBE and statement.gone_at is None


def _why_no_streams(run: ProbeRun | None) -> str:
    """Say why no stream is known of a tap, from the run that speaks of it, if any."""
    if run is None:
        return "no run could ask for its catalog yet."
    shown = called(run.version)
    asked = [one for one in run.outcomes if one["question"] == Question.DISCOVERS]
    if not asked or not asked[0].get("step"):
        why = "it did not start" if run.starts == Answer.NO else "its run ended before"
        return f"{shown} was not asked for its catalog, for {why}."
    cause = asked[0]["cause"]
    said = f" {cause['message']}" if cause else ""
    return f"asked for its catalog without credentials, {shown} named none.{said}"


def _assessed(
    row: Variant, speakers: list[Source], asked: Sequence[Json], tried: Trials | None
) -> Json:
    """Return where it was tried, what is being tried, and what that means. No query."""
    return {
        "trials": tried,
        "needs": needs_by_python(of_release(tried, row.current_release)),
        "running": running(asked, now=timezone.now()),
        "why_untried": why_untried(row, speakers, asked),
        "unfinished": unfinished(row, asked, tried, now=timezone.now()),
        "is_parked": any(one["parked_at"] for one in asked),
        "notices": notices.notices(row, speakers, tried),
        "ways": ways(row, tried=_commit(row, tried)),
    }


def _commit(row: Variant, tried: Trials | None) -> str:
    """Return the commit that was tried last of the current release, if it has one."""
    release = row.current_release
    if tried is None or release is None:
        return ""
    runs = tried.by_snapshot.values()
    return commit_tried(one for one in runs if one.version == release.version)


def _facts(context: Json) -> list[Any]:
    """Return the facts below the name."""
    read = [one.snapshot.taken_at for one, _ in context["statements"]]
    return headline(
        context["variant"],
        context["settings"],
        is_default=context["is_default"],
        maintenance=context["maintenance"],
        read_on=max(read, default=None),
    )


def _upkeep(speakers: list[Source]) -> Json:
    """Return who looks after it, and where its sources stand. No query."""
    states = [
        (one, source_state(
            gone_at=one.gone_at, moved_to=one.moved_to, looked_at=one.looked_at
        ))
        for one in speakers
    ]  # fmt: skip
    return {
        "maintenance": rated(speakers, now=timezone.now()),
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


@cache
def _statements() -> QuerySet[Statement]:
    """Return statements with who makes them, put together once as `_rows` is.

    Without what a tree of definitions keeps of all its plugins: a hundred kilobytes.
    """
    return Statement.objects.select_related("source", "snapshot").defer(
        "snapshot__evidence", "snapshot__findings", "snapshot__probe_findings",
        "source__validators", "source__counters", "source__findings",
    )  # fmt: skip


def _about(row: Variant, kind: PluginType) -> dict[str, str]:
    address = Address(type=kind, name=row.plugin.name, variant=row.name)
    release = row.current_release
    return {
        "package": package_name(row.pip_url),
        "licence": release.license if release else "",
        "document": f"/{address.path}" if row.listed_at else "",
        "index": f"/{index_path(kind)}",
    }
