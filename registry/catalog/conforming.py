"""Rows of conformance runs, from records that a sandbox gave: foreign JSON, whatever it is."""

from collections.abc import Mapping, Sequence
from typing import Any

from registry.facts import Json
from registry.models import ConformanceRun, Snapshot
from registry.models.bulk import put_all

# More checks than there are.
CHECKS_LIMIT = 500
TEXT_LIMIT = 600
ID_LIMIT = 20
# The words of verdicts, most serious first. Source: docs/CONFORMANCE.md, Results.
RESULTS = ("fail", "warn", "info", "inconclusive", "skip", "not-applicable", "pass")
FIELDS = ("id", "title", "detail", "remedy", "spec")


def keep_conformance(snapshots: Sequence[Snapshot]) -> None:
    """Write the row of each conformance run, anew where there is one. One query."""
    put_all([_row(snapshot) for snapshot in snapshots], by=["snapshot"])


def verdicts_of(record: Mapping[str, Any]) -> list[Json]:
    """Return the verdicts in a record that have a check and a known word, as they came."""
    said = record.get("checks")
    listed = said[:CHECKS_LIMIT] if isinstance(said, list) else []
    return [
        one
        for one in listed
        if isinstance(one, dict)
        and isinstance(one.get("id"), str)
        and one.get("result") in RESULTS
    ]


def short(value: object, limit: int = TEXT_LIMIT) -> str:
    """Return a text of a record as a column takes it, and nothing for what is no text."""
    return value[:limit] if isinstance(value, str) else ""


def _row(snapshot: Snapshot) -> ConformanceRun:
    # As it was asked for: what the record says of itself is foreign.
    _, version, python = snapshot.subject.split("/")
    record = snapshot.evidence
    verdicts = verdicts_of(record)
    results = {one["id"][:ID_LIMIT]: one["result"] for one in verdicts}
    words = list(results.values())
    layout = record.get("layout")
    return ConformanceRun(
        snapshot=snapshot,
        source_id=snapshot.source_id,
        version=version,
        python=python,
        suite=layout if isinstance(layout, int) and 0 <= layout < 1000 else 0,
        ran_at=snapshot.taken_at,
        kind=short(record.get("kind"), 8),
        counts={word: words.count(word) for word in RESULTS if word in words},
        results=results,
        must_failures=[
            {field: short(one.get(field)) for field in FIELDS}
            for one in verdicts
            if one["result"] == "fail"
        ],
        config_is_made_up=record.get("config_is_made_up") is not False,
        problem=short(record.get("problem")),
    )
