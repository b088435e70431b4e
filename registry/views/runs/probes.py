"""All runs that speak of a variant, the newest first: what each came to, and since when."""

from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.db.models import F, Window
from django.db.models.functions import Lag
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from registry.models import ProbeRun, Variant
from registry.models.run import ProbeRunQuerySet
from registry.tried import Answer
from registry.views.releases.tried import all_runs_of, named, variant_page
from registry.views.runs.trials import cell_of

PER_PAGE = 50
# By what the run before of the same release on the same Python came to, and this one.
CHANGES = {
    (Answer.YES, Answer.NO): "Ran before, fails since.",
    (Answer.NO, Answer.YES): "Failed before, runs since.",
    (Answer.UNKNOWN, Answer.YES): "Not known before, runs.",
    (Answer.UNKNOWN, Answer.NO): "Not known before, fails.",
    (Answer.YES, Answer.UNKNOWN): "Ran before, not known now.",
    (Answer.NO, Answer.UNKNOWN): "Failed before, not known now.",
}
FIRST = "First try."


@dataclass(frozen=True, slots=True)
class Row:
    """One run with what it came to, and what is new against the run before it.

    `stopped` says that it ran before: the run's page has which packages had moved.
    """

    run: ProbeRun
    cell: dict[str, Any]
    change: str
    stopped: bool


@variant_page
def probes(request: HttpRequest, row: Variant) -> HttpResponse:
    """Show the runs of a variant. Three queries."""
    # A page that is no number or past the end is an old link: the nearest is shown.
    shown = Paginator(_runs(row), PER_PAGE).get_page(request.GET.get("page"))
    context = named(row) | {
        "page": shown,
        "kept": {},
        "rows": [_row(run) for run in shown],
    }
    return render(request, "registry/probes.html", context)


def _runs(row: Variant) -> ProbeRunQuerySet:
    """Return runs, each with what the one before it came to."""

    def before(field: str) -> Window:
        return Window(
            Lag(field),
            partition_by=[F("version"), F("python")],
            order_by="snapshot_id",
        )

    return (
        all_runs_of(row)
        .annotate(starts_before=before("starts"), lock_before=before("lock"))
        .order_by("-ran_at", "-snapshot_id")
        .defer("surface", "code")
    )


def _row(run: ProbeRun) -> Row:
    before = run.starts_before  # type: ignore[attr-defined]  # annotated above
    return Row(
        run=run,
        cell=cell_of(run),
        change=_change(run, before),
        stopped=(before, run.starts) == (Answer.YES, Answer.NO),
    )


def _change(run: ProbeRun, before: str | None) -> str:
    if before is None:
        return FIRST
    same = CHANGES.get((Answer(before), Answer(run.starts)))
    if same is not None:
        return same
    is_same = run.lock_before == run.lock  # type: ignore[attr-defined]  # annotated
    return "As before." if is_same else "As before, with other packages."
