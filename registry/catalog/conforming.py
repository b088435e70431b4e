"""Rows of conformance runs, from records that a sandbox gave: foreign JSON, whatever it is."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from registry.catalog.recordings import made_at
from registry.facts import Json
from registry.foreign import layout_of, objects_in
from registry.models import ConformanceRun, Snapshot
from registry.models.bulk import put_all

# More checks than there are.
CHECKS_LIMIT = 500
TEXT_LIMIT = 600
ID_LIMIT = 20
WORD_LIMIT = 40
# The words of verdicts, most serious first. Source: docs/CONFORMANCE.md, Results.
RESULTS = ("fail", "warn", "info", "inconclusive", "skip", "not-applicable", "pass")
# What the definitions of plugins list, and clients go by.
AT_WORK_WORDS = frozenset({
    "about", "activate-version", "batch", "catalog", "discover", "hard-delete",
    "properties", "soft-delete", "state", "validate-records",
})  # fmt: skip
FIELDS = ("id", "title", "detail", "remedy", "spec")


def keep_conformance(snapshots: Sequence[Snapshot]) -> None:
    """Write the row of each conformance run, anew where there is one. One query."""
    put_all([_row(snapshot) for snapshot in snapshots], by=["snapshot"])


def words_at_work(source_ids: Iterable[int]) -> dict[tuple[int, str], list[str]]:
    """Return the capabilities that releases were seen to have at work, by source and version.

    Of each source what the newest run of the suite showed. One query.
    """
    rows = ConformanceRun.objects.filter(source__in=source_ids).newest()
    return {
        (row.source_id, row.version): sorted(
            word for word in row.shown
            if word in AT_WORK_WORDS and row.shown[word]["answer"] == "yes"
        )
        for row in rows.only("source_id", "version", "shown")
    }  # fmt: skip


def verdicts_of(record: Mapping[str, Any]) -> list[Json]:
    """Return the verdicts in a record that have a check and a known word, as they came."""
    return [
        one
        for one in objects_in(record.get("checks"))[:CHECKS_LIMIT]
        if isinstance(one.get("id"), str) and one.get("result") in RESULTS
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
    return ConformanceRun(
        snapshot=snapshot,
        source_id=snapshot.source_id,
        version=version,
        python=python,
        suite=layout_of(record),
        ran_at=made_at(record, snapshot.taken_at),
        kind=short(record.get("kind"), 8),
        counts={word: words.count(word) for word in RESULTS if word in words},
        results=results,
        must_failures=[
            {field: short(one.get(field)) for field in FIELDS}
            for one in verdicts
            if one["result"] == "fail"
        ],
        shown=_shown(record),
        config_is_made_up=record.get("config_is_made_up") is not False,
        problem=short(record.get("problem")),
    )


def _shown(record: Mapping[str, Any]) -> Json:
    """Return what a record shows of capabilities at work, by word: answer, check, and why."""
    return {
        one["word"][:WORD_LIMIT]: {
            "answer": one["answer"],
            "check": short(one.get("check"), ID_LIMIT),
            "because": short(one.get("because")),
        }
        for one in objects_in(record.get("shown"))[:CHECKS_LIMIT]
        if isinstance(one.get("word"), str) and one.get("answer") in ("yes", "no")
    }
