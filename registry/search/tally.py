"""What a query comes to: which plugins stand on a page, and the counts of all facets.

A plugin is found if one of its variants meets every condition, and a facet counts the
plugins that would be found if its own filter were another.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import reduce
from heapq import nsmallest
from operator import and_, attrgetter

from registry.search.bits import among
from registry.search.columns import Columns, Order
from registry.search.counted import Entry
from registry.search.facets import FACETS, TRAITS, UPDATED, VARIANT
from registry.search.query import Query
from registry.search.seeking import Places

# What nobody browses for: left out where it is not asked for, and counted.
HIDDEN = {"installs": "no", "maintenance": "none"}
COUNTED = (*FACETS, TRAITS.key)
# How many variants are told, of thousands.
VARIANTS_SHOWN = 10
# Looking at so many entries takes less than going through the bits of every value.
COUNTED_APART = 500


@dataclass(frozen=True, slots=True)
class Search:
    """A query as sets of entries: those that meet all but facets, and those of each facet.

    `places` are disjoint, the best first. `hiding` leaves out what is not asked for.
    """

    columns: Columns
    base: int
    filters: dict[str, int]
    places: dict[int, int]
    now: datetime
    hiding: dict[str, int] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        query: Query,
        columns: Columns,
        sought: Places | None,
        *,
        now: datetime,
        hides: bool = False,
    ) -> "Search":
        """Return what a query asks of entries, of which `sought` have been found.

        `hides` leaves out what does not install and what has no maintainer, unless the
        query asks about these.
        """
        places = {0: columns.everyone} if sought is None else _places(columns, sought)
        filters = {
            key: columns.having_any(key, query.wanted(key), now=now)
            for key in FACETS
            if query.wanted(key)
        }
        base = sum(places.values())
        for term in query.terms:
            if term.is_negated and term.key in COUNTED:
                base &= ~columns.having_any(term.key, [term.text], now=now)
            elif term.key == TRAITS.key:
                base &= columns.having_any(term.key, [term.text], now=now)
        hiding = {
            key: columns.everyone & ~columns.having_any(key, [value], now=now)
            for key, value in HIDDEN.items()
            if hides and key not in filters
        }
        return cls(columns, base, filters | hiding, places, now, hiding)

    @property
    def matched(self) -> int:
        """Return the entries that meet everything."""
        return self.meeting(self.filters)

    @property
    def hidden(self) -> int:
        """Return how many plugins are left out though nobody asked for that."""
        met = self.columns.runs.met
        every = met(self.meeting(self.filters.keys() - self.hiding.keys()))
        return (every & ~met(self.matched)).bit_count()

    def meeting(self, keys: Iterable[str]) -> int:
        """Return the entries that meet all but facets, and the filters of these facets."""
        return reduce(and_, (self.filters[key] for key in keys), self.base)

    def standing(self) -> Iterator[tuple[int, int]]:
        """Yield each place and the plugins that stand there, the best first."""
        matched, seen = self.matched, 0
        for place, entries in self.places.items():
            plugins = self.columns.runs.met(entries & matched) & ~seen
            seen |= plugins
            if plugins:
                yield place, plugins


def _places(columns: Columns, sought: Places) -> dict[int, int]:
    """Return the entries of each place, the best first, and each in its best one only."""
    places, seen = {}, 0
    for place, keys in sorted(sought.items()):
        entries = columns.of_keys(keys)
        places[place] = entries & ~seen
        seen |= entries
    return places


@dataclass(frozen=True, slots=True)
class Tally:
    """How many plugins are found, which page it is, the keys on it, the counts.

    `counts` has each facet's values with the plugins that have them, the most frequent
    first.
    """

    total: int
    page: int
    plugins: tuple[int, ...]
    counts: dict[str, dict[str, int]]


def tally(
    search: Search, *, page: int, per_page: int, order: Order = Order.BEST
) -> Tally:
    """Return the tally of a search. A page past the end is the last one."""
    standing = [plugins for _, plugins in search.standing()]
    if order is not Order.BEST:
        # In an order of their own all stand in one place.
        standing = [sum(standing)]
    total = sum(plugins.bit_count() for plugins in standing)
    page = max(1, min(page, -(-total // per_page)))
    places = slice((page - 1) * per_page, page * per_page)
    shown = _shown(search.columns, standing, places, order)
    return Tally(total, page, tuple(shown), _counts(search))


def _shown(
    columns: Columns, standing: Iterable[int], places: slice, order: Order
) -> Iterator[int]:
    """Yield the plugins at these places, of sets of which each stands behind the last."""
    start, stop = places.start, places.stop
    for plugins in standing:
        number = plugins.bit_count()
        if start < number and stop > 0:
            count = min(stop, number) - max(start, 0)
            yield from columns.first(
                plugins, start=max(start, 0), count=count, order=order
            )
        start, stop = start - number, stop - number


def _counts(search: Search) -> dict[str, dict[str, int]]:
    """Return each facet's values with their counts, the most frequent first."""
    counts = {}
    counted: dict[int, list[Entry]] = {}
    for key in COUNTED:
        allowed = search.meeting(search.filters.keys() - {key})
        if key == UPDATED.key:
            found = _recent(search, allowed)
        elif key == VARIANT.key or allowed.bit_count() <= COUNTED_APART:
            if allowed not in counted:
                counted[allowed] = list(among(search.columns.entries, allowed))
            found = _few(counted[allowed], key)
        else:
            found = _many(search.columns, key, allowed)
        shown = VARIANTS_SHOWN if key == VARIANT.key else len(found)
        counts[key] = dict(nsmallest(shown, found.items(), key=_by_count))
    return counts


def _few(entries: Sequence[Entry], key: str) -> Mapping[str, int]:
    """Count the plugins of each value by looking at each entry."""
    if key == VARIANT.key:
        # A plugin has one variant of a name.
        return Counter(map(attrgetter("name"), entries))
    pairs = {(value, one.plugin) for one in entries for value in one.of_facet(key)}
    return Counter(value for value, _ in pairs)


def _many(columns: Columns, key: str, allowed: int) -> Mapping[str, int]:
    """Count the plugins of each value by its bits."""
    return {
        value: columns.runs.met(found).bit_count()
        for value, having in columns.having[key].items()
        if (found := having & allowed)
    }


def _recent(search: Search, allowed: int) -> Mapping[str, int]:
    """Count the plugins by how long ago their last release was: each span has the shorter."""
    columns = search.columns
    having = {
        value: columns.released(value, now=search.now) & allowed
        for value in UPDATED.values
    }
    met = columns.runs.met
    return {value: met(bits).bit_count() for value, bits in having.items() if bits}


def _by_count(counted: tuple[str, int]) -> tuple[int, str]:
    return -counted[1], counted[0]
