"""Ease a query that found nothing: what it asks of streams and fields, a little looser.

Who types a stream's or a field's name guesses it: streams are called as each author likes.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from registry.search.columns import Columns
from registry.search.query import Query, Term
from registry.search.seeking import seek
from registry.search.tally import Search

# Each is a query of its own to the database.
TRIED = 2
# A beginning of fewer letters begins too much.
BEGINNING = 3
# Those that can be told by the beginning, and by their last part.
EASED = frozenset({"stream", "field", "setting"})


@dataclass(frozen=True, slots=True)
class Near:
    """A query that finds something: `given` up for `taken`, and how many plugins have that."""

    given: Term
    taken: Term
    query: Query
    total: int


def near(
    query: Query, columns: Columns, *, now: datetime, hides: bool
) -> tuple[Near, ...]:
    """Return queries near to one that found nothing, which find something.

    A query to the database for each that is tried, at most two.
    """
    found = []
    for given, taken in islice(_loosened(query), TRIED):
        terms = tuple(taken if term == given else term for term in query.terms)
        eased = Query(tuple(dict.fromkeys(terms)))
        sought = seek(eased, is_alike=False)
        search = Search.of(eased, columns, sought, now=now, hides=hides)
        if total := columns.runs.met(search.matched).bit_count():
            found.append(Near(given, taken, eased, total))
    return tuple(found)


def _loosened(query: Query) -> Iterator[tuple[Term, Term]]:
    """Yield each term that may be looser, with what stands for it: the nearest first."""
    for term in query.terms:
        if term.key in EASED and not term.is_negated:
            for text in dict.fromkeys(_looser(term.key, term.text)):
                yield term, Term(text, term.key)


def _looser(key: str, text: str) -> Iterator[str]:
    """Yield looser names: a field of any stream, then what begins so, in the singular."""
    if text.endswith("*"):
        return
    _, _, last = text.partition(".")
    if key == "field" and last:
        yield last
        text = last
    stem = text.removesuffix("s")
    if len(stem) >= BEGINNING:
        yield f"{stem}*"
