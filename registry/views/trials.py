"""Where a variant's releases run: a table of versions by Pythons, from runs in the sandbox."""

from collections.abc import Sequence
from typing import Any

from packaging.version import Version

from registry.models import ProbeRun, Source, Variant
from registry.views.run import MARKS, TONES
from registry.vocabulary import Origin, SourceKind

VERSIONS_SHOWN = 10
WORDS = {"yes": "runs", "no": "fails", "unknown": "not known"}


def trials(row: Variant, speakers: Sequence[Source]) -> dict[str, Any]:
    """Return Pythons, and versions with a cell for each of them; empty before any run.

    `speakers` are the variant's sources. One query.
    """
    packages = [one for one in speakers if one.kind == SourceKind.PACKAGE]
    runs = list(ProbeRun.objects.filter(source__in=packages).newest().defer("surface"))
    if not runs:
        return {}
    pythons = sorted({run.python for run in runs}, key=Version)
    by_cell = {(run.version, run.python): _cell(run) for run in runs}
    versions = sorted({run.version for run in runs}, key=Version, reverse=True)
    return {
        "origin": Origin.PROBE,
        "pythons": pythons,
        "rows": [
            (version, [by_cell.get((version, python)) for python in pythons])
            for version in versions[:VERSIONS_SHOWN]
        ],
    }


def _cell(run: ProbeRun) -> dict[str, Any]:
    causes = [one["cause"]["message"] for one in run.outcomes if one["cause"]]
    return {
        "run": run,
        "word": WORDS[run.starts],
        "mark": MARKS[run.starts],
        "tone": TONES[run.starts],
        "why": causes[0] if causes and run.starts != "yes" else "",
    }
