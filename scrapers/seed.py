"""Connectors to begin with, where the curated definitions can't be reached.

Names of projects on PyPI, each installable by name: taps and targets, built with the SDK
and before it. They are read from the package index like any other package.
"""

from datetime import datetime

from registry.models import Source
from registry.vocabulary import SourceKind

FOUND_BY = "seed"

SEED = (
    # Taps built with the Singer SDK.
    "meltanolabs-tap-github", "tap-jsonl", "tap-rest-api-msdk", "tap-feed",
)  # fmt: skip


def enrol_seed(*, now: datetime) -> int:
    """Make every seed a source that is due now; return how many are new."""
    known = set(
        Source.objects.filter(kind=SourceKind.PACKAGE).values_list("address", flat=True)
    )
    new = [name for name in SEED if name not in known]
    for name in new:
        Source.objects.enrol(
            SourceKind.PACKAGE, name, found_by=FOUND_BY, due_at=now
        )
    return len(new)
