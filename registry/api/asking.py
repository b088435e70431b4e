"""What a call of the search asks for: the site's query and filters, and how it is told.

What is typed into `q` is never an error, as on the site. A parameter is written by a program:
one that is not known, or has no such value, is refused with what it could be.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256

from django.http import QueryDict

from registry.api.answers import Refused, Wrong
from registry.search.columns import Order
from registry.search.finding import PER_PAGE
from registry.search.query import KEYS, TERM_LIMIT, Query, filter_of, parse, problem_of

LIMIT = 100
FILTERS = tuple(dict.fromkeys(KEYS.values()))
FLAGS = ("facets", "explain", "all")
OPTIONS = ("q", "sort", "limit", "cursor", *FLAGS)
# Beyond any number of pages that there can be, and a few digits only.
PAGES = 10**6


@dataclass(frozen=True, slots=True)
class Asked:
    """A query in two parts, typed and by parameters, and how its results are told.

    `filters` has the filters of each parameter by its key.
    """

    typed: Query
    filters: Mapping[str, tuple[str, ...]]
    order: Order = Order.BEST
    limit: int = PER_PAGE
    page: int = 1
    has_facets: bool = False
    is_explained: bool = False
    shows_all: bool = False

    @classmethod
    def of(cls, parameters: QueryDict) -> "Asked":
        """Return what the parameters ask for. Raises `Refused`, with all that is wrong."""
        wrongs = list(_wrongs(parameters))
        if wrongs:
            raise Refused(wrongs)
        empty = Query()
        asked = cls(
            parse(parameters.get("q", "")),
            {
                key: empty.narrowed(key, parameters.getlist(key)).wanted(key)
                for key in FILTERS
                if key in parameters
            },
            Order(parameters.get("sort", Order.BEST)),
            int(parameters.get("limit", PER_PAGE)),
            has_facets=_is_set(parameters, "facets"),
            is_explained=_is_set(parameters, "explain"),
            shows_all=_is_set(parameters, "all"),
        )
        cursor = parameters.get("cursor")
        return asked if cursor is None else replace(asked, page=asked.page_of(cursor))

    @property
    def query(self) -> Query:
        """Return all of it as one query."""
        query = self.typed
        for key, values in self.filters.items():
            query = query.narrowed(key, values)
        return query

    @property
    def hides(self) -> bool:
        """Say whether what nobody browses for is left out, as on the site."""
        return not self.typed.terms and not self.shows_all

    def cursor(self, page: int) -> str:
        """Return what leads to a page of this query's results."""
        said = json.dumps([page, self._digest]).encode()
        return urlsafe_b64encode(said).decode().rstrip("=")

    def page_of(self, cursor: str) -> int:
        """Return the page that a cursor leads to. Raises `Refused` where it is another's."""
        page, digest = _read(cursor)
        if digest != self._digest:
            detail = "This cursor belongs to another query, order or limit."
            raise Refused([Wrong("cursor", detail)])
        return page

    def parameters(self, page: int) -> list[tuple[str, str]]:
        """Return the parameters that ask for another page of the same."""
        flags = (self.has_facets, self.is_explained, self.shows_all)
        said = [
            ("q", str(self.typed)),
            *((key, one) for key, values in self.filters.items() for one in values),
            ("sort", "" if self.order is Order.BEST else self.order),
            ("limit", "" if self.limit == PER_PAGE else str(self.limit)),
            *((name, "1") for name, is_set in zip(FLAGS, flags, strict=True) if is_set),
            ("cursor", self.cursor(page)),
        ]
        return [(name, value) for name, value in said if value]

    @property
    def _digest(self) -> str:
        """Return what tells one list of results from another."""
        said = (str(self.query), self.order.value, self.limit, self.hides)
        return sha256(repr(said).encode()).hexdigest()[:12]


def _wrongs(parameters: QueryDict) -> Iterator[Wrong]:
    """Yield what is wrong with the parameters."""
    for name in parameters:
        if name in FILTERS:
            yield from _wrong_filter(name, parameters.getlist(name))
        elif name not in OPTIONS:
            known = ", ".join((*OPTIONS, *FILTERS))
            detail = f"There is no parameter “{name[:40]}”. There are {known}."
            yield Wrong(name[:40], detail)
        elif len(parameters.getlist(name)) > 1:
            yield Wrong(name, f"“{name}” may be given once.")
    yield from _wrong_option(parameters)


def _wrong_filter(name: str, values: list[str]) -> Iterator[Wrong]:
    if len(values) > TERM_LIMIT:
        yield Wrong(name, f"“{name}” may be given {TERM_LIMIT} times.")
        return
    for value in values:
        if filter_of(name, value) is None:
            yield Wrong(name, problem_of(name, value[:40]))


def _wrong_option(parameters: QueryDict) -> Iterator[Wrong]:
    for name in FLAGS:
        if parameters.get(name, "1") not in {"0", "1"}:
            yield Wrong(name, f"“{name}” is 1 or 0.")
    if parameters.get("sort", Order.BEST) not in set(Order):
        yield Wrong("sort", f"“sort” is one of {', '.join(Order)}.")
    said = parameters.get("limit", "1")
    is_number = said.isascii() and said.isdecimal() and len(said) <= len(str(LIMIT))
    if not is_number or not 1 <= int(said) <= LIMIT:
        yield Wrong("limit", f"“limit” is a number from 1 to {LIMIT}.")


def _is_set(parameters: QueryDict, name: str) -> bool:
    return parameters.get(name) == "1"


def _read(cursor: str) -> tuple[int, str]:
    """Return the page and the digest in a cursor. Raises `Refused` for what is none."""
    try:
        said = json.loads(urlsafe_b64decode(cursor[:200] + "=" * (-len(cursor) % 4)))
    except (NotBase64, ValueError, RecursionError):
        said = None
    match said:
        case [int(page), str(digest)] if 1 <= page <= PAGES:
            return page, digest
    raise Refused([Wrong("cursor", "This is no cursor: take one from “next”.")])
