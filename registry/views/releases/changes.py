"""What changed between the releases of a variant, as runs and their files showed them."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from registry.catalog.differing import (
    ByPython,
    ByVersion,
    by_version,
    compared,
    successions,
)
from registry.differences import Difference, Impact
from registry.models import Variant
from registry.views.releases.tried import named, runs_of, variant_page

PAIRS_SHOWN = 10
IMPACTS = {
    Impact.BREAKING: ("Breaking", "bad", "×"),
    Impact.BEHAVIOURAL: ("Behaves otherwise", "warn", "!"),
    Impact.ADDITIVE: ("Added", "ok", "+"),
    Impact.COSMETIC: ("Words", "", "–"),
}
# A run may show that the files were misread.
MAY_BREAK = ("May break", "warn", "!")
WORDS = {
    "settings_group_validation": "which settings are required",
    "supported_python_versions": "the Pythons it runs on",
}


@variant_page
def changes(request: HttpRequest, row: Variant) -> HttpResponse:
    """Show what differs from release to release, the newest first. Two queries."""
    tried = by_version(runs_of(row))
    shown = pairs(tried, successions(tried)[:PAIRS_SHOWN])
    return render(request, "registry/changes.html", named(row) | {"pairs": shown})


def pairs(
    tried: ByVersion, versions: Iterable[tuple[str, str]]
) -> list[dict[str, Any]]:
    """Return pairs of an older and a newer release, with what differs."""
    return [pair(older, newer, tried[older], tried[newer]) for older, newer in versions]


def pair(older: str, newer: str, old: ByPython, new: ByPython) -> dict[str, Any]:
    """Return two releases with what differs, worst first, and what could be compared."""
    found = compared(old, new)
    seen, read = (sorted(set(was) & set(now)) for was, now in (found.seen, found.read))
    return {
        "newer": newer,
        "older": older,
        "compared": [WORDS.get(key, key) for key in seen],
        "compared_read": [WORDS.get(key, key) for key in read],
        "differences": [(one, *_impact(one)) for one in found.differences()],
    }


def _impact(one: Difference) -> tuple[str, str, str]:
    """Return a word, a tone and a mark; of what was only read, none that is certain."""
    is_sure = not one.is_read or one.impact is not Impact.BREAKING
    return IMPACTS[one.impact] if is_sure else MAY_BREAK
