"""Find: one page of results with the facets' counts, and what matches in each result.

The rules, first that applies: the words are a whole name; a whole label; another name of
it; its name or label begins so; all words are in the name; in name or label; in keywords or
description as well; somewhere in its settings or streams. Then the most used, then by
name. Only where hardly anything has the words, names that are spelt alike follow.
"""

from dataclasses import dataclass, field
from datetime import datetime

from registry.search.conditions import Sql
from registry.search.query import Query
from registry.search.ranking import STEPS, Rule, rule_of
from registry.search.tally import Search, Tally, rows_of, tally

PER_PAGE = 20
# With fewer results, and none by its name, names that are spelt alike are looked for as well.
FEW = 3


@dataclass(frozen=True, slots=True)
class Match:
    """A variant that meets every condition, by which rule, and how alike where that counts.

    `likeness` is from 0 to 1.
    """

    name: str
    rule: Rule
    is_default: bool
    projects: int
    likeness: float | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """A plugin by its key, and its variants that match, the default one first."""

    plugin: int
    matches: tuple[Match, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """What a query finds: one page of results, how many there are, and the facets' counts.

    `counts` has each facet's values with the plugins that have them, the frequent first.
    `is_alike` says that nothing or little has the words, and names like them were added.
    """

    results: tuple[Result, ...] = ()
    total: int = 0
    page: int = 1
    counts: dict[str, dict[str, int]] = field(default_factory=dict)
    is_alike: bool = False


def find(
    query: Query, *, now: datetime, page: int = 1, per_page: int = PER_PAGE
) -> Found:
    """Return the results on a page, and the counts of every facet.

    Two queries to the database; three where little has the words, and one more for a page
    past the end, which is the last one.
    """
    search = Search.of(query, now=now)
    told = tally(search, page=page, per_page=per_page)
    if query.name and _is_little(told):
        search = Search.of(query, now=now, is_alike=True)
        told = tally(search, page=page, per_page=per_page)
    last = max(1, -(-told.total // per_page))
    if page > last:
        page = last
        told = tally(search, page=page, per_page=per_page)
    results = _results(search, told.plugins) if told.plugins else ()
    return Found(results, told.total, page, told.counts, is_alike=search.is_alike)


def _is_little(told: Tally) -> bool:
    """Say whether there are few results, and none by its name."""
    return not told.total or (told.total < FEW and told.best > Rule.IN_NAME * STEPS)


def _results(search: Search, plugins: tuple[int, ...]) -> tuple[Result, ...]:
    """Return what matches in these plugins, in their order. One query."""
    like = search.wording.likeness() if search.is_alike else Sql("NULL::real")
    place, matched = search.place, search.matched
    statement = f"""
        SELECT plugin_id, name, {place.text} AS place, is_default, projects, {like.text}
        FROM registry_searchentry WHERE plugin_id = ANY(%s) AND {matched.text}
        ORDER BY is_default DESC, place, name
    """  # noqa: S608  our own words; all that was typed is in the values
    values = (*place.values, *like.values, list(plugins), *matched.values)
    matches: dict[int, list[Match]] = {key: [] for key in plugins}
    for plugin, name, number, is_default, projects, likeness in rows_of(
        statement, values
    ):
        rule = rule_of(number)
        told = likeness if rule is Rule.ALIKE else None
        matches[plugin].append(Match(name, rule, is_default, projects, told))
    # A plugin may have changed between the two statements.
    return tuple(Result(key, tuple(found)) for key, found in matches.items() if found)
