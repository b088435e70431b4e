"""Find: one page of results with the facets' counts, and what matches in each result.

The rules, first that applies: the words are a whole name; one without its prefix; a whole
label; another name of it; its name or label begins so; all words are in the name; in name or
label; in keywords or description as well; somewhere in its settings or streams. Then what
speaks against none before the others, then the most used, then by name. Only where hardly
anything has the words, names that are spelt alike follow.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from registry.search.columns import Columns, Order
from registry.search.counted import Entry
from registry.search.easing import Near, near
from registry.search.facets import BITS, TRAITS, TYPE
from registry.search.held import HELD
from registry.search.query import Query
from registry.search.ranking import STEPS, Rule, likeness_of, rule_of
from registry.search.seeking import seek
from registry.search.sighting import Sighting, sightings
from registry.search.standing import Trouble
from registry.search.tally import Search, tally
from registry.vocabulary import PluginType

PER_PAGE = 20
# With fewer results, and none by its name, names that are spelt alike are looked for as well.
FEW = 3


@dataclass(frozen=True, slots=True)
class Match:
    """A variant that meets every condition, by which rule, and how alike where that counts.

    `likeness` is from 0 to 1. `seen` are the streams and fields that were asked for.
    """

    name: str
    rule: Rule
    is_default: bool
    projects: int
    likeness: float | None = None
    seen: tuple[Sighting, ...] = ()


@dataclass(frozen=True, slots=True)
class Result:
    """A plugin by its key, and its variants that match, by rule, the default before equals.

    `trouble` is what speaks against its default.
    """

    plugin: int
    matches: tuple[Match, ...]
    trouble: Trouble = Trouble.NONE


@dataclass(frozen=True, slots=True)
class Found:
    """What a query finds: one page of results, how many there are, and the facets' counts.

    `hidden` says how many more there are that were left out unasked. `counts` has each
    facet's values with the plugins that have them, the frequent first, `known` the values
    of closed facets that anything has, in the facet's order. `is_alike` says that nothing
    or little has the words, and names like them were added. `discovered` is of how many
    extractors here the streams are known, and how many there are. `near` are queries that
    find something where this one found nothing.
    """

    results: tuple[Result, ...] = ()
    total: int = 0
    page: int = 1
    hidden: int = 0
    counts: dict[str, dict[str, int]] = field(default_factory=dict)
    known: dict[str, list[str]] = field(default_factory=dict)
    is_alike: bool = False
    discovered: tuple[int, int] = (0, 0)
    near: tuple[Near, ...] = ()


def find(
    query: Query,
    *,
    now: datetime,
    page: int = 1,
    per_page: int = PER_PAGE,
    order: Order = Order.BEST,
    hides: bool = False,
) -> Found:
    """Return the results on a page, and the counts of every facet.

    `hides` leaves out what does not install and what has no maintainer, unless the query
    asks about these. One query to the database, and one for words or anything else that no
    bits are kept of; one more where little has the words; for streams and fields one for
    what was seen of them or, where nothing was, two for what is near. One or two more where
    entries changed since the last search.
    """
    columns = HELD.columns()
    sought = seek(query, is_alike=False)
    search = Search.of(query, columns, sought, now=now, hides=hides)
    is_alike = bool(query.name) and _is_little(search)
    if is_alike:
        sought = seek(query, is_alike=True)
        search = Search.of(query, columns, sought, now=now, hides=hides)
    told = tally(search, page=page, per_page=per_page, order=order)
    return Found(
        results=_results(query, search, told.plugins),
        total=told.total,
        page=told.page,
        hidden=search.hidden,
        counts=told.counts,
        known={facet.key: columns.known(facet.key, facet.values) for facet in BITS},
        is_alike=is_alike,
        discovered=_discovered(columns),
        near=() if told.total else near(query, columns, now=now, hides=hides),
    )


def _is_little(search: Search) -> bool:
    """Say whether there are few results, and none by its name."""
    standing = list(search.standing())
    total = sum(plugins.bit_count() for _, plugins in standing)
    return not total or (total < FEW and standing[0][0] > Rule.IN_NAME * STEPS)


def _discovered(columns: Columns) -> tuple[int, int]:
    """Return of how many extractors the streams are known, and how many there are."""
    extractors = columns.having[TYPE.key].get(PluginType.EXTRACTORS, 0)
    discovered = columns.having[TRAITS.key].get("discovered", 0)
    met = columns.runs.met
    return met(extractors & discovered).bit_count(), met(extractors).bit_count()


def _results(
    query: Query, search: Search, plugins: Iterable[int]
) -> tuple[Result, ...]:
    """Return plugins with their variants that match, and what was seen of these."""
    matching = {plugin: _matching(search, plugin) for plugin in plugins}
    keys = [entry.id for found in matching.values() for _, entry in found]
    seen = sightings(query, keys)
    return tuple(
        Result(
            plugin,
            tuple(
                _match(place, entry, seen.get(entry.id, ())) for place, entry in found
            ),
            search.columns.trouble(plugin),
        )
        for plugin, found in matching.items()
    )


def _matching(search: Search, plugin: int) -> list[tuple[int, Entry]]:
    """Return a plugin's variants that match with their places, in their order."""
    columns, matched = search.columns, search.matched
    span = columns.spans[plugin]
    found = [
        (place, columns.entries[span.start + n])
        for place, entries in search.places.items()
        for n in _set(entries & matched, span)
    ]
    # A variant that is named stands before the default that only has the words.
    return sorted(
        found, key=lambda one: (rule_of(one[0]), not one[1].is_default, one[1].name)
    )


def _set(bits: int, span: range) -> list[int]:
    """Return which positions of a span are set, counted from its start."""
    here = bits >> span.start
    return [n for n in range(len(span)) if here >> n & 1]


def _match(place: int, entry: Entry, seen: tuple[Sighting, ...]) -> Match:
    rule = rule_of(place)
    likeness = likeness_of(place) if rule is Rule.ALIKE else None
    return Match(entry.name, rule, entry.is_default, entry.projects, likeness, seen)
