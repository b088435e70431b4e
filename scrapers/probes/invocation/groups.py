"""The sets of settings that are enough to run, out of what a config's schema demands.

Source: `settings_group_validation` of schemas/common/common.schema.json: "a set consisting
of one valid combination of required setting names".
"""

from collections.abc import Iterable
from itertools import chain, islice, product
from typing import Any

from registry.facts import Json
from registry.tried import Setting
from scrapers.probes.invocation.json_texts import mapping_of, text_of
from scrapers.probes.invocation.schemas import alternatives, merged
from scrapers.probes.invocation.settings import properties_of, texts_in

GROUPS_LIMIT = 20
DEPTH_LIMIT = 12
# Twice what is read of settings.
OBJECTS_LIMIT = 1000
Paths = frozenset[tuple[str, ...]]


def required_groups(
    schema: Any, settings: Iterable[Setting]
) -> tuple[tuple[str, ...], ...]:
    """Return each set of names with which a config is whole; none where none is needed.

    A set that holds another one says nothing more and is left out.
    """
    names = {setting.path: setting.name for setting in settings}
    wanted = _Demands(mapping_of(schema)).whole()
    groups = [frozenset(path for path in paths if path in names) for paths in wanted]
    least = [one for one in groups if not any(other < one for other in groups)]
    # In the order of the schema, so that a difference is one.
    listed = (tuple(names[path] for path in names if path in group) for group in least)
    return tuple(dict.fromkeys(group for group in listed if group))


class _Demands:
    """What one schema demands; it ends after so many objects, whatever refers to what."""

    def __init__(self, root: Json) -> None:
        self._root = root
        self._left = OBJECTS_LIMIT

    def whole(self) -> list[Paths]:
        """Return the ways in which a config can be whole, each as the paths it needs."""
        return self._ways(merged(self._root, self._root), ())

    def _ways(self, schema: Json, path: tuple[str, ...]) -> list[Paths]:
        self._left -= 1
        if self._left < 0 or len(path) > DEPTH_LIMIT:
            return [frozenset()]
        properties = properties_of(schema, self._root)
        ways = [self._required(schema, properties, path)]
        for parts in alternatives(schema, self._root):
            # A part that speaks of no members is about something else: `null`.
            said = [p for p in parts if p.get("required") or p.get("properties")]
            listed = [self._required(part, properties, path) for part in said]
            ways += [list(chain(*listed))] if listed else []
        return _combined(ways)

    def _required(
        self, schema: Json, properties: Json, path: tuple[str, ...]
    ) -> list[Paths]:
        """Return the ways to give what one `required` lists, and all that this needs."""
        ways = []
        for key in dict.fromkeys(texts_in(schema.get("required"))):
            if key in properties:
                inner = (*path, text_of(key))
                below = self._ways(merged(properties[key], self._root), inner)
                ways.append([frozenset({inner}) | paths for paths in below])
        return _combined(ways)


def _combined(ways: list[list[Paths]]) -> list[Paths]:
    """Return one way of each list together, in all combinations up to a limit."""
    nothing: Paths = frozenset()
    return [nothing.union(*some) for some in islice(product(*ways), GROUPS_LIMIT)]
