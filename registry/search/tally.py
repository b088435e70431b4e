"""One statement that answers a query: which plugins stand on a page, and all counts.

A plugin is found if one of its variants meets every condition, and a facet counts the
plugins that would be found if its own filter were another. Hence each entry is read once,
with the set of facets whose filter it fails (`fails`): what fails one filter only still
counts in that facet.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection

from registry.search.conditions import (
    SEPARATOR,
    TRUE,
    Sql,
    Wording,
    every,
    facet_filters,
    other_filters,
    some,
)
from registry.search.facets import CAPABILITY, CLOSED, FACETS, KEYWORD, VARIANT
from registry.search.query import Query
from registry.search.ranking import place

# How many variants are told, of thousands.
VARIANTS_SHOWN = 10
# Sorting out who shares keywords with whom takes longer than all the rest beyond this.
KEYWORDS_COUNTED = 20_000
# Facets with few sets of values are counted set by set, the others value by value.
GROUPED = tuple(facet for facet in CLOSED if facet is not CAPABILITY)


@dataclass(frozen=True, slots=True)
class Search:
    """The conditions of one query: on all entries, and each facet's filter by itself.

    `is_alike` also finds names that are only spelt like the words.
    """

    wording: Wording
    base: Sql
    filters: dict[str, Sql]
    is_alike: bool

    @classmethod
    def of(cls, query: Query, *, now: datetime, is_alike: bool = False) -> "Search":
        """Return what a query asks of entries."""
        wording = Wording.of(query)
        found = wording.found()
        if is_alike:
            found = some([found, wording.alike()])
        base = every([found, other_filters(query, now=now)])
        return cls(wording, base, facet_filters(query), is_alike)

    @property
    def place(self) -> Sql:
        """Return an entry's place among the results."""
        return place(self.wording, is_alike=self.is_alike)

    @property
    def matched(self) -> Sql:
        """Return the condition that an entry meets everything."""
        return every([self.base, *self.filters.values()])

    @property
    def counted(self) -> Sql:
        """Return the condition that an entry fails one facet's filter at most."""
        every_but = [
            every([one for other, one in self.filters.items() if other != key])
            for key in self.filters
        ]
        return every([self.base, some(every_but) if every_but else TRUE])

    @property
    def fails(self) -> Sql:
        """Return the facets whose filter an entry fails, one bit each."""
        parts = [
            Sql(f"CASE WHEN {one.text} THEN 0 ELSE {_bit(key)} END", one.values)
            for key, one in self.filters.items()
        ]
        text = " | ".join(part.text for part in parts) or "0"
        return Sql(text, tuple(value for part in parts for value in part.values))


@dataclass(frozen=True, slots=True)
class Tally:
    """What one statement tells: how many plugins, the best place, a page's keys, the counts.

    `best` is a place as in `registry.search.ranking`. `counts` has each facet's values with
    the plugins that have them, the most frequent first.
    """

    total: int = 0
    best: int = 0
    plugins: tuple[int, ...] = ()
    counts: dict[str, dict[str, int]] = field(default_factory=dict)


def tally(search: Search, *, page: int, per_page: int) -> Tally:
    """Return the tally of a search. One query."""
    values = (*search.place.values, *search.fails.values, *search.counted.values)
    rows = rows_of(_statement(search), (*values, per_page, (page - 1) * per_page))
    by_part: dict[str, list[tuple[str, int]]] = {}
    for part, key, number in rows:
        by_part.setdefault(part, []).append((key, number))
    [(sums, total)] = by_part["sums"]
    best, *of_capability = map(int, sums.split(","))
    return Tally(
        total=total,
        best=best,
        plugins=tuple(int(key) for key, _ in by_part.get("result", ())),
        counts=_counts(by_part, of_capability),
    )


def rows_of(statement: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Return a statement's rows."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())


def _bit(key: str) -> int:
    return 1 << list(FACETS).index(key)


def _passes(key: str) -> str:
    """Return the condition that an entry fails no filter but this facet's own."""
    return f"fails & {~_bit(key) & (1 << len(FACETS)) - 1} = 0"


def _statement(search: Search) -> str:
    """Return the statement: our own words, with a placeholder for all that was typed.

    Without words all entries are read, in the order of their plugins: the index has them so,
    and reading it again is faster than keeping 100,000 rows in between.
    """
    kept = "MATERIALIZED" if search.wording.terms else "NOT MATERIALIZED"
    columns = ", ".join(facet.key for facet in CLOSED)
    by_plugin = ", ".join(
        f"bit_or({facet.key}) FILTER (WHERE {_passes(facet.key)}) AS {facet.key}"
        for facet in CLOSED
    )
    return f"""
        WITH entries AS {kept} (
            SELECT plugin_id, plugin_name, name, projects, keywords, {columns},
                {search.place.text} AS place, {search.fails.text} AS fails
            FROM registry_searchentry WHERE {search.counted.text}
        ), plugins AS MATERIALIZED (
            SELECT plugin_id, min(place) FILTER (WHERE fails = 0) AS place,
                max(projects) AS projects, min(plugin_name) AS plugin_name, {by_plugin}
            FROM entries GROUP BY plugin_id
        ), page AS (
            SELECT plugin_id FROM plugins WHERE place IS NOT NULL
            ORDER BY place, projects DESC, plugin_name, plugin_id LIMIT %s OFFSET %s
        )
        SELECT 'result' AS part, plugin_id::text AS key, 0::bigint AS number FROM page
        {_sums()} {_open_counts()} {_grouped_counts()}
    """  # noqa: S608  our own words


def _sums() -> str:
    """Return the part that counts all plugins and each capability."""
    sums = ", ".join(
        f"count(*) FILTER (WHERE {CAPABILITY.key} & {1 << n} <> 0)"
        for n in range(len(CAPABILITY.values))
    )
    return f"""UNION ALL
        SELECT 'sums', concat_ws(',', coalesce(min(place), 0), {sums}), count(place)
        FROM plugins
    """  # noqa: S608  our own words


def _grouped_counts() -> str:
    """Return the parts that count how many plugins share a set of a facet's values."""
    return " ".join(
        f"UNION ALL SELECT '{facet.key}', {facet.key}::text, count(*) FROM plugins"  # noqa: S608
        f" WHERE {facet.key} <> 0 GROUP BY {facet.key}"
        for facet in GROUPED
    )


def _open_counts() -> str:
    """Return the parts that count keywords, as sets of them, and the frequent variants."""
    return f"""
        UNION ALL SELECT 'keyword', keyword, count(*) FROM (
            SELECT string_agg(keywords, '') AS keyword FROM entries
            WHERE {_passes(KEYWORD.key)}
                AND (SELECT count(*) FROM plugins) <= {KEYWORDS_COUNTED}
            GROUP BY plugin_id
        ) AS sets WHERE keyword <> '' GROUP BY keyword
        UNION ALL (
            SELECT 'variant', name, count(*) FROM entries
            WHERE {_passes(VARIANT.key)} GROUP BY name
            ORDER BY 3 DESC, 2 LIMIT {VARIANTS_SHOWN}
        )
    """  # noqa: S608  our own words


def _counts(
    by_part: dict[str, list[tuple[str, int]]], of_capability: Sequence[int]
) -> dict[str, dict[str, int]]:
    """Return each facet's counts by value, from those of sets of values."""
    counts: dict[str, Counter[str]] = {key: Counter() for key in FACETS}
    counts[VARIANT.key].update(dict(by_part.get(VARIANT.key, ())))
    counts[CAPABILITY.key].update(
        {v: n for v, n in zip(CAPABILITY.values, of_capability, strict=True) if n}
    )
    for text, number in by_part.get(KEYWORD.key, ()):
        for word in set(text.split(SEPARATOR)) - {""}:
            counts[KEYWORD.key][word] += number
    for facet in GROUPED:
        for text, number in by_part.get(facet.key, ()):
            for value in facet.among(int(text)):
                counts[facet.key][value] += number
    return {
        key: dict(sorted(of_facet.items(), key=lambda one: (-one[1], one[0])))
        for key, of_facet in counts.items()
    }
