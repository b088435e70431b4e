"""The sets of settings that are enough to run, out of what a config's schema demands.

Source: `settings_group_validation` of schemas/common/common.schema.json: "a set consisting
of one valid combination of required setting names".
"""

from collections.abc import Container, Iterable
from itertools import chain, islice, product
from typing import Any

from registry.facts import Json
from registry.tried import Setting
from scrapers.probes.invocation.json_texts import list_of, mapping_of, text_of
from scrapers.probes.invocation.schemas import alternatives, merged, resolved
from scrapers.probes.invocation.settings import (
    properties_of,
    texts_in,
    undeclared,
)

GROUPS_LIMIT = 20
DEPTH_LIMIT = 12
# Twice what is read of settings.
OBJECTS_LIMIT = 1000
# The last is the word of drafts of old for both.
DEPENDENT = ("dependentRequired", "dependentSchemas", "dependencies")
Paths = frozenset[tuple[str, ...]]


def required_groups(
    schema: Any, settings: Iterable[Setting]
) -> tuple[tuple[str, ...], ...] | None:
    """Return each set of names with which a config is whole; none where none is needed.

    A set that holds another one says nothing more and is left out. None is returned where
    what is needed depends on what else is set, and to which value: no set says that. Nor does
    one where it is no setting: an object that has to be there, whatever is in it.
    """
    names = {setting.path: setting.name for setting in settings}
    demands = _Demands(mapping_of(schema))
    wanted = demands.whole()
    if demands.is_conditional(wanted) or not all(_is_sayable(p, names) for p in wanted):
        return None
    groups = [frozenset(path for path in paths if path in names) for paths in wanted]
    least = [one for one in groups if not any(other < one for other in groups)]
    # In the order of the schema, so that a difference is one.
    listed = (tuple(names[path] for path in names if path in group) for group in least)
    return tuple(dict.fromkeys(group for group in listed if group))


def _is_sayable(paths: Paths, settings: Container[tuple[str, ...]]) -> bool:
    """Say whether all that has to be set is, once the settings among it are."""
    said = {path[:depth] for path in paths if path in settings
            for depth in range(1, len(path) + 1)}  # fmt: skip
    return paths <= said


class _Demands:
    """What one schema demands; it ends after so many objects, whatever refers to what."""

    def __init__(self, root: Json) -> None:
        self._root = root
        self._left = OBJECTS_LIMIT
        self._is_branching = False
        # What has to be set as soon as something else is.
        self._dependent: set[tuple[str, ...]] = set()

    def whole(self) -> list[Paths]:
        """Return the ways in which a config can be whole, each as the paths it needs."""
        return self._ways(merged(self._root, self._root), ())

    def is_conditional(self, ways: list[Paths]) -> bool:
        """Say whether more is demanded than each of these ways has, once something is set."""
        return self._is_branching or not all(self._dependent <= way for way in ways)

    def _ways(self, schema: Json, path: tuple[str, ...]) -> list[Paths]:
        self._left -= 1
        if self._left < 0 or len(path) > DEPTH_LIMIT:
            return [frozenset()]
        self._note(schema, path)
        properties = properties_of(schema, self._root)
        ways = [self._required(schema, properties, path)]
        for parts in alternatives(schema, self._root):
            # A part that speaks of no members is about something else: `null`.
            said = [p for p in parts if p.get("required") or p.get("properties")]
            for part in said:
                self._note(part, path)
            listed = [self._required(part, properties, path) for part in said]
            ways += [list(chain(*listed))] if listed else []
        return _combined(ways)

    def _note(self, schema: Json, path: tuple[str, ...]) -> None:
        """Note what an object demands under a condition."""
        joined = (resolved(one, self._root) for one in list_of(schema.get("allOf")))
        for part in (schema, *joined):
            branches = [part.get("then"), part.get("else")] if "if" in part else []
            for word in DEPENDENT:
                for needs in mapping_of(part.get(word)).values():
                    keys = map(text_of, texts_in(needs))
                    self._dependent.update((*path, key) for key in keys)
                    branches.append(needs)
            self._is_branching |= any(map(_is_demanding, branches))

    def _required(
        self, schema: Json, properties: Json, path: tuple[str, ...]
    ) -> list[Paths]:
        """Return the ways to give what one `required` lists, and all that this needs."""
        # No set of settings is enough where something else is demanded, too.
        self._is_branching |= bool(undeclared(schema, properties))
        ways = []
        for key in dict.fromkeys(texts_in(schema.get("required"))):
            if key in properties:
                inner = (*path, text_of(key))
                below = self._ways(merged(properties[key], self._root), inner)
                ways.append([frozenset({inner}) | paths for paths in below])
        return _combined(ways)


def _is_demanding(schema: Any) -> bool:
    """Say whether anything is required anywhere in a schema."""
    waiting = [mapping_of(schema)]
    for _ in range(OBJECTS_LIMIT):
        if not waiting:
            break
        said = waiting.pop()
        if list_of(said.get("required")):
            return True
        waiting += [one for one in said.values() if isinstance(one, dict)]
        waiting += [
            one
            for parts in said.values()
            for one in list_of(parts)
            if isinstance(one, dict)
        ]
    return False


def _combined(ways: list[list[Paths]]) -> list[Paths]:
    """Return one way of each list together, in all combinations up to a limit."""
    nothing: Paths = frozenset()
    return [nothing.union(*some) for some in islice(product(*ways), GROUPS_LIMIT)]
