"""How a search is narrowed on its page: facets to tick, what is ticked, in which order."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.http import QueryDict

from registry.search.columns import Order
from registry.search.facets import (
    AUTH,
    FACETS,
    INSTALLS,
    MAINTENANCE,
    PYTHON,
    TRAITS,
    TYPE,
    UNKNOWN,
    UPDATED,
    Facet,
)
from registry.search.finding import Found
from registry.search.query import Query, Term, parse
from registry.search.saying import said_of
from registry.vocabulary import PluginType

# In words for people. The first is what is not written into addresses.
ORDERS = {
    Order.BEST: "Best match", Order.USED: "Most used", Order.NAME: "Plugin name",
    Order.RELEASED: "Last update",
}  # fmt: skip
# What all match alike stands by use, behind it what is in trouble.
UNTYPED = {key: said for key, said in ORDERS.items() if key is not Order.USED} | {
    Order.BEST: ORDERS[Order.USED]
}
# Of what `is:` says only this is of use to who chooses a connector.
NEEDS = replace(TRAITS, title="Needs", values=("docker",))
# Types have a list of their own.
TICKED = tuple(
    one
    for facet in FACETS.values()
    if facet is not TYPE
    for one in ((facet, NEEDS) if facet is AUTH else (facet,))
)
# "3.9 or newer" is also true of Pythons that are not out yet, which nobody looks for.
# Source: https://peps.python.org/pep-0790/, which has 3.15 in October 2026.
NEWEST_PYTHON = "3.15"
# Few, and telling even where nothing has them yet.
ALWAYS = (MAINTENANCE, INSTALLS, NEEDS, UPDATED)
# Of keywords and variants. The rest is in the address, for who asks for it.
SHOWN = 12


@dataclass(frozen=True, slots=True)
class Asked:
    """What an address asks for: words and filters in `q`, ticked facets beside it, a type.

    `ticked` has facets by key; `kind` is the type that the page's path names. `shows_all`
    says that somebody asked for what is left out where nothing is typed.
    """

    typed: Query
    ticked: Mapping[str, tuple[str, ...]]
    kind: PluginType | None
    order: Order = Order.BEST
    shows_all: bool = False

    @classmethod
    def of(cls, parameters: QueryDict, kind: PluginType | None) -> "Asked":
        """Return what the parameters ask for; what is no facet's value is passed over."""
        typed = parse(parameters.get("q", ""))
        empty = Query()
        ticked = {
            key: empty.narrowed(key, parameters.getlist(key)[:SHOWN]).wanted(key)
            for key in (*FACETS, NEEDS.key)
            if parameters.getlist(key)
        }
        if typed.wanted(TYPE.key):
            # Somebody who types another type on a type's page means what is typed.
            kind = None
        said = parameters.get("sort", "")
        return cls(
            typed,
            {key: values for key, values in ticked.items() if values},
            kind,
            Order(said) if said in set(Order) else Order.BEST,
            "all" in parameters,
        )

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
        return said | self._shown | changed

    @property
    def hides(self) -> bool:
        """Say whether what nobody browses for is left out: where nothing is typed."""
        return not self.typed.terms and not self.shows_all

    @property
    def _shown(self) -> dict[str, object]:
        """Return the parameters of how results are shown."""
        return {
            "sort": None if self.order is Order.BEST else self.order,
            "all": 1 if self.shows_all else None,
        }

    def without(self, *terms: Term) -> "Asked":
        """Return what is left without some of the filters."""
        ticked = {
            key: tuple(value for value in values if Term(value, key) not in terms)
            for key, values in self.ticked.items()
        }
        ticked = {key: values for key, values in ticked.items() if values}
        return replace(self, typed=self.typed.without(*terms), ticked=ticked)

    @property
    def parameters(self) -> str:
        """Return what follows the `?` of a page's address."""
        kept = {key: value for key, value in self.kept().items() if value}
        return urlencode(kept, doseq=True)

    @property
    def filters(self) -> list[Term]:
        """Return the filters in use, in their order, but for the type of the path."""
        of_path = Term(self.kind or "", TYPE.key)
        terms = (one for one in self.query.terms if one.key or one.is_negated)
        return [one for one in terms if one != of_path]

    @property
    def eased(self) -> tuple[Sequence[Term], "Asked"] | None:
        """Return the last filter, and what is left without it; None where there is none.

        Of a facet's values any will do, so all of them are one filter: one less finds less.
        """
        if not self.filters:
            return None
        last = self.filters[-1]
        is_any = last.key in FACETS and not last.is_negated
        terms = [
            one
            for one in self.filters
            if one == last or (is_any and one.key == last.key and not one.is_negated)
        ]
        return terms, self.without(*terms)


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a facet, as it is ticked."""

    value: str
    label: str
    count: int
    is_chosen: bool

    @property
    def count_said(self) -> str:
        """Return the count with its thousands apart."""
        # Not by the template's filter: a page has a hundred of them.
        return f"{self.count:,}"


@dataclass(frozen=True, slots=True)
class Group:
    """A facet and its values. `is_open` shows them without a click."""

    key: str
    title: str
    choices: tuple[Choice, ...]
    is_open: bool


def groups(asked: Asked, found: Found) -> list[Group]:
    """Return the facets of a page, those in use unfolded."""
    return [_group(facet, asked, found) for facet in TICKED]


def _group(facet: Facet, asked: Asked, found: Found) -> Group:
    """Return one facet. A closed one has the same values in the same order in all pages."""
    chosen = asked.ticked.get(facet.key, ())
    counts = found.counts.get(facet.key, {})
    values: Sequence[str] = (
        facet.values if facet in ALWAYS else found.known.get(facet.key, [])
    )
    if facet is PYTHON:
        out = PYTHON.values[: PYTHON.values.index(NEWEST_PYTHON) + 1]
        values = [value for value in values if value in out]
    order = sorted(
        dict.fromkeys([*(values or list(counts)[:SHOWN]), *chosen]),
        key=lambda value: value == UNKNOWN,
    )
    choices = tuple(
        Choice(value, said_of(facet, value), counts.get(value, 0), value in chosen)
        for value in order
    )
    return Group(facet.key, facet.title, choices, bool(chosen))


def chosen(asked: Asked) -> Iterable[tuple[str, str]]:
    """Yield each filter in use, and the parameters of the page without it."""
    for term in asked.filters:
        yield str(term), asked.without(term).parameters


def sorting(
    asked: Asked, kept: Mapping[str, object]
) -> list[tuple[str, Mapping[str, object], bool]]:
    """Return the orders to choose from: in words, as parameters, and which is in use."""
    return [
        (
            said,
            {**kept, "sort": None if order is Order.BEST else order},
            order is asked.order,
        )
        for order, said in (ORDERS if asked.typed.words else UNTYPED).items()
    ]
