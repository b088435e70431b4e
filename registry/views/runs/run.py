"""A run's page: what was tried in the sandbox, step by step, and what came of it."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from registry.differences.packages import packages_in
from registry.foreign import objects_in
from registry.models import ProbeRun, Statement, Variant
from registry.texts import tidied
from registry.views.runs.locks import requirements_text
from registry.views.runs.needs import needs_of
from registry.views.runs.stopping import stop_of
from registry.views.site import page
from registry.vocabulary import Origin

# How each question is asked on pages, in the order in which they are tried.
QUESTIONS = {
    "installs": "Installs",
    "imports": "Imports",
    "help": "Answers --help",
    "version": "Answers --version",
    "about": "Answers --about",
    "discovers": "Discovers",
}
MARKS = {"yes": "✓", "no": "×", "unknown": "–"}
TONES = {"yes": "ok", "no": "bad", "unknown": ""}
WORDS = {"yes": "yes", "no": "no", "unknown": "not known"}
PACKAGES_SHOWN = 200
# Of what a step printed; more is cut in the middle. What is recorded has been cut so, too,
# and is a line longer. Source: `sandbox.records`.
HEAD_CHARS, TAIL_CHARS = 4_000, 12_000
LOG_CHARS = HEAD_CHARS + TAIL_CHARS + 100
# A character has four bytes at most.
LOG_BYTES = 4 * LOG_CHARS
VARIANTS_SHOWN = 5
# What a run installed never changes.
HOUR_S = 3600


@page
def run(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one run, whose it is, and since when it fails. Six queries at most."""
    row = get_object_or_404(
        ProbeRun.objects.select_related("snapshot", "source"), pk=pk
    )
    record = row.snapshot.evidence
    packages = packages_in(record)
    context = {
        "run": row,
        "variants": variants_of(row.source_id)[:VARIANTS_SHOWN],
        "answers": [answer_of(one) for one in row.outcomes],
        "steps": [_step(one) for one in objects_in(record.get("steps"))],
        "packages": packages[:PACKAGES_SHOWN],
        "has_requirements": bool(requirements_text(row, packages)),
        "stop": stop_of(row),
        "findings": row.snapshot.probe_findings,
        "needs": needs_of(row),
        "platform": row.platform,
    }
    return render(request, "registry/run.html", context)


@require_safe
@cache_control(public=True, max_age=HOUR_S)
def requirements(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer what a run installed as pip's requirements, each with its digest. One query.

    404 where not all of it is known.
    """
    row = get_object_or_404(
        ProbeRun.objects.select_related("snapshot", "source"), pk=pk
    )
    text = requirements_text(row, packages_in(row.snapshot.evidence))
    if not text:
        raise Http404
    return HttpResponse(text, content_type="text/plain; charset=utf-8")


def variants_of(source_id: int) -> QuerySet[Variant]:
    """Return the variants that install some release of what was tried."""
    said = Statement.objects.filter(source=source_id, origin=Origin.PROBE, gone_at=None)
    return (
        Variant.objects.filter(pk__in=said.values("variant"))
        .select_related("plugin")
        .only("name", "plugin__type", "plugin__name")
        .order_by("plugin__name", "name")
    )


def _step(said: dict[str, Any]) -> dict[str, Any]:
    """Return a step with what it printed as it may be shown."""
    return said | {key: _log(said.get(key)) for key in ("stdout", "stderr")}


def _log(said: object) -> str:
    """Return the beginning and the end of what foreign code printed, without what harms.

    The end is why it failed, and stays whole. Colours would be signs among its words, and
    marks that turn the order of letters around would have it read as something else.
    """
    text = said if isinstance(said, str) else ""
    if len(text) > LOG_CHARS:
        left = len(text) - HEAD_CHARS - TAIL_CHARS
        head, tail = text[:HEAD_CHARS], text[-TAIL_CHARS:]
        text = f"{head}\n… {left} characters …\n{tail}"
    return tidied(text, what="", limit=LOG_BYTES)[0]


def answer_of(outcome: dict[str, Any]) -> dict[str, Any]:
    """Return an outcome as pages show it: in words, with a mark, and never by colour alone."""
    answer = outcome["answer"]
    return {
        "question": QUESTIONS.get(outcome["question"], outcome["question"]),
        "answer": WORDS[answer],
        "mark": MARKS[answer],
        "tone": TONES[answer],
        "cause": outcome["cause"],
    }
