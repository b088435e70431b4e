"""Choose a plugin's default variant by the published rule, and tell where it moved."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from registry.catalog.weighing import weight
from registry.defaults import Candidate, default_variant
from registry.models import Event, Plugin, Release, Statement, Variant
from registry.vocabulary import EventVerb


def choose_default(
    plugin: Plugin,
    variants: Sequence[Variant],
    statements: Mapping[int, Sequence[Statement]],
    *,
    at: datetime,
) -> list[Event]:
    """Set the plugin's default variant and what it shows; return an event if that moved."""
    by_name = {variant.name: variant for variant in variants}
    releases = {
        variant.pk: _current(variant, variant.releases.all()) for variant in variants
    }
    chosen = default_variant(candidates(variants, statements, releases))
    if chosen is None:
        return []
    variant = by_name[chosen[0]]
    before, plugin.default_variant = plugin.default_variant_id, variant
    plugin.default_reason = chosen[1]
    plugin.label, plugin.description = variant.label, variant.description
    if before in {None, variant.pk}:
        return []
    # Its own words, for the row that was the default may be gone one day.
    names = {one.pk: one.name for one in variants}
    data = {"from": names.get(before, ""), "to": variant.name, "reason": chosen[1]}
    verb = EventVerb.DEFAULT_MOVED
    return [Event(at=at, verb=verb, plugin=plugin, variant=variant, data=data)]


def candidates(
    variants: Iterable[Variant],
    statements: Mapping[int, Sequence[Statement]],
    releases: Mapping[int, Release | None],
) -> list[Candidate]:
    """Return what the rule looks at of each variant.

    `statements` are those that name a default, at least; `releases` the current ones. Both
    are by the variants' ids.
    """
    listed = list(variants)
    curated = _curated(listed, statements)
    found = []
    for variant in listed:
        release = releases.get(variant.pk)
        if release is not None and not release.is_numbered:
            # The default would go to whoever committed last.
            release = None
        found.append(
            Candidate(
                name=variant.name,
                is_curated=variant.pk == curated,
                is_gone=variant.gone_at is not None,
                is_withheld=variant.withheld_at is not None,
                is_hidden=variant.hidden,
                released_at=release.released_at if release else None,
            )
        )
    return found


def _curated(
    variants: Sequence[Variant], statements: Mapping[int, Sequence[Statement]]
) -> int | None:
    """Return the variant that the weightiest source names as default, if any does."""
    naming = [
        row
        for variant in variants
        for row in statements.get(variant.pk, ())
        # The choice of a source that fell silent stands for variants all are silent of.
        if row.is_default and (row.gone_at is None or variant.gone_at is not None)
    ]
    return min(naming, key=weight).variant_id if naming else None


def _current(variant: Variant, releases: Iterable[Release]) -> Release | None:
    return next((r for r in releases if r.pk == variant.current_release_id), None)
