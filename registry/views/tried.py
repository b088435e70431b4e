"""The variant at an address, and the runs in the sandbox of what it is installed from."""

from typing import Any

from registry.catalog.differing import INSTALLED
from registry.models import ProbeRun, Statement, Variant
from registry.models.probing import ProbeRunQuerySet
from registry.views.run import MARKS, TONES
from registry.views.trials import WORDS, why_it_fails
from registry.vocabulary import PluginType


def variant_at(kind: PluginType, name: str, variant_name: str) -> Variant | None:
    """Return the variant of this address with its plugin; None where there is none."""
    return (
        Variant.objects.select_related(
            "plugin", "maintainer", "current_release", "repository"
        )
        .filter(plugin__type=kind, plugin__name=name, name=variant_name)
        .first()
    )


def runs_of(variant: Variant) -> ProbeRunQuerySet:
    """Return the newest run of each release on each Python."""
    said = Statement.objects.filter(variant=variant, origin__in=INSTALLED, gone_at=None)
    return ProbeRun.objects.filter(source__in=said.values("source")).newest()


def cell_of(run: ProbeRun) -> dict[str, Any]:
    """Return whether a release runs on one Python, as tables show it."""
    return {
        "run": run,
        "word": WORDS[run.starts],
        "mark": MARKS[run.starts],
        "tone": TONES[run.starts],
        "why": why_it_fails(run),
    }
