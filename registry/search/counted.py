"""What counting needs of one variant, as a process holds it. Pure."""

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from registry.search.facets import BITS, INSTALLS, KEYWORD, MAINTENANCE, TRAITS, VARIANT
from registry.search.standing import Trouble, trouble_of

# The month of the last release, "" where none is known: what is recent is a few of them.
MONTH = "month"
COLUMN = {facet.key: column for column, facet in enumerate(BITS)}
# What a set of entries is held of, for each value.
KEPT = (*COLUMN, KEYWORD.key, MONTH)

type Rank = tuple[int, int, str, int]


class Entry(NamedTuple):
    """What counting needs of a variant. `bits` has a number for each of `BITS`."""

    id: int
    plugin: int
    plugin_name: str
    name: str
    projects: int
    is_default: bool
    bits: tuple[int, ...]
    keywords: tuple[str, ...]
    released_at: datetime | None = None

    @property
    def rank(self) -> Rank:
        """Return what orders plugins that match equally well: trouble, use, then the name."""
        return self.trouble, -self.projects, self.plugin_name, self.plugin

    @property
    def trouble(self) -> Trouble:
        """Return what speaks against it."""
        return trouble_of(
            installs=self.bits[COLUMN[INSTALLS.key]],
            maintenance=self.bits[COLUMN[MAINTENANCE.key]],
            traits=self.bits[COLUMN[TRAITS.key]],
        )

    def of_facet(self, key: str) -> tuple[str, ...]:
        """Return the values that it has of one facet."""
        if key == VARIANT.key:
            return (self.name,)
        if key == KEYWORD.key:
            return self.keywords
        if key == MONTH:
            return (month_of(self.released_at),)
        column = COLUMN[key]
        return _among(column, self.bits[column])

    def values(self) -> Iterable[tuple[str, str]]:
        """Return the values that it has of `KEPT`."""
        for key in KEPT:
            for value in self.of_facet(key):
                yield key, value


@lru_cache(maxsize=4096)
def _among(column: int, number: int) -> tuple[str, ...]:
    """Return the values of a number of bits; there are few such numbers."""
    return tuple(BITS[column].among(number))


# What stands where an entry was.
NOTHING = Entry(0, 0, "", "", 0, is_default=False, bits=(0,) * len(BITS), keywords=())


def month_of(time: datetime | None) -> str:
    """Return the month of a time, so that months stand in their order; "" for none."""
    return f"{time:%Y-%m}".rjust(7, "0") if time else ""
