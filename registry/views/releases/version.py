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
from registry.differences.packages import packages_in
from registry.facts import Json
from registry.models import ProbeRun, Release, Setting, Snapshot, Variant
from registry.views.releases.changes import pair
from registry.views.releases.tried import commit_tried, named, runs_of, variant_page
from registry.views.runs.needs import needs_by_python
from registry.views.runs.parked import parked_release
from registry.views.runs.run import PACKAGES_SHOWN
from registry.views.runs.trials import cell_of
from registry.views.variants.configuration import line_of
from registry.views.variants.groups import groups_of
from registry.views.variants.install import Way, ways
from registry.views.variants.pinning import git_reference, is_git, pin_of
from registry.views.variants.streams import streams_told

NEAR_SHOWN = 5
# Of the ways to install, those that may hold to one release; Meltano's say so themselves.
PINNED = ("uv", "pipx", "project")


@variant_page
def version(request: HttpRequest, row: Variant, version: str) -> HttpResponse:
    """Show one release. Seven queries at most."""
    release = row.releases.filter(version=version).first()
    if release is None:
        known = list(row.releases.values_list("version", flat=True))
        return _unknown(request, row, [version], known)
    tried = by_version(runs_of(row))
    runs = dict(sorted(tried.get(version, {}).items(), key=lambda one: order(one[0])))
    best = _best(runs)
    context = named(row) | {
        "release": release,
        "is_current": release.pk == row.current_release_id,
        "runs": [(python, cell_of(run)) for python, run in runs.items()],
        "ways": _pinned_ways(row, release, commit_tried(runs.values())),
        "parked": parked_release(row, version),
        "pair": _since(version, tried),
        "packages": _packages(best),
        "needs": needs_by_python(runs),
    }
    context |= _surface(row, release, best)
    return render(request, "registry/version.html", context)


@variant_page
def compare_releases(
    request: HttpRequest, row: Variant, older: str, newer: str
) -> HttpResponse:
    """Show what differs between two releases that were tried. Two queries."""
    tried = by_version(runs_of(row))
    if missing := [one for one in (older, newer) if one not in tried]:
        return _unknown(request, row, missing, list(tried), is_tried=True)
    context = named(row) | {
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
    context = named(row) | {
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
        key=lambda run: (len(run.surface), run.starts == "yes", order(run.python)),
    )
    return ranked[-1] if ranked else None


def _pinned_ways(row: Variant, release: Release, tried: str) -> list[Way]:
    """Return the ways to install that fetch this release and no other."""
    at_release = copy(row)
    at_release.current_release = release
    pin = pin_of(at_release)
    is_held = pin.is_pinned and _is_of(release, pin.requirement)
    return [
        one
        for one in ways(at_release, tried=tried)
        if one.plain or (is_held and one.key in PINNED)
    ]


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


def _surface(row: Variant, release: Release, run: ProbeRun | None) -> dict[str, Any]:
    """Return the settings and streams that a run showed, else those read in its files.

    None where there are none.
    """
    if run is None:
        return {"seen": None}
    of_settings = run.surface if "settings" in run.surface else run.code
    groups, settings = groups_of(of_settings), of_settings.get("settings")
    return {
        "seen": run,
        "settings": settings and [
            line_of(row, _setting(one), groups) for one in settings
        ],
        "settings_are_read": of_settings is run.code,
        "streams": streams_told(release, run),
    }  # fmt: skip


def _setting(said: Json) -> Setting:
    """Return a setting as a run saw it, unsaved: those of rows are of definitions."""
    return Setting(
        name=str(said.get("name")),
        kind=said.get("kind") or "",
        sensitive=said.get("sensitive") is True,
        definition=said,
    )


def _packages(run: ProbeRun | None) -> list[dict[str, Any]]:
    """Return what was installed with the release, by the run. One query."""
    if run is None:
        return []
    evidence = Snapshot.objects.values_list("evidence", flat=True).get(
        pk=run.snapshot_id
    )
    return packages_in(evidence)[:PACKAGES_SHOWN]
