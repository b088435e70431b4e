"""What has to be set of two releases: sets of settings, each of which is enough."""

from collections.abc import Iterator, Mapping
from typing import Any

from registry.differences.difference import Change, Difference, Facet, Impact, named


def required_settings(definition: Mapping[str, Any]) -> frozenset[str] | None:
    """Return what no config can do without; None where that is not known."""
    groups = _group_sets(definition)
    if groups is None:
        return None
    return frozenset.intersection(*groups)


def group_differences(
    older: Mapping[str, Any], newer: Mapping[str, Any]
) -> Iterator[Difference]:
    """Yield sets of settings that are no longer enough, and those that now are.

    Where there is one set at most on both sides, its settings tell it all. What has a default
    need not be set.
    """
    was, now = _group_sets(older), _group_sets(newer)
    if was is None or now is None or max(len(was), len(now)) <= 1:
        return
    for change, those, others in (
        (Change.REMOVED, was, _without_defaults(now, newer)),
        (Change.ADDED, now, _without_defaults(was, older)),
    ):
        is_gone = change is Change.REMOVED
        for group in those:
            if not any(other <= group for other in others):
                names = ", ".join(sorted(group)) or "nothing"
                words = "is not enough any more" if is_gone else "is enough now"
                yield Difference(
                    impact=Impact.BREAKING if is_gone else Impact.ADDITIVE,
                    facet=Facet.GROUP,
                    change=change,
                    subject=names,
                    message=f"To set {names} {words}.",
                )


def _without_defaults(
    groups: set[frozenset[str]], definition: Mapping[str, Any]
) -> set[frozenset[str]]:
    """Return what has to be set by hand of each set."""
    listed = definition.get("settings")
    by_name = named(listed if isinstance(listed, list) else [])
    filled = {name for name, one in by_name.items() if one.get("value") is not None}
    return {group - filled for group in groups}


def _group_sets(definition: Mapping[str, Any]) -> set[frozenset[str]] | None:
    groups = definition.get("settings_group_validation")
    if not isinstance(groups, list):
        return None
    lists = (group for group in groups if isinstance(group, list))
    sets = (frozenset(one for one in group if isinstance(one, str)) for group in lists)
    # Where no set is listed, to set nothing is enough.
    return set(sets) or {frozenset()}
