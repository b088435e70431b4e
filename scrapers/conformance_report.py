"""A conformance report as a person and as a program reads it. Never a single score."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from scrapers.probes.conformance.check import (
    JUDGED,
    Check,
    Judged,
    Level,
    Report,
    Result,
)
from scrapers.probes.conformance.recording import RecordedRun, Recording
from scrapers.probes.conformance.showing import NO, YES, shown

type Said = Mapping[str, Any]
# Said one by one in a text; of the others, how many there are.
TOLD = (Result.FAIL, Result.WARN, Result.INFO)
# Said together where they have one reason.
UNSEEN = (Result.INCONCLUSIVE, Result.SKIP)
RESCUED = (
    "warn  It does not start as it is installed: it was run with {} beside it, which its"
    " users do not have."
)
WORDS: Mapping[str, str] = {
    Result.FAIL: "FAIL",
    Result.WARN: "warn",
    Result.INFO: "info",
    Result.INCONCLUSIVE: "open",
    Result.SKIP: "skip",
}


def as_text(said: Said) -> str:
    """Return what `as_json` did in words: what is not fulfilled, most serious first."""
    lines = [f"{said['connector']}: {_counts(said)}"]
    if rescue := said.get("rescue"):
        lines.append(RESCUED.format(rescue))
    for result in TOLD:
        for one in said["checks"]:
            if one["result"] == result:
                lines += _lines(one)
    for result in UNSEEN:
        lines += _together(result, said["checks"])
    if said["shown"]:
        lines.append(_shown(said["shown"]))
    return "\n".join(lines)


def as_json(name: str, report: Report, recording: Recording) -> dict[str, Any]:
    """Return every verdict, with what is needed to see it again: arguments and endings."""
    return {
        "connector": name,
        "kind": recording.kind.value,
        "config_is_made_up": recording.is_synthetic,
        "counts": {result.value: count for result, count in report.counts.items()},
        "could_be_judged": sum(report.counts[result] for result in JUDGED),
        "must_failures": [one.check.id for one in report.failures],
        "shown": shown(report, recording),
        "checks": [_verdict(one) for one in report.judged],
        "runs": [_run(run) for run in recording.runs.values()],
    }


def as_documentation(checks: tuple[Check, ...]) -> str:
    """Return the table of all checks in Markdown, as docs/CONFORMANCE.md holds it."""
    head = ["| Check | Level | What | Stands on | Remedy |", "|---|---|---|---|---|"]
    return "\n".join([*head, *(_row(check) for check in checks)])


def as_rows(checks: tuple[Check, ...]) -> list[dict[str, Any]]:
    """Return all checks as JSON, as registry/views/runs/checks.json holds them."""
    return [
        {
            "id": one.id,
            "title": one.title,
            "level": one.level.value,
            "kind": one.kind.value if one.kind else None,
            "spec": one.spec,
            "remedy": one.remedy,
        }
        for one in checks
    ]


def _counts(said: Said) -> str:
    """Return how many checks there are, and verdicts of each result that occurs."""
    counts = [f"{n} {result}" for result, n in said["counts"].items() if n]
    judged = f"{said['could_be_judged']} of {len(said['checks'])} checks"
    return f"{judged} could be judged: {', '.join(counts)}"


def _shown(said: list[Said]) -> str:
    """Return in one line which capabilities were seen at work, and which are none."""
    words = [one["word"] for one in said if one["answer"] == YES]
    others = [f"not {one['word']}" for one in said if one["answer"] == NO]
    return f"shown {', '.join(words + others)}"


def _verdict(one: Judged) -> dict[str, Any]:
    return {
        "id": one.check.id,
        "title": one.check.title,
        "level": one.check.level.value,
        "result": one.verdict.result.value,
        "detail": one.verdict.detail,
        "evidence": list(one.verdict.evidence),
        "spec": one.check.spec,
        "remedy": one.check.remedy,
    }


def _run(run: RecordedRun) -> dict[str, Any]:
    return {
        "name": run.name,
        "args": list(run.args),
        "stdin": run.stdin,
        "ending": run.ending.value,
        "exit_code": run.exit_code,
        "signal": run.signal,
        "seconds": round(run.seconds, 2),
        "stdout_bytes": len(run.stdout),
        "stderr_tail": run.stderr[-500:].decode("utf-8", "replace"),
    }


def _lines(one: Said) -> Iterator[str]:
    yield f"{WORDS[one['result']]}  {one['id']:5} {one['title']}"
    if one["detail"]:
        yield f"            {one['detail']}"
    yield from (f"            {line}" for line in one["evidence"])
    yield f"            {one['spec']}. {one['remedy']}"


def _together(result: Result, checks: list[Said]) -> Iterator[str]:
    ids = defaultdict(list)
    for one in checks:
        if one["result"] == result:
            ids[one["detail"]].append(one["id"])
    for detail, same in ids.items():
        yield f"{WORDS[result]}  {', '.join(same)}"
        yield f"            {detail}"


def _row(check: Check) -> str:
    level = {Level.MUST: "MUST", Level.SHOULD: "should", Level.INFO: "info"}
    cells = (check.id, level[check.level], check.title, check.spec, check.remedy)
    escaped = (cell.replace("|", "\\|") for cell in cells)
    return f"| {' | '.join(escaped)} |"
