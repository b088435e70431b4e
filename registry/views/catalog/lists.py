"""The rows that lists of plugins show, without the definitions: those are large."""

from collections.abc import Iterable

from django.db.models import (
    FETCH_RAISE,
    Case,
    Count,
    F,
    Q,
    QuerySet,
    Value,
    When,
)

from registry.models import Plugin
from registry.vocabulary import NAME_LIMIT, PluginType

# What a card shows of a variant.
FACT_FIELDS = (
    "name", "maintenance_status", "maintenance", "tried", "hidden", "gone_at",
    "withheld_at", "pip_url", "logo_url", "logo_digest", "counters", "maintainer__label",
    "current_release__version", "current_release__released_at",
)  # fmt: skip
CARD_FIELDS = (
    "type", "name", "label", "description",
    *(f"default_variant__{field}" for field in FACT_FIELDS),
)  # fmt: skip
NEAREST_SHOWN = 5
# By how often each is looked for, and not by the alphabet.
TYPES_SHOWN = (
    PluginType.EXTRACTORS,
    PluginType.LOADERS,
    PluginType.UTILITIES,
    PluginType.MAPPERS,
    PluginType.TRANSFORMERS,
    PluginType.TRANSFORMS,
    PluginType.FILES,
    PluginType.ORCHESTRATORS,
)
# Shorter beginnings are shared by too many names to help anyone.
BEGINNING = 3
PREFIXES = ("tap-", "target-")
SAME_RANK = Value(0)


def cards(
    rows: QuerySet[Plugin], *, rank: Case | Value = SAME_RANK
) -> QuerySet[Plugin]:
    """Return plugins with what a card shows: by rank, then the most used first.

    Use is the number of projects that the definitions' own metrics count.
    """
    return (
        rows.filter(default_variant__isnull=False)
        .select_related(
            "default_variant__maintainer", "default_variant__current_release"
        )
        .only(*CARD_FIELDS)
        .annotate(variant_count=Count("variants"), rank=rank)
        .order_by(
            "rank",
            F("default_variant__counters__all_projects").desc(nulls_last=True),
            "name",
            "type",
        )
        .fetch_mode(FETCH_RAISE)
    )


def type_counts(rows: QuerySet[Plugin]) -> dict[PluginType, int]:
    """Return how many of the plugins there are of each type, types without any too."""
    found = dict(rows.order_by().values_list("type").annotate(Count("pk")))
    return {kind: found.get(kind.value, 0) for kind in TYPES_SHOWN}


def nearest(text: str) -> Iterable[Plugin]:
    """Return a few plugins whose name or label contains or begins like `text`."""
    stem = text.strip("/").rpartition("/")[2].partition("--")[0].replace("\x00", "")
    for prefix in PREFIXES:
        stem = stem.removeprefix(prefix)
    if not stem:
        return []
    begin = stem[:BEGINNING]
    contains = Q(name__icontains=stem[:NAME_LIMIT]) | Q(
        label__icontains=stem[:NAME_LIMIT]
    )
    begins = Q(label__istartswith=begin) | Q(name__istartswith=begin)
    for prefix in PREFIXES:
        begins |= Q(name__istartswith=prefix + begin)
    rank = Case(When(contains, then=0), default=1)
    return cards(Plugin.objects.filter(contains | begins), rank=rank)[:NEAREST_SHOWN]
