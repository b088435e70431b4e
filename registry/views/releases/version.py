"""One release of a variant: where it runs, what it offers, what it is made of."""

from collections.abc import Mapping, Sequence
from copy import copy
from difflib import get_close_matches
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from registry.catalog.differing import ByVersion, before, by_version, order
from registry.catalog.installing import specifier
from registry.models import ProbeRun, Release, Snapshot, Variant
from registry.views.missing import not_found
from registry.views.releases.changes import pair
from registry.views.releases.tried import runs_of, variant_at
from registry.views.runs.run import PACKAGES_SHOWN
from registry.views.runs.trials import cell_of
from registry.views.site import page
from registry.views.variants.groups import groups_of, requirement
from registry.views.variants.install import ways
from registry.views.variants.pinning import git_reference, is_git, pin_of
from registry.vocabulary import PluginType

NEAR_SHOWN = 5
STREAMS_SHOWN = 200
# Of the ways to install, those that hold to one release.
PINNED = ("uv", "pipx", "project")


@page
def version(
    request: HttpRequest, kind: PluginType, name: str, variant_name: str, version: str
) -> HttpResponse:
    """Show one release. Six queries at most."""
    row = variant_at(kind, name, variant_name)
    if row is None:
        return not_found(request, name)
    release = row.releases.filter(version=version).first()
    if release is None:
        known = list(row.releases.values_list("version", flat=True))
        return _unknown(request, row, [version], known)
    tried = by_version(runs_of(row))
    runs = dict(sorted(tried.get(version, {}).items(), key=lambda one: order(one[0])))
    best = _best(runs)
    context = {
        "kind": kind,
        "plugin": row.plugin,
        "variant": row,
        "release": release,
        "is_current": release.pk == row.current_release_id,
        "runs": [(python, cell_of(run)) for python, run in runs.items()],
        "ways": _pinned_ways(row, release),
        "pair": _since(version, tried),
        "packages": _packages(best),
    }
    context |= _surface(best)
    return render(request, "registry/version.html", context)


@page
def compare_releases(
    request: HttpRequest,
    kind: PluginType,
    name: str,
    variant_name: str,
    older: str,
    newer: str,
) -> HttpResponse:
    """Show what differs between two releases that were tried. Two queries."""
    row = variant_at(kind, name, variant_name)
    if row is None:
        return not_found(request, name)
    tried = by_version(runs_of(row))
    if missing := [one for one in (older, newer) if one not in tried]:
        return _unknown(request, row, missing, list(tried), is_tried=True)
    context = {
        "kind": kind,
        "plugin": row.plugin,
        "variant": row,
        "tried": list(tried),
        "pair": pair(older, newer, tried[older], tried[newer]),
        "is_backwards": order(newer) < order(older),
    }
    return render(request, "registry/compare_releases.html", context)


def _unknown(
    request: HttpRequest,
    row: Variant,
    wanted: Sequence[str],
    known: Sequence[str],
    *,
    is_tried: bool = False,
) -> HttpResponse:
    """Say that there are no such versions, and which come near. No query."""
    near = [
        one for text in wanted for one in get_close_matches(text, known, NEAR_SHOWN)
    ]
    newest = sorted(known, key=order, reverse=True)
    context = {
        "kind": row.plugin.type,
        "plugin": row.plugin,
        "variant": row,
        "wanted": wanted,
        "near": list(dict.fromkeys([*near, *newest]))[:NEAR_SHOWN],
        "is_tried": is_tried,
    }
    status = HTTPStatus.NOT_FOUND
    return render(request, "registry/version_missing.html", context, status=status)


def _best(runs: Mapping[str, ProbeRun]) -> ProbeRun | None:
    """Return the run that showed most: that started, on the newest Python."""
    ranked = sorted(
        runs.values(),
        key=lambda run: (bool(run.surface), run.starts == "yes", order(run.python)),
    )
    return ranked[-1] if ranked else None


def _pinned_ways(row: Variant, release: Release) -> list[Any]:
    """Return the ways to install that fetch this release and no other."""
    at_release = copy(row)
    at_release.current_release = release
    pin = pin_of(at_release)
    is_held = pin.is_pinned and _is_of(release, pin.requirement)
    return [one for one in ways(at_release) if one.key in PINNED] if is_held else []


def _is_of(release: Release, requirement: str) -> bool:
    """Say whether a pinned requirement holds to this release: by its version or commit."""
    if not is_git(requirement):
        exact = specifier(requirement)
        return release.is_numbered and f"=={release.version}" in map(str, exact)
    commit = str(release.artifacts.get("commit") or release.version)
    return git_reference(requirement).startswith(commit)


def _since(version: str, tried: ByVersion) -> dict[str, Any] | None:
    """Return what differs from the tried release before it; None where there is none."""
    older = before(version, tried)
    return pair(older, version, tried[older], tried[version]) if older else None


def _surface(run: ProbeRun | None) -> dict[str, Any]:
    """Return the settings and streams that a run showed; None where it showed none."""
    surface = run.surface if run is not None else {}
    groups, settings = groups_of(surface), surface.get("settings")
    streams = surface.get("streams")
    return {
        "seen": run,
        "settings": settings and [
            {
                "name": one.get("name"),
                "kind": one.get("kind") or "not declared",
                "required": requirement(str(one.get("name")), groups),
                "meaning": one.get("description") or one.get("label") or "",
            }
            for one in settings
        ],
        "streams": streams and [(one, len(one.get("fields", ()))) for one in streams],
        "streams_shown": STREAMS_SHOWN,
    }  # fmt: skip


def _packages(run: ProbeRun | None) -> list[dict[str, Any]]:
    """Return what was installed with the release, by the run. One query."""
    if run is None:
        return []
    evidence = Snapshot.objects.values_list("evidence", flat=True).get(
        pk=run.snapshot_id
    )
    listed = evidence.get("packages")
    rows = listed if isinstance(listed, list) else []
    return [one for one in rows if isinstance(one, dict)][:PACKAGES_SHOWN]
