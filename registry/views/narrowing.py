"""How a search is narrowed on its page: facets to tick, and what has been ticked. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import QueryDict

from registry.search.facets import FACETS, INSTALLS, MAINTENANCE, TYPE, UNKNOWN, Facet
from registry.search.query import Query, Term, parse
from registry.vocabulary import PluginType

# Types have a list of their own.
TICKED = tuple(facet for facet in FACETS.values() if facet is not TYPE)
# The rest is in the address, for who asks for it.
SHOWN = 12
UNKNOWN_SAID = {
    "installs": "Not checked", "python": "Not declared", "maintenance": "Not known",
    "license": "Not known",
}  # fmt: skip
SAID = {
    "maintenance": {"active": "Active", "quiet": "Quiet", "seeking": "Seeks a maintainer",
                    "none": "None"},
    "installs": {"yes": "Installs", "limited": "With limits", "no": "Does not install"},
    "license": {"other": "Other"},
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asked:
    """What an address asks for: words and filters in `q`, ticked facets beside it, a type.

    `ticked` has facets by key; `kind` is the type that the page's path names.
    """

    typed: Query
    ticked: Mapping[str, tuple[str, ...]]
    kind: PluginType | None

    @classmethod
    def of(cls, parameters: QueryDict, kind: PluginType | None) -> "Asked":
        """Return what the parameters ask for; what is no facet's value is passed over."""
        typed = parse(parameters.get("q", ""))
        empty = Query()
        ticked = {
            key: empty.narrowed(key, parameters.getlist(key)[:SHOWN]).wanted(key)
            for key in FACETS
            if parameters.getlist(key)
        }
        if typed.wanted(TYPE.key):
            # Somebody who types another type on a type's page means what is typed.
            kind = None
        return cls(typed, {key: said for key, said in ticked.items() if said}, kind)

    @property
    def query(self) -> Query:
        """Return all of it as one query."""
        query = self.typed
        for key, values in self.ticked.items():
            query = query.narrowed(key, values)
        return query.narrowed(TYPE.key, [self.kind] if self.kind else [])

    def kept(self, **changed: object) -> dict[str, object]:
        """Return the parameters of this page's links; None drops one."""
        said: dict[str, object] = {"q": str(self.typed) or None, **self.ticked}
        return said | changed

    def without(self, term: Term) -> str:
        """Return the parameters of the same page without one filter."""
        typed = self.typed.without(term)
        ticked = {
            key: [value for value in values if Term(value, key) != term]
            for key, values in self.ticked.items()
        }
        said = {"q": str(typed), **ticked}
        return urlencode(
            {key: value for key, value in said.items() if value}, doseq=True
        )


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a facet, as it is ticked."""

    value: str
    label: str
    count: int
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Group:
    """A facet and its values. `is_open` shows them without a click."""

    key: str
    title: str
    choices: tuple[Choice, ...]
    is_open: bool


def groups(asked: Asked, counts: Mapping[str, Mapping[str, int]]) -> list[Group]:
    """Return the facets of a page, those in use unfolded."""
    return [_group(facet, asked, counts.get(facet.key, {})) for facet in TICKED]


def _group(facet: Facet, asked: Asked, counts: Mapping[str, int]) -> Group:
    chosen = asked.ticked.get(facet.key, ())
    is_small = facet in {MAINTENANCE, INSTALLS}
    values = [*counts, *(v for v in (*chosen, *(facet.values if is_small else ())))]
    order = sorted(dict.fromkeys(values), key=lambda value: value == UNKNOWN)
    shown = [value for n, value in enumerate(order) if n < SHOWN or value in chosen]
    choices = tuple(
        Choice(value, said_of(facet, value), counts.get(value, 0), value in chosen)
        for value in shown
    )
    return Group(facet.key, facet.title, choices, bool(chosen))


def said_of(facet: Facet, value: str) -> str:
    """Return a value in words for people."""
    if value == UNKNOWN and facet.values:
        return UNKNOWN_SAID.get(facet.key, "Not known")
    return SAID.get(facet.key, {}).get(value, value)


def chosen(asked: Asked) -> Iterable[tuple[str, str]]:
    """Yield each filter in use, and the parameters of the page without it."""
    for term in asked.query.terms:
        if (term.key or term.is_negated) and term != Term(asked.kind or "", TYPE.key):
            yield str(term), asked.without(term)
