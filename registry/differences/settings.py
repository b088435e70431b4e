"""What differs in the settings of two releases, and in what has to be set."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from registry.differences.difference import (
    SHOWN_LIMIT,
    Change,
    Difference,
    Facet,
    Impact,
    from_to,
    membership,
    named,
    same,
)
from registry.facts import Json

# A client hands all of these to the connector as the text that was written.
TEXTS = frozenset({
    "string", "password", "hidden", "email", "date_iso8601", "file", "oauth", "options",
})  # fmt: skip
# What is shown of a setting, and changes nothing in what it does.
SHOWN_KEYS = ("label", "description", "placeholder", "documentation", "sensitive")


def setting_differences(
    older: Mapping[str, Any], newer: Mapping[str, Any]
) -> Iterator[Difference]:
    """Yield how the settings differ, and which of them are required."""
    was, now = older.get("settings"), newer.get("settings")
    if not isinstance(was, list) or not isinstance(now, list):
        return
    before, after = named(was), named(now)
    had, has = _required(older), _required(newer)
    for one in membership(before, after, Facet.SETTING, "The setting `{}`".format):
        is_demand = one.change is Change.ADDED and one.subject in (has or ())
        yield _demanded(one) if is_demand else one
    for name in before.keys() & after.keys():
        yield from _setting(name, before[name], after[name])
        if had is not None and has is not None:
            yield from _requirement(name, was=name in had, now=name in has)


def _demanded(added: Difference) -> Difference:
    message = f"The setting `{added.subject}` is new, and required."
    return replace(added, impact=Impact.BREAKING, message=message)


def _setting(name: str, was: Json, now: Json) -> Iterator[Difference]:
    """Yield how one setting changed."""
    told: list[tuple[Impact, Change, str]] = []
    if not same(was.get("kind"), now.get("kind")):
        impact = _kind_impact(was.get("kind"), now.get("kind"))
        told.append((impact, Change.KIND, from_to("kind", was, now)))
    if not same(was.get("value"), now.get("value")):
        words = from_to("value", was, now).replace("value", "default", 1)
        told.append((Impact.BEHAVIOURAL, Change.DEFAULT, words))
    told += _options(was, now)
    changed = [key for key in SHOWN_KEYS if not same(was.get(key), now.get(key))]
    if changed:
        told.append((Impact.COSMETIC, Change.TEXT, f"another {' and '.join(changed)}"))
    for impact, change, words in told:
        yield Difference(
            impact=impact,
            facet=Facet.SETTING,
            change=change,
            subject=name,
            message=f"The setting `{name}` has {words}.",
        )


def _kind_impact(was: object, now: object) -> Impact:
    """Return what another kind does to a value that was set. No kind takes any."""
    if now in TEXTS and (was in TEXTS or was is None):
        return Impact.COSMETIC
    if now is None or (was == "integer" and now == "decimal"):
        return Impact.ADDITIVE
    return Impact.BREAKING


def _options(was: Json, now: Json) -> list[tuple[Impact, Change, str]]:
    """Return whether values can be chosen that could not, or no longer can."""
    before, after = _values(was), _values(now)
    if before is None or after is None or before == after:
        return []
    gone, new = sorted(before - after), sorted(after - before)
    told = []
    if gone:
        words = f"no option {', '.join(gone)[:SHOWN_LIMIT]} any more"
        told.append((Impact.BREAKING, Change.OPTIONS, words))
    if new:
        words = f"the new option {', '.join(new)[:SHOWN_LIMIT]}"
        told.append((Impact.ADDITIVE, Change.OPTIONS, words))
    return told


def _values(setting: Json) -> frozenset[str] | None:
    options = setting.get("options")
    if not isinstance(options, list):
        return None
    values = (one.get("value") for one in options if isinstance(one, dict))
    return frozenset(json.dumps(value, sort_keys=True) for value in values)


def _requirement(name: str, *, was: bool, now: bool) -> Iterator[Difference]:
    if was != now:
        words = "is required now" if now else "is not required any more"
        yield Difference(
            impact=Impact.BREAKING if now else Impact.ADDITIVE,
            facet=Facet.SETTING,
            change=Change.REQUIRED if now else Change.OPTIONAL,
            subject=name,
            message=f"The setting `{name}` {words}.",
        )


def _required(definition: Mapping[str, Any]) -> frozenset[str] | None:
    """Return what no config can do without; None where that is not known."""
    groups = _group_sets(definition)
    if groups is None:
        return None
    return frozenset.intersection(*groups)


def group_differences(
    older: Mapping[str, Any], newer: Mapping[str, Any]
) -> Iterator[Difference]:
    """Yield sets of settings that are no longer enough, and those that now are.

    Where there is one set at most on both sides, its settings tell it all.
    """
    was, now = _group_sets(older), _group_sets(newer)
    if was is None or now is None or max(len(was), len(now)) <= 1:
        return
    for change, those, others in (
        (Change.REMOVED, was, now),
        (Change.ADDED, now, was),
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


def _group_sets(definition: Mapping[str, Any]) -> set[frozenset[str]] | None:
    groups = definition.get("settings_group_validation")
    if not isinstance(groups, list):
        return None
    lists = (group for group in groups if isinstance(group, list))
    sets = (frozenset(one for one in group if isinstance(one, str)) for group in lists)
    # Where no set is listed, to set nothing is enough.
    return set(sets) or {frozenset()}
