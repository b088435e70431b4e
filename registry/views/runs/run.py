"""A run's page: what was tried in the sandbox, step by step, and what came of it."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from registry.models import ProbeRun
from registry.views.site import page

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
PACKAGES_SHOWN = 200


@page
def run(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one run. Two queries."""
    row = get_object_or_404(
        ProbeRun.objects.select_related("snapshot", "source"), pk=pk
    )
    record = row.snapshot.evidence
    context = {
        "run": row,
        "answers": [answer_of(one) for one in row.outcomes],
        "steps": _objects(record.get("steps")),
        "packages": _objects(record.get("packages"))[:PACKAGES_SHOWN],
        "findings": row.snapshot.probe_findings,
        "platform": row.platform,
    }
    return render(request, "registry/run.html", context)


def _objects(said: object) -> list[dict[str, Any]]:
    """Return the objects in what a sandbox sent as a list, whatever it was."""
    listed = said if isinstance(said, list) else []
    return [one for one in listed if isinstance(one, dict)]


def answer_of(outcome: dict[str, Any]) -> dict[str, Any]:
    """Return an outcome as pages show it: in words, with a mark, and never by colour alone."""
    answer = outcome["answer"]
    return {
        "question": QUESTIONS.get(outcome["question"], outcome["question"]),
        "answer": answer,
        "mark": MARKS[answer],
        "tone": TONES[answer],
        "cause": outcome["cause"],
    }
