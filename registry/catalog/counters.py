"""Counts of use: they change daily and decide nothing, so they make no snapshot or document."""

from collections.abc import Iterable, Mapping, Sequence

from registry.catalog.weighing import weighed
from registry.facts import Json
from registry.models import Source, Statement, Variant
from registry.models.bulk import save_all
from registry.search import index


def counters_by_source(
    statements: Mapping[int, Iterable[Statement]],
) -> dict[int, Json]:
    """Return what each source that speaks in `statements` counts, by repository. One query."""
    ids = {row.source_id for rows in statements.values() for row in rows}
    sources = Source.objects.filter(pk__in=ids).only("counters")
    return {source.pk: source.counters for source in sources}


def counts_of(
    variant: Variant, statements: Sequence[Statement], counters: Mapping[int, Json]
) -> Json:
    """Return a variant's counts: of its repository, by the sources that speak of it."""
    counts: Json = {}
    for row in reversed(statements):
        counts |= counters[row.source_id].get(variant.repo.lower(), {})
    return counts


def recount(source: Source) -> int:
    """Bring the counts of all variants that `source` speaks of up to date; return how many
    moved.
    """
    variants = Variant.objects.filter(statements__source=source).distinct()
    said = Statement.objects.filter(variant__in=variants).defer("definition")
    statements = weighed(said)
    counters = counters_by_source(statements)
    moved = []
    for variant in variants:
        counts = counts_of(variant, statements[variant.pk], counters)
        if variant.counters != counts:
            variant.counters = counts
            moved.append(variant)
    save_all(moved, ["counters"])
    index.refresh({variant.plugin_id for variant in moved})
    return len(moved)
