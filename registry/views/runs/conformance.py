"""Conformance pages: all verdicts on one release, and all checks with how releases do."""

import json
import re
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from registry.catalog.conforming import short, verdicts_of
from registry.facts import Json
from registry.foreign import texts_in
from registry.installations import installation_at
from registry.models import ConformanceRun
from registry.texts import tidied
from registry.views.runs.conforming import counted
from registry.views.runs.run import VARIANTS_SHOWN, variants_of
from registry.views.site import page
from registry.vocabulary import SourceKind

# The checks as the suite has them; a test compares the two.
CHECKS = json.loads((Path(__file__).parent / "checks.json").read_text())
COMMIT = re.compile(r"[0-9a-f]{40,64}")
BROKEN = ("fail", "warn", "info")
# There was something to see, and it was seen.
JUDGED = ("pass", *BROKEN)
# Of what is shown of one verdict.
EVIDENCE_BYTES = 20_000
# What a record says of how its release was installed and held.
MADE = ("lock", "interpreter", "platform", "level", "rescue")
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
    """Show all verdicts of one run of the suite, and whose it is. Two queries."""
    row = get_object_or_404(
        ConformanceRun.objects.select_related("snapshot", "source"), pk=pk
    )
    record = row.snapshot.evidence
    verdicts = verdicts_of(record)
    context = {
        "run": row,
        "variants": variants_of(row.source_id)[:VARIANTS_SHOWN],
        "counted": counted({key: row.counts.get(key) for key in JUDGED}),
        "unjudged": counted({key: row.counts.get(key) for key, _ in TOGETHER}),
        "judged": sum(row.counts.get(word, 0) for word in JUDGED),
        "checks": sum(row.counts.values()),
        "at_work": [{"word": word, **one} for word, one in row.shown.items()],
        "is_judged_again": row.ran_at < row.snapshot.taken_at,
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
        "made": {key: short(record.get(key)) for key in MADE},
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
        {**one, "evidence": _readable("\n".join(texts_in(one.get("evidence"))))}
        for one in verdicts
        if one["result"] == result
    ]


def _by_reason(verdicts: Sequence[Json]) -> list[tuple[str, list[Json]]]:
    """Return verdicts by why nothing was seen, each reason said once."""
    grouped: dict[str, list[Json]] = defaultdict(list)
    for one in verdicts:
        grouped[str(one.get("detail"))].append(one)
    return list(grouped.items())


def _readable(text: str) -> str:
    """Return what a connector printed without what a terminal obeys, or turns around."""
    return tidied(text, what="", limit=EVIDENCE_BYTES)[0]


def _command(row: ConformanceRun) -> str:
    """Return what to type in a checkout to see it again; nothing where it takes none."""
    found = installation_at(row.source.kind, row.source.address)
    own = f"{found.own}=={row.version}"
    if found.place.kind is not SourceKind.PACKAGE:
        commit = short(row.snapshot.evidence.get("commit"), 64)
        if not COMMIT.fullmatch(commit) or found.place.extras:
            return ""
        url, mark, folder = found.place.address.partition("#")
        own = f"git+{url}@{commit}{mark}{folder}"
    spec = " ".join((own, *found.beside))
    return f'python3 dev manage conformance "{spec}" --python {row.python}'


def _shares(results: dict[str, int]) -> dict[str, Any]:
    """Return how often a check holds, does not, and says nothing."""
    broken = sum(results.get(word, 0) for word in BROKEN)
    holds = results.get("pass", 0)
    return {
        "holds": holds,
        "broken": broken,
        "unsaid": sum(results.values()) - holds - broken,
    }
