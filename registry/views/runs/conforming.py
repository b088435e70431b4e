"""What a variant's page says of conformance and of loading: in words, and with its reasons."""

from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case, IntegerField, OuterRef, QuerySet, When
from django.db.models.functions import JSONObject
from django.utils.dateparse import parse_datetime

from registry.facts import Json
from registry.models import ConformanceRun, Loading, Source, Statement, Variant
from registry.views.runs.run import MARKS, TONES
from registry.vocabulary import Origin, PluginType

# What speaks in Singer messages.
CONFORMABLE = (PluginType.EXTRACTORS, PluginType.LOADERS)
# What is said of how many verdicts there are, most serious first.
COUNTED = {
    "fail": "MUST broken",
    "warn": "SHOULD broken",
    "info": "worth knowing",
    "inconclusive": "not to be seen here",
    "skip": "not looked at",
    "not-applicable": "not applicable",
    "pass": "passed",
}
# More than there are targets to one tap; of these a page shows some.
LOADINGS_LIMIT = 500
SHOWN = 12
FAILURES_SHOWN = 10


def beside(rows: QuerySet[Variant, Any], kind: PluginType) -> QuerySet[Variant, Any]:
    """Return variants of a type with their newest verdicts and loadings, in one query."""
    if kind not in CONFORMABLE:
        return rows
    # Whose runs speak of a variant: it installs what was tried.
    tried = Statement.objects.filter(
        variant=OuterRef(OuterRef("pk")), origin=Origin.PROBE, gone_at=None
    ).values("source")
    runs = ConformanceRun.objects.filter(source__in=tried).order_by("-snapshot_id")
    return rows.annotate(
        verdicts=ArraySubquery(
            runs.values(
                json=JSONObject(
                    pk="pk", version="version", python="python", ran_at="ran_at",
                    counts="counts", failures="must_failures", problem="problem",
                    is_made_up="config_is_made_up", shown="shown",
                )
            )[:1]
        ),
        loadings=_loadings(kind, tried),
    )  # fmt: skip


def shown(row: Variant) -> Json:
    """Return what a variant's page says of both; `row` comes out of `beside`. No query."""
    if row.plugin.type not in CONFORMABLE:
        return {"conformable": False}
    found = conformance_of(row)
    return {
        "conformable": True,
        "conformance": found,
        # Of another release it says nothing here, and of one that could not be run.
        "shows_work": bool(found and found["is_current"] and not found["problem"]),
        "starts_nowhere": set(row.tried.get("pythons", {}).values()) == {"no"},
        "loading": loading_of(row),
    }


def at_work(row: Variant) -> Json:
    """Return the capabilities that the suite saw in the current release, by word."""
    found = conformance_of(row) if row.plugin.type in CONFORMABLE else None
    return found["shown"] if found and found["is_current"] else {}


def conformance_of(row: Variant) -> Json | None:
    """Return what is shown of the newest conformance run, None before any."""
    found: list[Json] = row.verdicts  # type: ignore[attr-defined]  # an annotation
    if not found:
        return None
    [said] = found
    counts = said["counts"]
    return {
        **said,
        "ran_at": parse_datetime(said["ran_at"]),
        "counted": counted(counts),
        "checks": sum(counts.values()),
        "failures": said["failures"][:FAILURES_SHOWN],
        "more": max(0, len(said["failures"]) - FAILURES_SHOWN),
        "is_current": said["version"] == current_version(row),
    }


def loading_of(row: Variant) -> Json:
    """Return the other ends that it was tried with, and how many answers of each."""
    is_tap = row.plugin.type == PluginType.EXTRACTORS
    found: list[Json] = row.loadings  # type: ignore[attr-defined]  # an annotation
    said = [
        {**one, "mark": MARKS.get(one["answer"]), "tone": TONES.get(one["answer"]),
         "name": Source(address=one["name"]).shown,
         "word": word_of(one["answer"], one["read"])}
        for one in found
        # Of an older release it says nothing here; the matrix shows it as that.
        if one["answer"] in MARKS and one["ours_version"] == current_version(row)
    ]  # fmt: skip
    answers = [one["answer"] for one in said]
    return {
        "is_tap": is_tap,
        "pairs": [one for one in said if one["answer"] != "unknown"][:SHOWN],
        "count": len(answers),
        "yes": answers.count("yes"),
        "no": answers.count("no"),
        "unknown": answers.count("unknown"),
        "why": _only_reason(said),
        "source": said[0]["ours"] if said else "",
    }


def counted(counts: Json) -> list[tuple[int, str]]:
    """Return how many verdicts there are of each kind, with the words for it."""
    return [(counts[key], words) for key, words in COUNTED.items() if counts.get(key)]


def word_of(answer: str, read: int | None) -> str:
    """Return what a target does with a tap's records, as far as that was seen.

    Without its rows it is known that it took them, and not that it kept them.
    """
    if answer == "yes":
        return "takes" if read is None else "loads"
    return {"no": "fails"}.get(answer, "not known")


def current_version(row: Variant) -> str:
    """Return the version that an installer takes, empty where none is known."""
    return row.current_release.version if row.current_release else ""


def _loadings(kind: PluginType, tried: QuerySet[Statement, Any]) -> ArraySubquery:
    """Return what came of loading what was tried, as a list in the outer query."""
    ends = ("tap", "target")
    ours, other = ends if kind is PluginType.EXTRACTORS else reversed(ends)
    order = Case(
        # Not all are shown, and what fails is what somebody has to know.
        When(answer="no", then=0), When(answer="yes", then=1), default=2,
        output_field=IntegerField(),
    )  # fmt: skip
    rows = Loading.objects.filter(**{f"{ours}__in": tried}).order_by(order, "pk")
    return ArraySubquery(
        rows.values(
            json=JSONObject(
                pk="pk", answer="answer", read="read", cause="cause",
                name=f"{other}__address", version=f"{other}_version",
                ours=f"{ours}__address", ours_version=f"{ours}_version",
            )
        )[:LOADINGS_LIMIT]
    )  # fmt: skip


def _only_reason(said: list[Json]) -> str:
    """Return why nothing is known, where one reason stands before all."""
    reasons = {one["cause"] for one in said}
    is_all = bool(said) and all(one["answer"] == "unknown" for one in said)
    return reasons.pop() if is_all and len(reasons) == 1 else ""
