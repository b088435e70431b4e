"""What has to be said of a search beside its results, the same on the site and in the API."""

from collections.abc import Iterator

from registry.search.easing import Near
from registry.search.facets import FACETS, INSTALLS, UNKNOWN, Facet
from registry.search.finding import Found
from registry.search.query import Query
from registry.search.saying import said_of


def notices(query: Query, found: Found) -> list[str]:
    """Return what a query could not mean, what nobody knows, and what is near to it."""
    return [
        *query.notices,
        *_unknown(query, found),
        *_undiscovered(query, found),
        *map(_nearby, found.near),
    ]


def _unknown(query: Query, found: Found) -> Iterator[str]:
    """Yield what a filter could not judge: how many plugins nobody knows that of."""
    for key, facet in FACETS.items():
        count = found.counts.get(key, {}).get(UNKNOWN, 0)
        wanted = query.wanted(key)
        if UNKNOWN in facet.values and wanted and UNKNOWN not in wanted and count:
            yield f"{count:,} more meet the rest, but {_left_open(facet)}."
    if any(term.key == "is" and term.text == "verified" for term in query.terms):
        yield "Nobody's claim to a connector has been verified yet."


def _left_open(facet: Facet) -> str:
    """Return why a filter could not judge some plugins."""
    if facet is INSTALLS:
        return "were not checked"
    words = said_of(facet, UNKNOWN).lower()
    return f"of these it is {words}: {facet.title.lower()}"


def _undiscovered(query: Query, found: Found) -> Iterator[str]:
    """Yield that what was asked of streams was seen of a few connectors only."""
    known, every = found.discovered
    is_asked = any(term.key in {"stream", "field"} for term in query.terms)
    if is_asked and known < every:
        yield (
            f"Streams were seen of {known:,} of {every:,} extractors; the others may have "
            "what you look for."
        )


def _nearby(near: Near) -> str:
    plugins = "1 plugin" if near.total == 1 else f"{near.total:,} plugins"
    return f"“{near.taken}” in place of “{near.given}” finds {plugins}."
