"""In which variant of a result the streams and fields that were asked for were seen."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_

from django.db.models import FETCH_RAISE, Q

from registry.models import Variant
from registry.search.finding import Match, Result
from registry.search.sighting import Sighting
from registry.views.catalog.lists import FACT_FIELDS


@dataclass(frozen=True, slots=True)
class Sight:
    """The variant to show of a result, and what was seen of it."""

    variant: Variant
    streams: tuple[Sighting, ...]


def sights(results: Sequence[Result]) -> dict[int, Sight]:
    """Return by plugin its first match in which anything was seen. One query, if any was."""
    first = {
        result.plugin: match
        for result in results
        if (match := next(filter(_is_seen, result.matches), None)) is not None
    }
    if not first:
        return {}
    wanted = (Q(plugin=plugin, name=match.name) for plugin, match in first.items())
    rows = (
        Variant.objects.filter(reduce(or_, wanted))
        .select_related("maintainer", "current_release")
        .only("plugin_id", *FACT_FIELDS)
        .fetch_mode(FETCH_RAISE)
    )
    return {row.plugin_id: Sight(row, first[row.plugin_id].seen) for row in rows}


def _is_seen(match: Match) -> bool:
    return bool(match.seen)
