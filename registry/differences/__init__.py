"""What differs between two releases of a connector, and whom it concerns. Pure.

Compared are definitions (`settings`, `capabilities`, ...), with the `streams` of a catalog
and the `supported_python_versions` where they are known. What one of the two does not speak
of is not known, and so it is no difference: an empty list is a statement, a missing key none.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Any

from registry.differences.difference import (
    Change,
    Difference,
    Facet,
    Impact,
    membership,
    named,
)
from registry.differences.groups import group_differences
from registry.differences.settings import setting_differences
from registry.differences.streams import stream_differences

__all__ = ["Change", "Difference", "Facet", "Impact", "differences", "worst_first"]


def differences(
    older: Mapping[str, Any], newer: Mapping[str, Any]
) -> tuple[Difference, ...]:
    """Return what differs in `newer`, worst first; nothing where both say the same."""
    found = chain(
        _executable(older, newer),
        _words(older, newer, "supported_python_versions", Facet.PYTHON, "Python {}"),
        _words(older, newer, "capabilities", Facet.CAPABILITY, "The capability `{}`"),
        setting_differences(older, newer),
        group_differences(older, newer),
        stream_differences(older, newer),
    )
    return worst_first(found)


def worst_first(found: Iterable[Difference]) -> tuple[Difference, ...]:
    """Return differences in the order in which they are told."""
    return tuple(sorted(found, key=_order))


def _order(one: Difference) -> tuple[int, int, str, str, str]:
    impact, facet = list(Impact).index(one.impact), list(Facet).index(one.facet)
    return impact, facet, one.subject, one.change, one.message


def _executable(
    older: Mapping[str, Any], newer: Mapping[str, Any]
) -> Iterator[Difference]:
    was, now = older.get("executable"), newer.get("executable")
    if isinstance(was, str) and isinstance(now, str) and was != now:
        yield Difference(
            impact=Impact.BREAKING,
            facet=Facet.EXECUTABLE,
            change=Change.VALUE,
            subject=now,
            message=f"The command is called `{now}` and was called `{was}`.",
        )


def _words(
    older: Mapping[str, Any],
    newer: Mapping[str, Any],
    key: str,
    facet: Facet,
    sentence: str,
) -> Iterator[Difference]:
    """Yield what came to and went from a list of words."""
    was, now = older.get(key), newer.get(key)
    if isinstance(was, list) and isinstance(now, list):
        yield from membership(
            named({"name": word} for word in was),
            named({"name": word} for word in now),
            facet,
            sentence.format,
        )
