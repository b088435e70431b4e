"""All entries as columns of bits, in memory: for each value of a facet those that have it.

    rows ──▶ Columns.of          everything, once
    changed rows ──▶ .changed    the plugins that they are of, each time something moved

Columns never change: who counts with them is not disturbed by who replaces them. What a
change costs is that of its plugins, and a copy of a few lists of pointers.
"""

from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from functools import reduce
from heapq import nsmallest
from itertools import groupby, islice
from operator import attrgetter, or_

from registry.search.bits import Runs, among, bits_of
from registry.search.counted import KEPT, MONTH, NOTHING, Entry, Rank, month_of
from registry.search.facets import UPDATED, VARIANT
from registry.search.spans import before, span
from registry.search.standing import Trouble

# Fewer than one plugin in so many are put in order; for more, the order is gone through.
SORTED_OF = 20


class Order(StrEnum):
    """How plugins stand that match equally well, or for all but `BEST` any that match."""

    BEST = "best"
    USED = "used"
    NAME = "name"
    RELEASED = "released"


@dataclass(frozen=True, slots=True)
class Columns:
    """Entries by position, those of a plugin side by side.

    `places` has the position of each entry by its key, `spans` those of each plugin,
    `having` the set of entries with each value, `ranked` the plugins in their order.
    """

    entries: list[Entry] = field(default_factory=list)
    places: dict[int, int] = field(default_factory=dict)
    spans: dict[int, range] = field(default_factory=dict)
    having: dict[str, dict[str, int]] = field(default_factory=lambda: _having(()))
    ranked: list[Rank] = field(default_factory=list)
    runs: Runs = field(default_factory=Runs)

    @classmethod
    def of(cls, entries: Iterable[Entry]) -> "Columns":
        """Return the columns of all entries."""
        rows = sorted(entries, key=attrgetter("plugin", "id"))
        spans, start = {}, 0
        for plugin, group in groupby(rows, key=attrgetter("plugin")):
            end = start + sum(1 for _ in group)
            spans[plugin], start = range(start, end), end
        return cls(
            rows,
            {entry.id: n for n, entry in enumerate(rows)},
            spans,
            _having(rows),
            sorted(_rank(rows, span) for span in spans.values()),
            Runs.of(spans.values(), len(rows)),
        )

    @property
    def is_dense(self) -> bool:
        """Say whether at most half of the places are empty."""
        return len(self.entries) <= 2 * len(self.places)

    def packed(self) -> "Columns":
        """Return the same without empty places."""
        return Columns.of(entry for entry in self.entries if entry is not NOTHING)

    @property
    def everyone(self) -> int:
        """Return the set of all entries."""
        return self.runs.last | self.runs.others

    def named(self, name: str) -> int:
        """Return the set of the variants of one name."""
        places = [n for n, entry in enumerate(self.entries) if entry.name == name]
        return bits_of(places, len(self.entries))

    def released(self, value: str, *, now: datetime) -> int:
        """Return the set of what was released in the time before `now`, as `90d`.

        Of another value, that of what has no known release.
        """
        months, length = self.having[MONTH], span(value)
        if length is None:
            return months.get("", 0)
        since = before(now, length)
        first = month_of(since)
        later = (bits for month, bits in months.items() if month > first)
        places = among(range(len(self.entries)), months.get(first, 0))
        times = ((place, self.entries[place].released_at) for place in places)
        of_first = (place for place, time in times if time and time >= since)
        return reduce(or_, later, bits_of(of_first, len(self.entries)))

    def having_any(self, key: str, values: Iterable[str], *, now: datetime) -> int:
        """Return the set of the entries with one of a facet's values."""
        if key == VARIANT.key:
            found = (self.named(value) for value in values)
        elif key == UPDATED.key:
            found = (self.released(value, now=now) for value in values)
        else:
            found = (self.having[key].get(value, 0) for value in values)
        return reduce(or_, found, 0)

    def of_keys(self, keys: Iterable[int]) -> int:
        """Return the set of these entries. One that is newer than the columns is not in it."""
        places = (self.places.get(key) for key in keys)
        known = (place for place in places if place is not None)
        return bits_of(known, len(self.entries))

    def trouble(self, plugin: int) -> Trouble:
        """Return what speaks against a plugin: against its default."""
        span = self.spans[plugin]
        return _standing(self.entries[span.start : span.stop]).trouble

    def known(self, key: str, values: Iterable[str]) -> list[str]:
        """Return those of a facet's values that any entry has."""
        return [value for value in values if self.having[key].get(value)]

    def first(
        self, plugins: int, *, start: int, count: int, order: Order = Order.BEST
    ) -> list[int]:
        """Return so many of these plugins' keys, from one on, in an order.

        `plugins` are runs, as `Runs.met` returns them.
        """
        few = plugins.bit_count() * SORTED_OF <= len(self.ranked)
        if few or order is not Order.BEST:
            keys = (entry.plugin for entry in among(self.entries, plugins))
            ranks = ((self._sorting(order, key), key) for key in keys)
            return [key for _, key in nsmallest(start + count, ranks)[start:]]
        marked = plugins.to_bytes(len(self.entries) // 8 + 1, "little")
        spans = self.spans
        found = (
            plugin
            for _, _, _, plugin in self.ranked
            if marked[(last := spans[plugin].stop - 1) >> 3] >> (last & 7) & 1
        )
        return list(islice(found, start, start + count))

    def _sorting(self, order: Order, plugin: int) -> tuple[object, ...]:
        """Return what puts a plugin in its place; one without a release stands last."""
        span = self.spans[plugin]
        rank = _rank(self.entries, span)
        if order is Order.USED:
            return rank[1:]
        if order is Order.NAME:
            return rank[2:]
        if order is Order.RELEASED:
            times = (one.released_at for one in self.entries[span.start : span.stop])
            newest = max((time.timestamp() for time in times if time), default=0.0)
            return -newest, *rank
        return rank

    def changed(self, gone: Collection[int], entries: Sequence[Entry]) -> "Columns":
        """Return the columns after these entries (by key) went and those were written."""
        new = replace(
            self, entries=[*self.entries], places={**self.places}, spans={**self.spans},
            having={key: {**of} for key, of in self.having.items()}, ranked=[*self.ranked],
        )  # fmt: skip
        by_key = {entry.id: entry for entry in entries}
        known = (new.places[key] for key in (*gone, *by_key) if key in new.places)
        touched = {new.entries[place].plugin for place in known}
        touched |= {entry.plugin for entry in entries}
        taken = [one for plugin in touched for one in new._take(plugin)]  # noqa: SLF001  its own
        kept = {one.id: one for one in taken if one.id not in gone} | by_key
        of_plugin: dict[int, list[Entry]] = {plugin: [] for plugin in touched}
        for key in sorted(kept):
            of_plugin[kept[key].plugin].append(kept[key])
        for plugin, group in of_plugin.items():
            new._put(plugin, group)  # noqa: SLF001  its own
        spans = (new.spans[plugin] for plugin in touched if plugin in new.spans)
        left = self.runs.without(
            self.spans[plugin] for plugin in touched if plugin in self.spans
        )
        return replace(new, runs=left.with_these(spans))

    def _take(self, plugin: int) -> list[Entry]:
        """Take a plugin's entries away. Their places stay empty."""
        span = self.spans.get(plugin, range(0))
        if not span:
            return []
        taken = self.entries[span.start : span.stop]
        del self.ranked[bisect_left(self.ranked, _rank(self.entries, span))]
        for place, entry in zip(span, taken, strict=True):
            self.entries[place] = NOTHING
            del self.places[entry.id]
            for key, value in entry.values():
                self.having[key][value] ^= 1 << place
        return taken

    def _put(self, plugin: int, entries: Sequence[Entry]) -> None:
        """Put a plugin's entries where it was, or behind all others if they are more."""
        span = self.spans.pop(plugin, range(0))
        if not entries:
            return
        if len(span) < len(entries):
            span = range(len(self.entries), len(self.entries) + len(entries))
            self.entries.extend(entries)
        span = span[: len(entries)]
        for place, entry in zip(span, entries, strict=True):
            self.entries[place], self.places[entry.id] = entry, place
            for key, value in entry.values():
                having = self.having[key]
                having[value] = having.get(value, 0) | 1 << place
        self.spans[plugin] = span
        insort(self.ranked, _rank(self.entries, span))


def _rank(entries: Sequence[Entry], span: range) -> Rank:
    """Return a plugin's rank."""
    return _standing(entries[span.start : span.stop]).rank


def _standing(of_plugin: Sequence[Entry]) -> Entry:
    """Return the entry by which a plugin stands: its default's, or else its best."""
    for entry in of_plugin:
        if entry.is_default:
            return entry
    return min(of_plugin, key=attrgetter("rank"))


def _having(entries: Sequence[Entry]) -> dict[str, dict[str, int]]:
    """Return the set of entries for each value: those with the same values at once."""
    alike: dict[tuple[str, tuple[str, ...]], list[int]] = defaultdict(list)
    for place, entry in enumerate(entries):
        for key in KEPT:
            alike[key, entry.of_facet(key)].append(place)
    having: dict[str, dict[str, int]] = {key: defaultdict(int) for key in KEPT}
    for (key, values), places in alike.items():
        bits = bits_of(places, len(entries))
        for value in values:
            having[key][value] |= bits
    return {key: dict(of) for key, of in having.items()}
