"""Order what sources say of one variant: whose word counts most comes first."""

from collections import defaultdict
from typing import Any

from django.db.models import F, QuerySet

from registry.models import Statement
from registry.vocabulary import Origin

ORIGIN_RANK = {origin.value: rank for rank, origin in enumerate(Origin)}


def weighed(statements: QuerySet[Statement]) -> dict[int, list[Statement]]:
    """Return each variant's statements, the weightiest first. One query."""
    grouped: dict[int, list[Statement]] = defaultdict(list)
    for row in statements.annotate(priority=F("source__priority")):
        grouped[row.variant_id].append(row)
    for of_variant in grouped.values():
        of_variant.sort(key=weight)
    return grouped


def weight(row: Any) -> tuple[bool, int, int, int]:
    """Order statements: living before gone, stronger origin, higher priority first."""
    rank = ORIGIN_RANK[row.origin]
    return row.gone_at is not None, -rank, -row.priority, row.source_id
