"""Conformance pages: all verdicts on one release, and all checks with how releases do."""

import json
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from registry.catalog.conforming import verdicts_of
from registry.facts import Json
from registry.models import ConformanceRun
from registry.views.runs.conforming import counted
from registry.views.site import page
from registry.vocabulary import SourceKind

# The checks as the suite has them; a test compares the two.
CHECKS = json.loads((Path(__file__).parent / "checks.json").read_text())
BROKEN = ("fail", "warn", "info")
# Results whose verdicts are shown one by one, with their headings and tones.
TOLD = (
    ("fail", "MUST rules that it breaks", "bad", "×"),
    ("warn", "SHOULD rules that it breaks", "warn", "!"),
    ("info", "Worth knowing", "info", "i"),
)
# Those that are shown together where they have one reason.
TOGETHER = (
    ("inconclusive", "Could not be seen here"),
    ("skip", "Not looked at"),
    ("not-applicable", "Does not apply"),
)
# What is said of both comes first.
PARTS = (
    (None, "both", "Taps and targets"),
    ("tap", "taps", "Taps"),
    ("target", "targets", "Targets"),
)


@page
def conformance(request: HttpRequest, pk: int) -> HttpResponse:
    """Show all verdicts of one run of the suite. One query."""
    row = get_object_or_404(
        ConformanceRun.objects.select_related("snapshot", "source"), pk=pk
    )
    record = row.snapshot.evidence
    verdicts = verdicts_of(record)
    context = {
        "run": row,
        "counted": counted(row.counts),
        "told": [
            (result, title, tone, mark, of)
            for result, title, tone, mark in TOLD
            if (of := _of(verdicts, result))
        ],
        "together": [
            (result, title, _by_reason(of))
            for result, title in TOGETHER
            if (of := _of(verdicts, result))
        ],
        "passed": _of(verdicts, "pass"),
        "made": {
            key: record.get(key) for key in ("lock", "interpreter", "platform", "level")
        },
        "command": _command(row),
    }
    return render(request, "registry/conformance.html", context)


@page
def checks(request: HttpRequest) -> HttpResponse:
    """Show every check, and how many current releases it holds for. Two queries."""
    newest = ConformanceRun.objects.current().newest()
    tally = newest.tally()
    count = (
        ConformanceRun.objects.current().filter(problem="").values("source").distinct()
    )
    context = {
        "releases": count.count(),
        "parts": [
            (
                anchor,
                title,
                [
                    {**one, **_shares(tally.get(one["id"], {}))}
                    for one in CHECKS
                    if one["kind"] == kind
                ],
            )
            for kind, anchor, title in PARTS
        ],
    }
    return render(request, "registry/checks.html", context)


def _of(verdicts: Sequence[Json], result: str) -> list[Json]:
    return [
        {**one, "evidence": "\n".join(_texts(one.get("evidence")))}
        for one in verdicts
        if one["result"] == result
    ]


def _by_reason(verdicts: Sequence[Json]) -> list[tuple[str, list[Json]]]:
    """Return verdicts by why nothing was seen, each reason said once."""
    grouped: dict[str, list[Json]] = defaultdict(list)
    for one in verdicts:
        grouped[str(one.get("detail"))].append(one)
    return list(grouped.items())


def _texts(said: object) -> list[str]:
    listed = said if isinstance(said, list) else []
    return [one for one in listed if isinstance(one, str)]


def _command(row: ConformanceRun) -> str:
    """Return what to type in a checkout to see it again; nothing where it takes none."""
    if row.source.kind != SourceKind.PACKAGE:
        return ""
    return (
        f'python3 dev manage conformance "{row.source.address}=={row.version}" '
        f"--python {row.python}"
    )


def _shares(results: dict[str, int]) -> dict[str, Any]:
    """Return how often a check holds, does not, and says nothing."""
    broken = sum(results.get(word, 0) for word in BROKEN)
    holds = results.get("pass", 0)
    return {
        "holds": holds,
        "broken": broken,
        "unsaid": sum(results.values()) - holds - broken,
    }
