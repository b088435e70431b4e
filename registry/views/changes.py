"""What changed between the releases of a variant, as runs in the sandbox showed them."""

from collections import defaultdict
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from packaging.version import Version

from registry.differences import Impact, differences
from registry.facts import Json
from registry.models import ProbeRun, Statement, Variant
from registry.views.missing import not_found
from registry.views.site import page
from registry.vocabulary import Origin, PluginType

PAIRS_SHOWN = 10
IMPACTS = {
    Impact.BREAKING: ("Breaking", "bad", "×"),
    Impact.BEHAVIOURAL: ("Behaves otherwise", "warn", "!"),
    Impact.ADDITIVE: ("Added", "ok", "+"),
    Impact.COSMETIC: ("Words", "", "–"),
}

WORDS = {
    "settings_group_validation": "which settings are required",
    "supported_python_versions": "the Pythons it runs on",
}

type ByPython = Mapping[str, ProbeRun]


@page
def changes(
    request: HttpRequest, kind: PluginType, name: str, variant_name: str
) -> HttpResponse:
    """Show what differs from release to release, the newest first. Three queries."""
    row = (
        Variant.objects.select_related("plugin")
        .filter(plugin__type=kind, plugin__name=name, name=variant_name)
        .first()
    )
    if row is None:
        return not_found(request, name)
    said = Statement.objects.filter(variant=row, origin=Origin.PACKAGE, gone_at=None)
    runs = ProbeRun.objects.filter(source__in=said.values("source")).newest()
    context = {
        "kind": kind,
        "plugin": row.plugin,
        "variant": row,
        "pairs": _pairs(runs)[:PAIRS_SHOWN],
    }
    return render(request, "registry/changes.html", context)


def _pairs(runs: Any) -> list[dict[str, Any]]:
    """Return each release with the one before it and what differs, the newest first."""
    by_version: dict[str, dict[str, ProbeRun]] = defaultdict(dict)
    for run in runs:
        by_version[run.version][run.python] = run
    versions = sorted(by_version, key=Version, reverse=True)
    pairs = []
    for newer, older in pairwise(versions):
        surfaces = compared(by_version[older], by_version[newer])
        pairs.append(
            {
                "newer": newer,
                "older": older,
                "compared": [WORDS.get(key, key) for key in sorted(_both(*surfaces))],
                "differences": [
                    (one, *IMPACTS[one.impact]) for one in differences(*surfaces)
                ],
            }
        )
    return pairs


def _both(before: Json, after: Json) -> set[str]:
    return set(before) & set(after)


def compared(older: ByPython, newer: ByPython) -> tuple[Json, Json]:
    """Return what two releases showed on one Python, the older one first.

    The newest Python on which both showed anything, so that it is no difference of
    Pythons; those they run on are compared where both were tried.
    """
    both = sorted(older.keys() & newer.keys(), key=Version, reverse=True)
    seen = [one for one in both if older[one].surface and newer[one].surface]
    python = next(iter(seen), None)
    before = dict(older[python].surface) if python else {}
    after = dict(newer[python].surface) if python else {}
    if all(run[one].starts != "unknown" for run in (older, newer) for one in both):
        before["supported_python_versions"] = _running(older, both)
        after["supported_python_versions"] = _running(newer, both)
    return before, after


def _running(runs: ByPython, pythons: list[str]) -> list[str]:
    return [one for one in reversed(pythons) if runs[one].starts == "yes"]
