"""What differs in the settings of two releases, and which of them are required."""

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
    shown,
)
from registry.differences.groups import required_settings
from registry.facts import Json
from registry.tried.offers import SETTINGS_KEPT

# A client hands all of these to the connector as the text that was written.
TEXTS = frozenset({
    "string", "password", "hidden", "email", "date_iso8601", "file", "oauth", "options",
})  # fmt: skip
# A client shows no value of these, whether the setting says `sensitive` or not.
SECRETS = frozenset({"password", "oauth"})
# What is shown of a setting, and changes nothing in what it does.
SHOWN_KEYS = ("label", "description", "placeholder", "documentation")

type Told = Iterator[tuple[Impact, Change, str]]


def setting_differences(
    older: Mapping[str, Any], newer: Mapping[str, Any]
) -> Iterator[Difference]:
    """Yield how the settings differ, and which of them are required."""
    was, now = older.get("settings"), newer.get("settings")
    if not isinstance(was, list) or not isinstance(now, list):
        return
    before, after = named(was), named(now)
    had, has = required_settings(older), required_settings(newer)
    sentence = "The setting `{}`".format
    for one in membership(before, after, Facet.SETTING, sentence, kept=SETTINGS_KEPT):
        is_new = one.change is Change.ADDED and one.subject in (has or ())
        is_demand = is_new and not _has_default(after[one.subject])
        yield _demanded(one) if is_demand else one
    for name in before.keys() & after.keys():
        required = (name in (had or ()), name in (has or ()))
        told = [*_setting(before[name], after[name], required=required)]
        if had is not None and has is not None:
            told += _requirement(after[name], required=required)
        for impact, change, words in told:
            yield Difference(
                impact=impact,
                facet=Facet.SETTING,
                change=change,
                subject=name,
                message=f"The setting `{name}` {words}.",
            )


def _demanded(added: Difference) -> Difference:
    message = f"The setting `{added.subject}` is new, and required."
    return replace(added, impact=Impact.BREAKING, message=message)


def _setting(was: Json, now: Json, *, required: tuple[bool, bool]) -> Told:
    """Yield how one setting changed; `required` says whether it was, and whether it is."""
    yield from _secrecy(was, now)
    yield from _kind(was, now)
    yield from _default(was, now, required=required)
    yield from _options(was, now)
    changed = [key for key in SHOWN_KEYS if not same(was.get(key), now.get(key))]
    if changed:
        yield Impact.COSMETIC, Change.TEXT, f"has another {' and '.join(changed)}"


def _secrecy(was: Json, now: Json) -> Told:
    """Yield that its value is kept from eyes now, or no longer is: in logs and on screens."""
    if _is_secret(was) != _is_secret(now):
        words = "is a secret now" if _is_secret(now) else "is no longer a secret"
        yield Impact.BEHAVIOURAL, Change.SECRECY, words


def _is_secret(setting: Json) -> bool:
    return setting.get("sensitive") is True or _kind_of(setting) in SECRETS


def _kind(was: Json, now: Json) -> Told:
    """Yield what another kind does to a value that was set; a text stays one."""
    before, after = _kind_of(was), _kind_of(now)
    if before == after or _is_told_otherwise(was, now):
        return
    if before is None:
        yield Impact.COSMETIC, Change.KIND, f"is known to have the kind `{after}` now"
        return
    impact = Impact.BREAKING
    if after is None or (before in TEXTS and after in TEXTS):
        impact = Impact.COSMETIC
    elif (before, after) == ("integer", "decimal"):
        impact = Impact.ADDITIVE
    yield impact, Change.KIND, f"has {from_to('kind', was, now)}"


def _is_told_otherwise(was: Json, now: Json) -> bool:
    """Say whether texts became secrets or choices: that says more than their kinds do."""
    is_more = _is_secret(was) != _is_secret(now) or _values(was) != _values(now)
    return is_more and _are_texts(was, now)


def _are_texts(*settings: Json) -> bool:
    """Say whether all are texts, or may be: no kind is one that is not known."""
    return all(one is None or one in TEXTS for one in map(_kind_of, settings))


def _kind_of(setting: Json) -> str | None:
    kind = setting.get("kind")
    return kind if isinstance(kind, str) else None


def _default(was: Json, now: Json, *, required: tuple[bool, bool]) -> Told:
    """Yield another default, by who has relied on it.

    Of what had to be set nobody did, so that a first one does no more than help.
    """
    if same(was.get("value"), now.get("value")):
        return
    had_to, has_to = required
    words = f"has {from_to('value', was, now).replace('value', 'default', 1)}"
    impact = Impact.BEHAVIOURAL
    if has_to and not _has_default(now):
        impact = Impact.BREAKING
        words = f"is required and has no default; it had {shown(was.get('value'))}"
    elif had_to and not _has_default(was):
        impact = Impact.ADDITIVE
    yield impact, Change.DEFAULT, words


def _has_default(setting: Json) -> bool:
    return setting.get("value") is not None


def _options(was: Json, now: Json) -> Told:
    """Yield whether values can be chosen that could not, or no longer can."""
    before, after = _values(was), _values(now)
    if before == after or not (_are_texts(was, now) or _kind_of(was) == _kind_of(now)):
        return
    if before is None:
        words = f"takes nothing but {_listed(after)} now"
        yield Impact.BREAKING, Change.OPTIONS, words
    elif after is None:
        words = f"takes other values than {_listed(before)} now"
        yield Impact.ADDITIVE, Change.OPTIONS, words
    else:
        if gone := before - after:
            words = f"has no option {_listed(gone)} any more"
            yield Impact.BREAKING, Change.OPTIONS, words
        if new := after - before:
            words = f"has the new option {_listed(new)}"
            yield Impact.ADDITIVE, Change.OPTIONS, words


def _listed(values: frozenset[str] | None) -> str:
    return ", ".join(sorted(values or ()))[:SHOWN_LIMIT]


def _values(setting: Json) -> frozenset[str] | None:
    """Return what may be chosen, as JSON; None where anything may be written."""
    options = setting.get("options")
    if not isinstance(options, list):
        return None
    values = (one.get("value") for one in options if isinstance(one, dict))
    return frozenset(json.dumps(value, sort_keys=True) for value in values) or None


def _requirement(setting: Json, *, required: tuple[bool, bool]) -> Told:
    """Yield that it has to be set now, or no longer; a default sets it."""
    match required:
        case (False, True) if _has_default(setting):
            default = shown(setting.get("value"))
            words = f"is required now, and has the default {default}"
            yield Impact.BEHAVIOURAL, Change.REQUIRED, words
        case (False, True):
            yield Impact.BREAKING, Change.REQUIRED, "is required now"
        case (True, False):
            yield Impact.ADDITIVE, Change.OPTIONAL, "is not required any more"
